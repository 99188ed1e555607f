"""A tenant moves to another model and back, on the fakes."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from fakes.counting_shop import Shop
from fakes.crop_embedder import UNREADABLE, embedding_of
from fakes.model_parts import DEFAULT, DEFAULT_DIMENSION, SFACE, ModelParts
from fakes.model_world import add_shot, meet
from fakes.polling import until
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.models import ModelChangeProgress, ModelChangeState
from footfall_server.domain.person import GalleryFace
from footfall_server.errors import FootfallError


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def parts(shop: Shop) -> ModelParts:
    return ModelParts(shop.transactions, shop.index, shop.clock)


@pytest.fixture
def admin(shop: Shop) -> Principal:
    return replace(shop.principal(Role.TENANT_ADMIN), site_ids=None)


def faces(shop: Shop, model_id: str) -> dict[UUID, GalleryFace]:
    rows = shop.tables.gallery.values()
    return {row.face.exemplar_id: row.face for row in rows if row.face.model_id == model_id}


async def refused(attempt: object, reason: str) -> FootfallError:
    with pytest.raises(FootfallError) as caught:
        await attempt  # type: ignore[misc]
    assert caught.value.reason == reason
    return caught.value


async def test_there_and_back(shop: Shop, parts: ModelParts, admin: Principal) -> None:
    people = [meet(shop.tables, person, shots=3) for person in range(5)]
    before = faces(shop, DEFAULT)
    customers = dict(shop.tables.customers)
    for to_model, from_model in ((SFACE, DEFAULT), (DEFAULT, SFACE)):
        view = await parts.changes.start(admin, to_model, request_id=None)
        assert view.progress == ModelChangeProgress(faces=15)
        assert set((await parts.models.of(shop.tenant_id)).all) == {DEFAULT, SFACE}
        assert (await parts.models.of(shop.tenant_id)).in_use.model_id == from_model
        assert await parts.reembedding.sweep() == 15
        change_id = view.change.model_change_id
        assert (await parts.changes.get(admin, change_id)).progress == ModelChangeProgress(15, 15)
        ended = await parts.changes.finish(admin, change_id, accept_loss=False)
        assert ended.change.state is ModelChangeState.FINISHED
        assert ended.change.ended_at == shop.clock.now()
        assert not faces(shop, from_model)
        assert set((await parts.models.of(shop.tenant_id)).all) == {to_model}
        assert {face.customer_id for face in faces(shop, to_model).values()} == set(people)
        assert to_model in shop.index.collections
    assert shop.tables.customers == customers
    # Embedded from the same crops, so the old model says what it said.
    for exemplar_id, face in faces(shop, DEFAULT).items():
        np.testing.assert_array_equal(face.embedding, before[exemplar_id].embedding)
    assert list(shop.tables.removals.values()).count(SFACE) == 15
    second, first = (await parts.changes.list(admin, after=None, limit=5)).items
    assert (second.change.to_model_id, first.change.to_model_id) == (DEFAULT, SFACE)
    assert first.progress == ModelChangeProgress(15, 15), "as it was when it ended"


async def test_new_faces_of_either_model_get_their_twin(
    shop: Shop, parts: ModelParts, admin: Principal
) -> None:
    meet(shop.tables, 1)
    await parts.changes.start(admin, SFACE, request_id=None)
    await parts.reembedding.sweep()
    newcomer = meet(shop.tables, 2, model_id=SFACE)
    regular = meet(shop.tables, 3)
    assert await parts.reembedding.sweep() == 2
    [theirs] = [face for face in faces(shop, DEFAULT).values() if face.customer_id == newcomer]
    np.testing.assert_array_equal(theirs.embedding, embedding_of(DEFAULT, DEFAULT_DIMENSION, 2, 0))
    assert regular in {face.customer_id for face in faces(shop, SFACE).values()}
    assert faces(shop, DEFAULT).keys() == faces(shop, SFACE).keys()
    assert await parts.reembedding.sweep() == 0


async def test_what_would_be_lost_is_told_and_has_to_be_accepted(
    shop: Shop, parts: ModelParts, admin: Principal
) -> None:
    meet(shop.tables, 1, shots=2)
    without_crop = meet(shop.tables, 2, shots=2, crop=b"")
    unreadable = meet(shop.tables, 3, crop=UNREADABLE)
    half = meet(shop.tables, 4)
    add_shot(shop.tables, half, 4, 1, model_id=DEFAULT, crop=UNREADABLE)
    view = await parts.changes.start(admin, SFACE, request_id=None)
    change_id = view.change.model_change_id
    early = await refused(parts.changes.finish(admin, change_id, accept_loss=True), "MODEL_CHANGE_STATE")
    assert early.metadata == {"state": "running", "left_count": "7"}
    assert await parts.reembedding.sweep() == 3
    assert (await parts.changes.get(admin, change_id)).progress == ModelChangeProgress(7, 3, 4, 2)
    assert await parts.reembedding.sweep() == 0, "what is lost is not tried for ever"
    loss = await refused(parts.changes.finish(admin, change_id, accept_loss=False), "MODEL_CHANGE_STATE")
    assert loss.metadata["lost_customer_count"] == "2"
    assert set(loss.metadata["customer_ids"].split(",")) == {str(without_crop), str(unreadable)}
    assert faces(shop, DEFAULT), "nothing went"
    ended = await parts.changes.finish(admin, change_id, accept_loss=True)
    assert ended.progress == ModelChangeProgress(7, 3, 4, 2)
    assert {without_crop, unreadable} <= shop.tables.customers.keys()


async def test_a_pause_holds_at_once(shop: Shop, parts: ModelParts, admin: Principal) -> None:
    for person in range(10):
        meet(shop.tables, person)
    change_id = (await parts.changes.start(admin, SFACE, request_id=None)).change.model_change_id
    parts.embedder.gate = asyncio.Event()
    working = asyncio.create_task(parts.reembedding.sweep())
    await parts.embedder.embedding.wait()
    paused = await parts.changes.pause(admin, change_id)
    assert paused.change.state is ModelChangeState.PAUSED
    parts.embedder.gate.set()
    assert await working == 0, "what was being embedded is not written any more"
    assert not faces(shop, SFACE)
    assert await parts.reembedding.sweep() == 0
    assert set((await parts.models.of(shop.tenant_id)).all) == {DEFAULT, SFACE}, "both are taken on"
    again = await parts.changes.pause(admin, change_id)
    assert again == paused
    resumed = await parts.changes.resume(admin, change_id)
    assert resumed.change.state is ModelChangeState.RUNNING
    assert await parts.reembedding.sweep() == 10


async def test_rolling_back_keeps_the_old_model(shop: Shop, parts: ModelParts, admin: Principal) -> None:
    for person in range(6):
        meet(shop.tables, person)
    before = faces(shop, DEFAULT)
    change_id = (await parts.changes.start(admin, SFACE, request_id=None)).change.model_change_id
    await parts.reembedding.sweep()
    ended = await parts.changes.roll_back(admin, change_id)
    assert ended.change.state is ModelChangeState.ROLLED_BACK
    assert faces(shop, DEFAULT) == before
    assert not faces(shop, SFACE)
    assert set(shop.tables.removals.values()) == {SFACE}
    assert set((await parts.models.of(shop.tenant_id)).all) == {DEFAULT}
    for attempt in (
        parts.changes.roll_back(admin, change_id),
        parts.changes.pause(admin, change_id),
        parts.changes.resume(admin, change_id),
        parts.changes.finish(admin, change_id, accept_loss=True),
    ):
        assert (await refused(attempt, "MODEL_CHANGE_STATE")).metadata == {"state": "rolled_back"}


async def test_one_change_at_a_time_and_only_to_another_model(
    shop: Shop, parts: ModelParts, admin: Principal
) -> None:
    request_id = new_id()
    same = await refused(parts.changes.start(admin, DEFAULT, request_id=None), "MODEL_CHANGE_STATE")
    assert same.metadata == {"state": "in_use"}
    first = await parts.changes.start(admin, SFACE, request_id=request_id)
    assert await parts.changes.start(admin, SFACE, request_id=request_id) == first
    second = await refused(parts.changes.start(admin, SFACE, request_id=new_id()), "MODEL_CHANGE_STATE")
    assert second.metadata == {"state": "running"}
    assert len(shop.tables.model_changes) == 1
    await refused(parts.changes.get(admin, new_id()), "MODEL_CHANGE_NOT_FOUND")


async def test_a_model_that_cannot_be_used_changes_nothing(
    shop: Shop, parts: ModelParts, admin: Principal
) -> None:
    unknown = await refused(parts.changes.start(admin, "no-such-model", request_id=None), "MODEL_UNKNOWN")
    assert "registered are" in unknown.message
    detector = await refused(parts.changes.start(admin, "yunet-2023mar", request_id=None), "MODEL_UNKNOWN")
    assert detector.metadata == {"model_id": "yunet-2023mar"}
    del parts.embedder.dimensions[SFACE]
    missing = await refused(parts.changes.start(admin, SFACE, request_id=None), "MODEL_UNKNOWN")
    assert "missing" in missing.message
    assert not shop.tables.model_changes
    assert not shop.tables.tenant_models
    assert not shop.tables.audit


async def test_replicas_share_the_work_and_take_over(shop: Shop, parts: ModelParts, admin: Principal) -> None:
    other = ModelParts(shop.transactions, shop.index, shop.clock)
    for person in range(9):
        meet(shop.tables, person)
    await parts.changes.start(admin, SFACE, request_id=None)
    parts.embedder.gate = asyncio.Event()
    mine = asyncio.create_task(parts.reembedding.sweep())
    await parts.embedder.embedding.wait()
    assert await other.reembedding.sweep() == 0, "the lease is another's"
    shop.clock.advance(timedelta(seconds=61))
    assert await other.reembedding.sweep() == 9, "which never came back"
    parts.embedder.gate.set()
    assert await mine == 0, "late work makes nothing twice"
    assert len(faces(shop, SFACE)) == 9


async def test_the_index_is_given_time(shop: Shop, admin: Principal) -> None:
    parts = ModelParts(shop.transactions, shop.index, shop.clock, lot=2, most_waiting=5)
    for person in range(9):
        meet(shop.tables, person)
    change_id = (await parts.changes.start(admin, SFACE, request_id=None)).change.model_change_id
    shop.index.failing = True
    assert await parts.reembedding.sweep() == 6
    assert await parts.reembedding.sweep() == 0, "the index has taken nothing"
    shop.index.failing = False
    async with shop.transactions.begin(shop.tenant_id) as tx:
        taken = await tx.gallery.take_unindexed(99)
        await tx.gallery.confirm_indexed([face.face_id for face in taken], shop.clock.now())
    assert await parts.reembedding.sweep() == 3
    assert (await parts.changes.get(admin, change_id)).progress == ModelChangeProgress(9, 9)


async def test_a_split_meanwhile_is_followed(shop: Shop, parts: ModelParts, admin: Principal) -> None:
    """A face changes hands while it is embedded: it has its new owner in the new model as well."""
    owner, other = meet(shop.tables, 1), meet(shop.tables, 2)
    await parts.changes.start(admin, SFACE, request_id=None)
    parts.embedder.gate = asyncio.Event()
    working = asyncio.create_task(parts.reembedding.sweep())
    await parts.embedder.embedding.wait()
    [(face_id, row)] = [each for each in shop.tables.gallery.items() if each[1].face.customer_id == owner]
    shop.tables.gallery[face_id] = replace(row, face=replace(row.face, customer_id=other))
    parts.embedder.gate.set()
    await working
    assert {face.customer_id for face in faces(shop, SFACE).values()} == {other}


async def test_every_step_is_in_the_audit_log(shop: Shop, parts: ModelParts, admin: Principal) -> None:
    meet(shop.tables, 1, crop=b"")
    change_id = (await parts.changes.start(admin, SFACE, request_id=None)).change.model_change_id
    await parts.changes.pause(admin, change_id)
    await parts.changes.resume(admin, change_id)
    await parts.reembedding.sweep()
    await parts.changes.finish(admin, change_id, accept_loss=True)
    entries = list(shop.tables.audit.values())
    assert [each.action for each in entries] == [
        "model_change.start",
        "model_change.pause",
        "model_change.resume",
        "model_change.finish",
    ]
    assert {(each.resource, each.resource_id, each.actor_id) for each in entries} == {
        ("model_change", change_id, admin.subject_id)
    }
    assert json.loads(entries[-1].detail) == {
        "from_model_id": DEFAULT,
        "to_model_id": SFACE,
        "lost": 1,
        "lost_customers": 1,
    }


async def test_the_job_looks_when_it_is_woken(shop: Shop, parts: ModelParts, admin: Principal) -> None:
    meet(shop.tables, 1)
    running = asyncio.create_task(parts.reembedding.run())
    await parts.changes.start(admin, SFACE, request_id=None)
    await until(lambda: bool(faces(shop, SFACE)))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_model_file_that_went_is_waited_for(shop: Shop, parts: ModelParts, admin: Principal) -> None:
    meet(shop.tables, 1)
    change_id = (await parts.changes.start(admin, SFACE, request_id=None)).change.model_change_id
    dimension = parts.embedder.dimensions.pop(SFACE)
    await refused(parts.reembedding.sweep(), "MODEL_UNKNOWN")
    assert (await parts.changes.get(admin, change_id)).progress == ModelChangeProgress(1), "nothing is lost"
    parts.embedder.dimensions[SFACE] = dimension
    assert await parts.reembedding.sweep() == 1
