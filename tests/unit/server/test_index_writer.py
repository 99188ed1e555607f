"""The outbox reaches the index, whatever happens to the index."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.polling import until
from fakes.synthetic_faces import MODEL_ID, face_event, person
from footfall_server.domain.batch import BatchQuestions
from footfall_server.errors import FootfallError
from footfall_server.services.index_writer import POSTPONEMENT, IndexWriter


class NoWord:
    """ChangedTenants that never hears of anything: every look is a sweep."""

    async def next(self, patience: timedelta) -> frozenset[UUID] | None:
        await asyncio.sleep(min(0.0, patience.total_seconds()))
        return None


@pytest.fixture
def shop() -> Shop:
    return Shop()


def writer(shop: Shop, *, lot: int = 256) -> IndexWriter:
    return IndexWriter(
        transactions=shop.transactions,
        index=shop.index,
        changed=NoWord(),
        clock=shop.clock,
        lot=lot,
        gather_for=timedelta(0),
    )


async def strangers(shop: Shop, count: int) -> None:
    """Records people who come one after the other, each a minute after the one before."""
    shop.clock.at = START + timedelta(minutes=count)
    for number in range(count):
        event = face_event(shop.camera_id, person(number), at=START + timedelta(minutes=number))
        await shop.ingest.record_many(shop.principal(), [event])


def waiting(shop: Shop) -> int:
    return sum(row.indexed_at is None for row in shop.tables.gallery.values())


async def test_new_faces_go_into_the_index_in_lots(shop: Shop) -> None:
    await strangers(shop, 5)
    assert await writer(shop, lot=2).drain(shop.tenant_id) == 5
    assert shop.index.visible(shop.tenant_id, MODEL_ID) == shop.tables.gallery.keys()
    assert waiting(shop) == 0


async def test_replicas_share_the_work(shop: Shop) -> None:
    await strangers(shop, 6)
    carried = await asyncio.gather(
        *(writer(shop, lot=1).drain(shop.tenant_id) for _ in range(3)),
    )
    assert sum(carried) == 6, "each face was carried by exactly one of them"


async def test_an_index_that_is_away_costs_nothing_but_time(shop: Shop) -> None:
    await strangers(shop, 2)
    shop.index.failing = True
    with pytest.raises(FootfallError):
        await writer(shop).drain(shop.tenant_id)
    assert waiting(shop) == 2
    shop.index.failing = False
    assert await writer(shop).drain(shop.tenant_id) == 0, "postponed faces are left alone for a moment"
    shop.clock.advance(POSTPONEMENT)
    assert await writer(shop).drain(shop.tenant_id) == 2


async def test_it_runs_on_after_failures_and_looks_after_every_tenant(shop: Shop) -> None:
    await strangers(shop, 1)
    running = asyncio.create_task(writer(shop).run())
    await until(lambda: waiting(shop) == 0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_person_is_found_by_index_or_recents_at_every_moment(shop: Shop) -> None:
    await strangers(shop, 1)
    await writer(shop).drain(shop.tenant_id)
    shop.clock.advance(timedelta(minutes=2))
    questions = BatchQuestions((), (), (), MODEL_ID, shop.clock.now() - timedelta(seconds=30), ())
    async with shop.transactions.begin(shop.tenant_id) as tx:
        answers = await tx.batches.look_up(questions)
    assert not answers.recents_added, "long since the index's business"
    event = face_event(shop.camera_id, person(0), at=START + timedelta(minutes=1))
    [outcome] = await shop.ingest.record_many(shop.principal(), [event])
    assert outcome.score == pytest.approx(1.0)
