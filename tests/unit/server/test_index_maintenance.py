"""An operator compares the index with the gallery, and makes it anew, on the fakes."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.model_parts import models_of
from fakes.synthetic_faces import DIMENSION, MODEL_ID, face_event, person
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.person import GalleryFace
from footfall_server.errors import FootfallError
from footfall_server.index_administration import told
from footfall_server.live.change_feed import TenantBell
from footfall_server.services.index_maintenance import (
    MOST_FAILURES,
    IndexMaintenance,
    RebuildProgress,
)
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_verification import SETTLING, IndexReport
from footfall_server.services.index_writer import IndexWriter

PEOPLE = 5


@pytest.fixture
async def shop() -> Shop:
    """Five people whom the index has, and who are recent no more."""
    shop = Shop()
    for number in range(PEOPLE):
        at = START + timedelta(minutes=number)
        await shop.ingest.record_many(shop.principal(), [face_event(shop.camera_id, person(number), at=at)])
    await writer(shop).drain(shop.tenant_id)
    shop.clock.advance(2 * SETTLING)
    return shop


def writer(shop: Shop, *, lot: int = 2) -> IndexWriter:
    return IndexWriter(
        transactions=shop.transactions, index=shop.index, changed=TenantBell(), clock=shop.clock, lot=lot
    )


def maintenance(shop: Shop) -> IndexMaintenance:
    models = models_of(shop.transactions, shop.clock, MODEL_ID, DIMENSION)
    return IndexMaintenance(
        transactions=shop.transactions,
        index=shop.index,
        models=models,
        recovery=IndexRecovery(transactions=shop.transactions, index=shop.index, models=models),
        writer=writer(shop),
        clock=shop.clock,
        pause=timedelta(0),
    )


async def verified(shop: Shop, tenant_id: UUID | None = None, *, repair: bool = False) -> list[IndexReport]:
    return [each async for each in maintenance(shop).verify(tenant_id, repair=repair)]


async def rebuilt(shop: Shop) -> tuple[list[IndexReport], list[int]]:
    progress: list[RebuildProgress] = []
    reports = [each async for each in maintenance(shop).rebuild(progress.append)]
    [entry] = shop.transactions.platform.audit.values()
    assert (entry.action, entry.actor_id, json.loads(entry.detail)) == (
        "index.rebuild",
        None,
        {"by": "operator", "model_ids": [MODEL_ID]},
    )
    return reports, [each.left for each in progress]


async def test_each_tenant_is_compared_model_by_model(shop: Shop) -> None:
    other = shop.transactions.platform.tenants[shop.tenant_id]
    other_id = uuid4()
    shop.transactions.platform.tenants[other_id] = other
    reports = await verified(shop)
    assert {(each.tenant_id, each.model_id, each.gallery, each.drifted) for each in reports} == {
        (shop.tenant_id, MODEL_ID, PEOPLE, False),
        (other_id, MODEL_ID, 0, False),
    }
    assert [each.tenant_id for each in await verified(shop, other_id)] == [other_id]


async def test_a_tenant_that_is_not_there_is_an_error(shop: Shop) -> None:
    with pytest.raises(FootfallError) as caught:
        await verified(shop, uuid4())
    assert caught.value.reason == "TENANT_NOT_FOUND"


async def test_drift_is_told_in_counts_and_in_ids_when_asked(shop: Shop) -> None:
    lost = next(iter(shop.tables.gallery))
    await shop.index.delete(shop.tenant_id, MODEL_ID, [lost])
    [report] = await verified(shop)
    line = told(report, with_ids=False)
    assert (line["missing"], line["orphaned"], line["drifted"], line["repaired"]) == (1, 0, True, False)
    assert str(lost) not in str(line)
    assert told(report, with_ids=True)["missing_ids"] == [str(lost)]


async def test_what_is_missing_is_put_back(shop: Shop) -> None:
    lost = next(iter(shop.tables.gallery))
    await shop.index.delete(shop.tenant_id, MODEL_ID, [lost])
    [report] = await verified(shop, repair=True)
    assert (report.drifted, report.repaired) == (True, True)
    await writer(shop).drain(shop.tenant_id)
    assert lost in shop.index.visible(shop.tenant_id, MODEL_ID)


async def test_a_collection_that_is_gone_is_drift_and_is_made_by_a_repair(shop: Shop) -> None:
    shop.index.lose(MODEL_ID)
    [report] = await verified(shop)
    assert (len(report.missing), report.indexed) == (PEOPLE, 0)
    assert MODEL_ID not in shop.index.collections, "to look changes nothing"
    [report] = await verified(shop, repair=True)
    assert report.repaired
    assert MODEL_ID in shop.index.collections
    await writer(shop).drain(shop.tenant_id)
    shop.clock.advance(2 * SETTLING)
    [report] = await verified(shop)
    assert (report.indexed, report.drifted) == (PEOPLE, False)


async def test_a_rebuilt_index_has_what_the_gallery_has_and_nothing_else(shop: Shop) -> None:
    stray = await _stray(shop)
    before = shop.index.visible(shop.tenant_id, MODEL_ID)
    [report], left = await rebuilt(shop)
    assert (report.gallery, report.indexed, report.waiting, report.drifted) == (PEOPLE, PEOPLE, 0, False)
    assert shop.index.visible(shop.tenant_id, MODEL_ID) == before - {stray}
    assert left == [5, 3, 1, 0], "it is told how far it is"


async def _stray(shop: Shop) -> UUID:
    """A face that is in the index and nobody's."""
    face_id = next(reversed(shop.tables.gallery))
    face = shop.tables.gallery[face_id].face
    stray = replace(face, face_id=uuid4())
    await shop.index.insert(shop.tenant_id, [stray])
    return stray.face_id


