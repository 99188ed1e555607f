"""Contract of a tenant's models, changes of the model, faces by model, and calibrations."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.models import (
    AppliedCalibration,
    MeasuredPairs,
    ModelChange,
    ModelChangeProgress,
    ModelChangeState,
    ModelUsage,
    TenantModel,
)
from footfall_server.domain.person import GalleryFace
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import TimeCursor, Transactions
from storage_samples import MODEL, NOON, a_face, an_embedding, minutes, people

OLD, NEW = MODEL, "another-model"


def a_change(state: ModelChangeState = ModelChangeState.RUNNING, *, at: datetime = NOON) -> ModelChange:
    return ModelChange(new_id(), OLD, NEW, state, at)


async def known(transactions: Transactions, tenant_id: UUID, *faces_of_each: int) -> Sequence[GalleryFace]:
    """Customers with so many faces each, in the old model."""
    who = [new_id() for _ in faces_of_each]
    faces = [
        a_face(customer_id, seed=number)
        for customer_id, count in zip(who, faces_of_each, strict=True)
        for number in range(count)
    ]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, people=people(who, faces=faces)))
    return faces


async def begun(transactions: Transactions, tenant_id: UUID) -> ModelChange:
    change = a_change()
    async with transactions.begin(tenant_id) as tx:
        await tx.model_changes.add(change, None)
    return change


async def embedded(transactions: Transactions, tenant_id: UUID, faces: Sequence[GalleryFace]) -> int:
    """Gives these a face in the new model."""
    async with transactions.begin_exclusive(tenant_id) as tx:
        return await tx.model_faces.add(
            NEW,
            having=OLD,
            embeddings={face.exemplar_id: an_embedding(99, 128) for face in faces},
            at=NOON,
        )


async def test_a_tenant_has_models_and_one_of_them_is_in_use(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    async with transactions.begin(tenant_id) as tx:
        assert list(await tx.tenant_models.list()) == []
        await tx.tenant_models.add(TenantModel(OLD, in_use=True, added_at=NOON))
        await tx.tenant_models.add(TenantModel(NEW, in_use=False, added_at=NOON))
        await tx.tenant_models.add(TenantModel(NEW, in_use=True, added_at=NOON + minutes(1)))
    async with transactions.begin(tenant_id) as tx:
        assert [(each.model_id, each.in_use) for each in await tx.tenant_models.list()] == [
            (OLD, True),
            (NEW, False),
        ]
        await tx.tenant_models.put_in_use(NEW)
        assert [(each.model_id, each.in_use) for each in await tx.tenant_models.list()] == [
            (NEW, True),
            (OLD, False),
        ]
        await tx.tenant_models.remove(OLD)
        assert [each.model_id for each in await tx.tenant_models.list()] == [NEW]
    async with transactions.begin(other_tenant_id) as tx:
        assert list(await tx.tenant_models.list()) == []


async def test_usage_counts_faces_and_customers_after_merges(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    faces = await known(transactions, tenant_id, 2, 1, 1)
    await known(transactions, other_tenant_id, 1)
    await embedded(transactions, tenant_id, faces[:2])
    async with transactions.begin(tenant_id) as tx:
        assert await tx.tenant_models.usage() == {OLD: ModelUsage(4, 3), NEW: ModelUsage(2, 1)}


async def test_one_change_at_a_time(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    first, second, request_id = a_change(), a_change(at=NOON + minutes(1)), new_id()
    async with transactions.begin(tenant_id) as tx:
        assert await tx.model_changes.open() is None
        await tx.model_changes.add(first, request_id)
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id) as tx:
            await tx.model_changes.add(second, None)
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.FAILED_PRECONDITION, "MODEL_CHANGE_STATE")
    ended = replace(
        first,
        state=ModelChangeState.FINISHED,
        ended_at=NOON + minutes(9),
        outcome=ModelChangeProgress(5, 3, 2, 1),
    )
    async with transactions.begin(tenant_id) as tx:
        assert await tx.model_changes.open() == first
        await tx.model_changes.save(replace(first, state=ModelChangeState.PAUSED))
        assert await tx.model_changes.open() == replace(first, state=ModelChangeState.PAUSED)
        await tx.model_changes.save(ended)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.model_changes.open() is None
        await tx.model_changes.add(second, None)
        assert await tx.model_changes.requested(request_id) == ended
        assert await tx.model_changes.requested(new_id()) is None
        assert list(await tx.model_changes.list(after=None, limit=5)) == [second, ended]
        place = TimeCursor(second.started_at, second.model_change_id)
        assert list(await tx.model_changes.list(after=place, limit=5)) == [ended]
        assert list(await tx.model_changes.list(after=None, limit=1)) == [second]
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.model_changes.get(second.model_change_id) is None
        assert list(await tx.model_changes.list(after=None, limit=5)) == []


async def test_one_replica_at_a_time_works_on_a_change(transactions: Transactions, tenant_id: UUID) -> None:
    change = await begun(transactions, tenant_id)
    mine, theirs = new_id(), new_id()

    async def claim(holder: UUID, at: datetime) -> ModelChange | None:
        async with transactions.begin(tenant_id) as tx:
            return await tx.model_changes.claim(holder, now=at, until=at + minutes(1))

    assert await claim(mine, NOON) == change
    assert await claim(theirs, NOON + minutes(0.5)) is None
    assert await claim(mine, NOON + minutes(0.5)) == change, "for longer"
    assert await claim(theirs, NOON + minutes(1)) is None
    assert await claim(theirs, NOON + minutes(1.5)) == change, "its time is over"
    async with transactions.begin(tenant_id) as tx:
        await tx.model_changes.save(replace(change, state=ModelChangeState.PAUSED))
    assert await claim(theirs, NOON + minutes(1.6)) is None


async def test_faces_that_lack_a_model_come_a_page_at_a_time(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    faces = sorted(await known(transactions, tenant_id, 2, 2, 1), key=lambda face: face.exemplar_id)
    await known(transactions, other_tenant_id, 1)
    change = await begun(transactions, tenant_id)
    done, lost, *left = faces
    assert await embedded(transactions, tenant_id, [done]) == 1
    async with transactions.begin(tenant_id) as tx:
        await tx.model_changes.add_losses(change.model_change_id, [lost.exemplar_id])
        await tx.model_changes.add_losses(change.model_change_id, [lost.exemplar_id])
    pages: list[UUID] = []
    async with transactions.begin(tenant_id) as tx:
        while page := await tx.model_faces.lacking(
            NEW, having=OLD, change_id=change.model_change_id, after=pages[-1] if pages else None, limit=2
        ):
            assert len(page) <= 2
            assert [each.jpeg for each in page] == [b""] * len(page)
            pages += [each.exemplar_id for each in page]
    assert pages == [face.exemplar_id for face in left]
    async with transactions.begin(tenant_id) as tx:
        assert not await tx.model_faces.lacking(
            OLD, having=NEW, change_id=change.model_change_id, after=None, limit=9
        )


async def test_a_face_in_another_model_is_the_same_shot(transactions: Transactions, tenant_id: UUID) -> None:
    [face] = await known(transactions, tenant_id, 1)
    embedding = an_embedding(7, 128)
    async with transactions.begin_exclusive(tenant_id) as tx:
        given = {face.exemplar_id: embedding, new_id(): embedding}
        assert await tx.model_faces.add(NEW, having=OLD, embeddings=given, at=NOON) == 1
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.model_faces.add(NEW, having=OLD, embeddings=given, at=NOON) == 0, "once"
        assert await tx.model_faces.waiting(NEW, 5) == 1
        assert await tx.model_faces.waiting(NEW, 0) == 0
    async with transactions.begin(tenant_id) as tx:
        taken = {each.model_id: each for each in await tx.gallery.take_unindexed(5)}
    added = taken[NEW]
    np.testing.assert_array_equal(added.embedding, embedding)
    assert replace(added, face_id=face.face_id, model_id=OLD, embedding=face.embedding) == face
    assert added.face_id != face.face_id


async def test_progress_is_counted_over_the_old_model(transactions: Transactions, tenant_id: UUID) -> None:
    """One customer is done, one lost, one half lost and half waiting, one saved by a face of its own."""
    faces = await known(transactions, tenant_id, 1, 2, 2, 1)
    change = await begun(transactions, tenant_id)
    done, first, second, half, waiting, saved = faces
    await embedded(transactions, tenant_id, [done])
    own = replace(a_face(saved.customer_id, model_id=NEW), embedding=an_embedding(3, 128))
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, people=people([], faces=[own])))
        lost = [each.exemplar_id for each in (first, second, half, saved)]
        await tx.model_changes.add_losses(change.model_change_id, lost)
    async with transactions.begin(tenant_id) as tx:
        progress = await tx.model_changes.progress(change)
        assert progress == ModelChangeProgress(faces=6, done=1, lost=4, lost_customers=1)
        assert progress.left == 1
        assert list(await tx.model_changes.lost_customers(change, 5)) == [first.customer_id]
        assert list(await tx.model_changes.lost_customers(change, 0)) == []
        [lacking] = await tx.model_faces.lacking(
            NEW, having=OLD, change_id=change.model_change_id, after=None, limit=9
        )
        assert lacking.exemplar_id == waiting.exemplar_id
        [back] = await tx.model_faces.lacking(
            OLD, having=NEW, change_id=change.model_change_id, after=None, limit=9
        )
        assert back.exemplar_id == own.exemplar_id


async def test_a_model_is_forgotten_in_lots(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    faces = await known(transactions, tenant_id, 3)
    foreign = await known(transactions, other_tenant_id, 1)
    await embedded(transactions, tenant_id, faces)
    removed = []
    for _ in range(3):
        async with transactions.begin(tenant_id) as tx:
            removed.append(await tx.model_faces.remove(OLD, limit=2, at=NOON))
    assert removed == [2, 1, 0]
    async with transactions.begin(tenant_id) as tx:
        assert {each.model_id for each in await tx.gallery.take_unindexed(9)} == {NEW}
        assert await tx.tenant_models.usage() == {NEW: ModelUsage(3, 1)}
    async with transactions.begin(other_tenant_id) as tx:
        assert [each.face_id for each in await tx.gallery.take_unindexed(9)] == [foreign[0].face_id]


async def test_a_sample_is_bounded_and_always_the_same(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    faces = await known(transactions, tenant_id, *([4] * 12))
    await known(transactions, other_tenant_id, 2)
    async with transactions.begin(tenant_id) as tx:
        sample = await tx.model_faces.sample(OLD, people=10, faces_of_each=3)
        again = await tx.model_faces.sample(OLD, people=10, faces_of_each=3)
        everybody = await tx.model_faces.sample(OLD, people=99, faces_of_each=99)
        assert not await tx.model_faces.sample(NEW, people=10, faces_of_each=3)
        assert await tx.model_faces.known_people() == 12
    assert [(each.root_id, each.track_id) for each in sample] == [
        (each.root_id, each.track_id) for each in again
    ]
    assert len({each.root_id for each in sample}) == 10
    assert len(sample) == 30
    assert {each.track_id for each in everybody} == {face.track_id for face in faces}
    by_track = {face.track_id: face for face in faces}
    for each in sample:
        np.testing.assert_array_equal(each.embedding, by_track[each.track_id].embedding)
        assert by_track[each.track_id].customer_id == each.root_id
    async with transactions.begin(tenant_id) as tx:
        assert [each.track_id for each in await tx.model_faces.sample(OLD, people=1, faces_of_each=1)] == [
            sample[0].track_id
        ]


async def test_a_calibration_holds_until_it_is_reset(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    tail = ImpostorTail((0.25, 0.35, 0.5), (1e-2, 1e-3, 1e-5))
    pairs = MeasuredPairs(people=2000, genuine_counts=(0, 3, 5_000_000_000), impostor_pairs=49_000_000_000)
    first = AppliedCalibration(OLD, 0.001, tail, datetime.now(UTC), new_id(), pairs)
    second = replace(first, target_rate=0.01, tail=ImpostorTail((0.1, 0.2), (0.1, 0.01)), measured=None)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.calibrations.get(OLD) is None
        await tx.calibrations.apply(first)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.calibrations.get(OLD) == first
        await tx.calibrations.apply(second)
        assert await tx.calibrations.get(OLD) == second
        assert await tx.calibrations.get(NEW) is None
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.calibrations.get(OLD) is None
        assert not await tx.calibrations.reset(OLD)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.calibrations.reset(OLD)
        assert await tx.calibrations.get(OLD) is None
