"""Contract of what is known of events, gallery faces and tracks, and of the outbox."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from footfall_server.domain.batch import BatchQuestions, BatchRecords, TrackSpan
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import GalleryFace
from footfall_server.ports import Transactions
from storage_samples import MODEL, NOON, a_face, a_sighting, a_visit, an_outcome, minutes, people


async def _write(transactions: Transactions, tenant_id: UUID, records: BatchRecords) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(records)


async def _with_customer(transactions: Transactions, tenant_id: UUID) -> UUID:
    customer_id = new_id()
    await _write(transactions, tenant_id, BatchRecords(at=NOON, people=people([customer_id])))
    return customer_id


async def _with_face(transactions: Transactions, tenant_id: UUID, face: GalleryFace) -> None:
    await _write(transactions, tenant_id, BatchRecords(at=NOON, people=people([], faces=[face])))


async def test_an_event_is_remembered_with_its_outcome(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    known, poor = an_outcome(new_id(), new_id()), an_outcome()
    async with transactions.begin(tenant_id) as tx:
        assert await tx.events.recorded([known.event_id, poor.event_id]) == {}
    await _write(transactions, tenant_id, BatchRecords(at=NOON, outcomes=[known, poor]))
    async with transactions.begin(tenant_id) as tx:
        found = await tx.events.recorded([known.event_id, poor.event_id, new_id()])
    assert found == {each.event_id: replace(each, duplicate=True) for each in (known, poor)}
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.events.recorded([known.event_id]) == {}
        assert await tx.events.recorded([]) == {}


async def test_customers_are_numbered_from_one_in_each_tenant_and_numbers_go_back_with_their_batch(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    async def fail_after_writing() -> None:
        async with transactions.begin_exclusive(tenant_id) as tx:
            await tx.batches.write(BatchRecords(at=NOON, people=people([new_id(), new_id()])))
            raise LookupError

    with pytest.raises(LookupError):
        await fail_after_writing()
    for owner in (tenant_id, other_tenant_id):
        visit = a_visit(new_id(), new_id())
        records = BatchRecords(at=NOON, people=people([visit.customer_id]), visits=[visit])
        await _write(transactions, owner, records)
        async with transactions.begin(owner) as tx:
            view = await tx.visits.get(visit.visit_id)
        assert view is not None
        assert view.customer_number == 1


async def test_a_gallery_face_keeps_every_bit_of_its_embedding(
    transactions: Transactions, tenant_id: UUID
) -> None:
    customer_id = await _with_customer(transactions, tenant_id)
    face = a_face(customer_id)
    await _with_face(transactions, tenant_id, face)
    async with transactions.begin(tenant_id) as tx:
        [found] = await tx.gallery.take_unindexed(1)
    assert found.embedding.dtype == np.float32
    np.testing.assert_array_equal(found.embedding, face.embedding)
    assert replace(found, embedding=face.embedding) == face


async def test_the_outbox_gives_the_oldest_and_gives_each_once(
    transactions: Transactions, tenant_id: UUID
) -> None:
    customer_id = await _with_customer(transactions, tenant_id)
    faces: list[GalleryFace] = []
    for age in range(4):
        face = a_face(customer_id, seed=age, created_at=NOON + minutes(age))
        await _with_face(transactions, tenant_id, face)
        faces.append(face)
    async with transactions.begin(tenant_id) as mine:
        first = await mine.gallery.take_unindexed(2)
        async with transactions.begin(tenant_id) as theirs:
            rest = await theirs.gallery.take_unindexed(10)
        await mine.gallery.confirm_indexed([face.face_id for face in first], NOON)
    assert [face.face_id for face in first] == [face.face_id for face in faces[:2]]
    assert {face.face_id for face in rest} == {face.face_id for face in faces[2:]}, "locked ones are skipped"
    async with transactions.begin(tenant_id) as tx:
        left = await tx.gallery.take_unindexed(10)
    assert {face.face_id for face in left} == {face.face_id for face in faces[2:]}


async def test_a_postponed_face_waits(transactions: Transactions, tenant_id: UUID) -> None:
    customer_id = await _with_customer(transactions, tenant_id)
    face = a_face(customer_id)
    now = datetime.now(UTC)
    await _with_face(transactions, tenant_id, face)
    for until, expected in ((now + timedelta(hours=1), []), (now - timedelta(hours=1), [face.face_id])):
        async with transactions.begin(tenant_id) as tx:
            await tx.gallery.postpone([face.face_id], until)
        async with transactions.begin(tenant_id) as tx:
            assert [each.face_id for each in await tx.gallery.take_unindexed(5)] == expected


async def test_a_model_goes_back_into_the_outbox(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    customer_id, stranger_id, now = new_id(), new_id(), datetime.now(UTC)
    indexed, postponed = (
        a_face(customer_id, seed=1),
        a_face(customer_id, seed=2, created_at=NOON + minutes(1)),
    )
    other_model = a_face(customer_id, model_id="another-model")
    foreign = a_face(stranger_id)
    lots = (
        (tenant_id, customer_id, [indexed, postponed, other_model]),
        (other_tenant_id, stranger_id, [foreign]),
    )
    for owner, newcomer, faces in lots:
        async with transactions.begin_exclusive(owner) as tx:
            await tx.batches.write(BatchRecords(at=NOON, people=people([newcomer], faces=faces)))
        async with transactions.begin(owner) as tx:
            await tx.gallery.confirm_indexed([face.face_id for face in faces if face is not postponed], now)
    async with transactions.begin(tenant_id) as tx:
        await tx.gallery.postpone([postponed.face_id], now + timedelta(hours=1))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.gallery.requeue(MODEL) == 2
        assert await tx.gallery.requeue("no-such-model") == 0
    async with transactions.begin(tenant_id) as tx:
        due = await tx.gallery.take_unindexed(10)
    assert [face.face_id for face in due] == [indexed.face_id, postponed.face_id], "the oldest first, all due"
    questions = BatchQuestions((), (), (), MODEL, now + timedelta(hours=1), ())
    async with transactions.begin_exclusive(tenant_id) as tx:
        recents = (await tx.batches.look_up(questions)).recents_added
    assert {face.face_id for face in recents} == {indexed.face_id, postponed.face_id}
    async with transactions.begin(other_tenant_id) as tx:
        assert list(await tx.gallery.take_unindexed(10)) == []


async def test_what_waits_of_a_model_is_counted(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    customer_id = await _with_customer(transactions, tenant_id)
    faces = [a_face(customer_id, seed=age, created_at=NOON + minutes(age)) for age in range(4)]
    for face in [*faces, a_face(customer_id, model_id="another-model")]:
        await _with_face(transactions, tenant_id, face)
    async with transactions.begin(tenant_id) as tx:
        await tx.gallery.confirm_indexed([faces[0].face_id], NOON)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.gallery.waiting(MODEL, NOON + minutes(3)) == 2, "neither the first nor the last"
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.gallery.waiting(MODEL, NOON + minutes(3)) == 0


async def test_what_the_index_has_is_read_page_by_page(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    customer_id = await _with_customer(transactions, tenant_id)
    faces = sorted((a_face(customer_id, seed=seed) for seed in range(5)), key=lambda face: face.face_id)
    *taken, waiting = faces
    for face in [*faces, a_face(customer_id, model_id="another-model")]:
        await _with_face(transactions, tenant_id, face)
    async with transactions.begin(tenant_id) as tx:
        await tx.gallery.confirm_indexed([face.face_id for face in taken[:2]], NOON)
        await tx.gallery.confirm_indexed([face.face_id for face in taken[2:]], NOON + minutes(2))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.gallery.count_indexed(MODEL) == 4
        first = await tx.gallery.indexed(MODEL, since=None, after=None, limit=3)
        last = await tx.gallery.indexed(MODEL, since=None, after=first.face_ids[-1], limit=3)
        end = await tx.gallery.indexed(MODEL, since=None, after=last.face_ids[-1], limit=3)
        news = await tx.gallery.indexed(MODEL, since=NOON + minutes(2), after=None, limit=9)
    assert [*first.face_ids, *last.face_ids] == [face.face_id for face in taken]
    assert waiting.face_id not in last.face_ids
    assert list(end.face_ids) == []
    assert list(news.face_ids) == [face.face_id for face in taken[2:]]
    assert first.embeddings.dtype == np.float32
    np.testing.assert_array_equal(first.embeddings, np.stack([face.embedding for face in taken[:3]]))
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.gallery.count_indexed(MODEL) == 0
        assert list((await tx.gallery.indexed(MODEL, since=None, after=None, limit=9)).face_ids) == []


async def test_a_track_has_one_sighting_and_the_later_one_counts(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    customer_id = await _with_customer(transactions, tenant_id)
    visit = a_visit(new_id(), customer_id)
    early = replace(a_sighting(visit, female=0.25), final=False)
    late = replace(early, final=True, last_seen_at=NOON + minutes(1), quality_score=0.9, score=None)
    await _write(transactions, tenant_id, BatchRecords(at=NOON, visits=[visit], sightings=[early]))
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.sightings.save([late])
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sightings.by_track([early.track_id, new_id()]) == {late.track_id: late}
        assert await tx.visits.of_tracks([late.track_id]) == {late.track_id: (visit.visit_id, visit.site_id)}
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.sightings.by_track([early.track_id]) == {}
        assert await tx.visits.of_tracks([late.track_id]) == {}


async def test_an_unrecognisable_sighting_belongs_to_nobody(
    transactions: Transactions, tenant_id: UUID
) -> None:
    sighting = replace(
        a_sighting(a_visit(new_id(), new_id())),
        outcome=FaceOutcome.UNRECOGNISABLE,
        customer_id=None,
        visit_id=None,
        worker_id=None,
        score=None,
    )
    await _write(transactions, tenant_id, BatchRecords(at=NOON, sightings=[sighting]))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sightings.by_track([sighting.track_id]) == {sighting.track_id: sighting}
        assert await tx.visits.of_tracks([sighting.track_id]) == {}


async def test_a_batch_that_asks_about_several_cameras_is_told_of_each_sighting_once(
    transactions: Transactions, tenant_id: UUID
) -> None:
    customer_id = await _with_customer(transactions, tenant_id)
    visit = a_visit(new_id(), customer_id, lasting=minutes(10))
    here, elsewhere, unasked = (a_sighting(visit) for _ in range(3))
    records = BatchRecords(at=NOON, visits=[visit], sightings=[here, elsewhere, unasked])
    await _write(transactions, tenant_id, records)
    spans = [TrackSpan(new_id(), each.camera_id, NOON, NOON) for each in (here, elsewhere, here)]
    async with transactions.begin_exclusive(tenant_id) as tx:
        answers = await tx.batches.look_up(BatchQuestions((), spans, (), MODEL, NOON, ()))
    assert sorted(each.track_id for each in answers.present) == sorted([here.track_id, elsewhere.track_id])


async def test_a_batch_may_have_hundreds_of_everything(transactions: Transactions, tenant_id: UUID) -> None:
    customer_ids = [new_id() for _ in range(64)]
    site_id = new_id()
    visits = [a_visit(site_id, each) for each in customer_ids]
    sightings = [a_sighting(visit) for visit in visits * 4]
    records = BatchRecords(
        at=NOON,
        people=people(
            customer_ids, faces=[a_face(each, seed=seed) for seed, each in enumerate(customer_ids)]
        ),
        visits=visits,
        sightings=sightings,
        outcomes=[an_outcome(each) for each in customer_ids],
    )
    await _write(transactions, tenant_id, records)
    async with transactions.begin(tenant_id) as tx:
        found = await tx.sightings.by_track([each.track_id for each in sightings])
    assert len(found) == len(sightings)