async def test_events_go_on_while_the_index_is_rebuilt(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[FaceOutcome] = []
    insert = shop.index.insert

    async def watched(tenant_id: UUID, faces: Sequence[GalleryFace]) -> None:
        number = len(outcomes)
        at = shop.clock.advance(timedelta(minutes=1))
        event = face_event(shop.camera_id, person(number % PEOPLE), at=at)
        [recorded] = await shop.ingest.record_many(shop.principal(), [event])
        outcomes.append(recorded.outcome)
        await insert(tenant_id, faces)

    monkeypatch.setattr(shop.index, "insert", watched)
    [report], _ = await rebuilt(shop)
    assert outcomes == [FaceOutcome.KNOWN] * 3
    assert not report.drifted
    assert len(shop.tables.customers) == PEOPLE


async def test_a_rebuild_waits_for_faces_in_a_replicas_hands(shop: Shop) -> None:
    """A replica takes a lot as soon as there is one, and confirms it only when it is let."""
    let = asyncio.Event()
    in_hands = asyncio.Event()

    async def hold() -> None:
        while not in_hands.is_set():
            async with shop.transactions.begin(shop.tenant_id) as tx:
                faces = await tx.gallery.take_unindexed(2)
                if faces:
                    in_hands.set()
                    await let.wait()
                    await shop.index.insert(shop.tenant_id, faces)
                    await tx.gallery.confirm_indexed([each.face_id for each in faces], shop.clock.now())

    holding = asyncio.create_task(hold())
    rebuilding = asyncio.create_task(rebuilt(shop))
    await in_hands.wait()
    for _ in range(200):
        await asyncio.sleep(0)
    assert not rebuilding.done()
    let.set()
    await holding
    [report], _ = await rebuilding
    assert (report.indexed, report.drifted) == (PEOPLE, False)


async def test_an_index_that_stays_away_ends_a_rebuild_and_loses_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def refuse(_tenant_id: UUID, _faces: object) -> None:
        nonlocal tries
        tries += 1
        shop.clock.advance(timedelta(minutes=1))
        shop.index.failing = True
        await shop.index.exists(MODEL_ID)

    monkeypatch.setattr(shop.index, "insert", refuse)
    with pytest.raises(FootfallError) as caught:
        await rebuilt(shop)
    assert caught.value.reason == "INDEX_UNAVAILABLE"
    assert tries == MOST_FAILURES
    assert all(row.indexed_at is None for row in shop.tables.gallery.values())
