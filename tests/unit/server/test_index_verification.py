"""The index is compared with the gallery, and what differs is mended."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.synthetic_faces import MODEL_ID, face_event, person
from footfall_server.services.index_verification import SETTLING, IndexVerification
from footfall_server.services.index_writer import IndexWriter
from storage_samples import a_face


@pytest.fixture
async def shop() -> Shop:
    """Three people who are in the index."""
    shop = Shop()
    for number in range(3):
        event = face_event(shop.camera_id, person(number), at=START + timedelta(minutes=number))
        await shop.ingest.record_many(shop.principal(), [event])
    await writer(shop).drain(shop.tenant_id)
    shop.clock.advance(2 * SETTLING)
    return shop


class NoWord:
    """ChangedTenants that is not listened to: the writer is told to drain."""

    async def next(self, patience: timedelta) -> frozenset[UUID] | None:
        await asyncio.sleep(patience.total_seconds())
        return None


def writer(shop: Shop) -> IndexWriter:
    return IndexWriter(transactions=shop.transactions, index=shop.index, changed=NoWord(), clock=shop.clock)


def verification(shop: Shop) -> IndexVerification:
    return IndexVerification(transactions=shop.transactions, index=shop.index, clock=shop.clock)


async def test_an_index_that_has_what_the_gallery_has_did_not_drift(shop: Shop) -> None:
    report = await verification(shop).verify(shop.tenant_id, MODEL_ID)
    assert (report.gallery, report.indexed, report.waiting, report.drifted) == (3, 3, 0, False)


async def test_what_is_in_the_outbox_is_waiting_and_not_missing(shop: Shop) -> None:
    event = face_event(shop.camera_id, person(9), at=START + timedelta(minutes=5))
    await shop.ingest.record_many(shop.principal(), [event])
    report = await verification(shop).verify(shop.tenant_id, MODEL_ID)
    assert (report.waiting, report.drifted) == (1, False)


async def test_a_face_that_the_index_lost_is_told_and_put_back(shop: Shop) -> None:
    lost = next(iter(shop.tables.gallery))
    await shop.index.delete(shop.tenant_id, MODEL_ID, [lost])
    report = await verification(shop).verify(shop.tenant_id, MODEL_ID)
    assert (list(report.missing), report.repaired) == ([lost], False)
    assert (await verification(shop).verify(shop.tenant_id, MODEL_ID, repair=True)).repaired
    await writer(shop).drain(shop.tenant_id)
    shop.clock.advance(2 * SETTLING)
    report = await verification(shop).verify(shop.tenant_id, MODEL_ID)
    assert (report.indexed, report.drifted) == (3, False)


async def test_a_face_that_is_nobodys_is_told_and_removed(shop: Shop) -> None:
    stray = a_face(next(iter(shop.tables.customers)), seed=5, model_id=MODEL_ID)
    await shop.index.insert(shop.tenant_id, [stray])
    report = await verification(shop).verify(shop.tenant_id, MODEL_ID, repair=True)
    assert list(report.orphaned) == [stray.face_id]
    assert not (await verification(shop).verify(shop.tenant_id, MODEL_ID)).drifted


async def test_a_face_on_its_way_out_is_no_drift(shop: Shop) -> None:
    leaving = next(iter(shop.tables.gallery))
    del shop.tables.gallery[leaving]
    shop.tables.removals[leaving] = MODEL_ID
    assert not (await verification(shop).verify(shop.tenant_id, MODEL_ID)).drifted
    await writer(shop).drain(shop.tenant_id)
    assert leaving not in shop.index.visible(shop.tenant_id, MODEL_ID)
    assert not shop.tables.removals


async def test_a_removal_that_the_index_does_not_take_is_tried_again(shop: Shop) -> None:
    leaving = next(iter(shop.tables.gallery))
    shop.tables.removals[leaving] = MODEL_ID
    shop.index.failing = True
    with pytest.raises(Exception, match="index"):
        await writer(shop).drain(shop.tenant_id)
    assert shop.tables.removals == {leaving: MODEL_ID}
    shop.index.failing = False
    await writer(shop).drain(shop.tenant_id)
    assert shop.tables.removals, "not due yet"
    shop.clock.advance(timedelta(seconds=5))
    await writer(shop).drain(shop.tenant_id)
    assert not shop.tables.removals
