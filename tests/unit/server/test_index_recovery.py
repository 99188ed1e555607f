"""An index that lost everything makes nobody a stranger, on the fakes."""

import asyncio
from datetime import timedelta

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.model_parts import models_of
from fakes.polling import until
from fakes.synthetic_faces import DIMENSION, MODEL_ID, face_event, person
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.errors import FootfallError
from footfall_server.services.index_recovery import IndexRecovery


@pytest.fixture
async def shop() -> Shop:
    """Three people are known, the index has them, and they are recent no more."""
    shop = Shop()
    for number in range(3):
        await shop.ingest.record_many(shop.principal(), [face_event(shop.camera_id, person(number))])
    async with shop.transactions.begin(shop.tenant_id) as tx:
        faces = await tx.gallery.take_unindexed(10)
        await shop.index.insert(shop.tenant_id, faces)
        await tx.gallery.confirm_indexed([face.face_id for face in faces], shop.clock.now())
    shop.clock.advance(timedelta(minutes=2))
    return shop


def recovery(shop: Shop) -> IndexRecovery:
    return IndexRecovery(
        transactions=shop.transactions,
        index=shop.index,
        models=models_of(shop.transactions, shop.clock, MODEL_ID, DIMENSION),
        look_every=timedelta(0),
    )


def waiting(shop: Shop) -> int:
    return sum(row.indexed_at is None for row in shop.tables.gallery.values())


async def test_an_index_that_is_there_is_left_alone(shop: Shop) -> None:
    assert await recovery(shop).prepare() == 0
    assert waiting(shop) == 0


async def test_whoever_is_in_the_gallery_is_known_while_the_index_is_empty(shop: Shop) -> None:
    # The process holds recent faces from before, and must see that others became recent again.
    minute = START + timedelta(minutes=1)
    await shop.ingest.record_many(shop.principal(), [face_event(shop.camera_id, person(0), at=minute)])
    shop.index.lose(MODEL_ID)
    assert await recovery(shop).prepare() == waiting(shop) == 3
    outcomes = [
        await shop.ingest.record_many(shop.principal(), [face_event(shop.camera_id, person(number), at=at)])
        for number, at in enumerate(START + timedelta(minutes=2 + number) for number in range(3))
    ]
    assert [outcome.outcome for [outcome] in outcomes] == [FaceOutcome.KNOWN] * 3
    assert not shop.index.visible(shop.tenant_id, MODEL_ID), "the index itself finds nobody yet"


async def test_until_the_collection_is_made_events_wait(shop: Shop) -> None:
    shop.index.lose(MODEL_ID)
    with pytest.raises(FootfallError) as caught:
        await shop.ingest.record_many(shop.principal(), [face_event(shop.camera_id, person(0))])
    assert caught.value.reason == "INDEX_UNAVAILABLE"


async def test_the_faces_are_back_in_the_outbox_before_the_collection_is_made(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[int] = []
    prepare = shop.index.prepare

    async def watched(model_id: str, dimension: int) -> bool:
        waited.append(waiting(shop))
        return await prepare(model_id, dimension)

    monkeypatch.setattr(shop.index, "prepare", watched)
    shop.index.lose(MODEL_ID)
    await recovery(shop).prepare()
    assert waited == [3]


async def test_two_replicas_at_once_do_no_harm(shop: Shop) -> None:
    shop.index.lose(MODEL_ID)
    await asyncio.gather(recovery(shop).prepare(), recovery(shop).prepare())
    assert waiting(shop) == 3
    assert await shop.index.exists(MODEL_ID)


async def test_a_loss_under_way_is_noticed_and_failures_are_survived(shop: Shop) -> None:
    running = asyncio.create_task(recovery(shop).run())
    shop.index.failing = True
    shop.index.lose(MODEL_ID)
    for _ in range(5):
        await asyncio.sleep(0)
    assert waiting(shop) == 0, "an index that is silent is not one that is empty"
    shop.index.failing = False
    await until(lambda: waiting(shop) == 3 and MODEL_ID in shop.index.collections)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
