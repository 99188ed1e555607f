"""Visits worked out again: after a merge, its undoing, and when somebody is not counted any more."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from footfall_server.domain.change import ChangeKind, NewChange
from footfall_server.domain.customer import Customer
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.places import Site
from footfall_server.domain.sighting import Sighting
from footfall_server.services.visit_rebuild import VisitRebuild


@pytest.fixture
def shop() -> Shop:
    return Shop()


def somebody(shop: Shop) -> UUID:
    customer_id = new_id()
    shop.tables.customers[customer_id] = Customer(
        customer_id, len(shop.tables.customers) + 1, START, customer_id, START, confirmed_at=START
    )
    return customer_id


def seen(shop: Shop, customer_id: UUID, minute: int, site: Site | None = None) -> Sighting:
    at = START + timedelta(minutes=minute)
    sighting = Sighting(
        track_id=uuid4(),
        site_id=(site or shop.site).site_id,
        camera_id=shop.camera_id,
        worker_id=None,
        first_seen_at=at,
        last_seen_at=at,
        final=True,
        outcome=FaceOutcome.KNOWN,
        customer_id=customer_id,
        visit_id=None,
        score=0.9,
        quality_score=0.9,
        female_probability=None,
        image_id=None,
        model_id="model",
        owner_id=customer_id,
        visit_seed=UUID(int=len(shop.tables.sightings) + 1),
    )
    shop.tables.sightings[sighting.track_id] = sighting
    return sighting


async def rebuilt(shop: Shop, *customer_ids: UUID) -> list[tuple[ChangeKind, UUID]]:
    async with shop.transactions.begin_exclusive(shop.tenant_id) as tx:
        changes: list[NewChange] = list(await VisitRebuild(tx).of(customer_ids))
    assert len({change.resource_id for change in changes}) == len(changes), "one change per visit"
    return [(change.kind, change.resource_id) for change in changes]


def merge(shop: Shop, source: UUID, target: UUID) -> None:
    tables = shop.tables
    tables.customers[source] = replace(tables.customers[source], root_id=target, merged_into=target)
    for track_id, sighting in tables.sightings.items():
        if sighting.owner_id == source:
            tables.sightings[track_id] = replace(sighting, customer_id=target)


def unmerge(shop: Shop, source: UUID) -> None:
    tables = shop.tables
    tables.customers[source] = replace(tables.customers[source], root_id=source, merged_into=None)
    for track_id, sighting in tables.sightings.items():
        if sighting.owner_id == source:
            tables.sightings[track_id] = replace(sighting, customer_id=source)


def kept(shop: Shop) -> dict[UUID, tuple[UUID, datetime, datetime]]:
    return {
        visit.visit_id: (visit.customer_id, visit.first_seen_at, visit.last_seen_at)
        for visit in shop.tables.visits.values()
    }


async def test_sightings_become_visits(shop: Shop) -> None:
    anna = somebody(shop)
    early, close, late = (seen(shop, anna, minute) for minute in (0, 60, 121))
    changes = await rebuilt(shop, anna)
    assert early.visit_seed is not None
    assert late.visit_seed is not None
    assert changes == [(ChangeKind.CREATED, early.visit_seed), (ChangeKind.CREATED, late.visit_seed)]
    assert kept(shop) == {
        early.visit_seed: (anna, early.first_seen_at, close.first_seen_at),
        late.visit_seed: (anna, late.first_seen_at, late.first_seen_at),
    }
    assert shop.tables.sightings[close.track_id].visit_id == early.visit_seed
    assert await rebuilt(shop, anna) == [], "what is right stays and is not told again"


@pytest.mark.parametrize("named", [[0], [1], [0, 1]], ids=["target", "source", "both"])
async def test_a_merge_joins_visits_and_its_undoing_restores_everything(shop: Shop, named: list[int]) -> None:
    anna, ben = somebody(shop), somebody(shop)
    anna_0, ben_40, anna_80, ben_300 = (
        seen(shop, who, minute) for who, minute in ((anna, 0), (ben, 40), (anna, 80), (ben, 300))
    )
    asked = [(anna, ben)[each] for each in named]
    await rebuilt(shop, anna, ben)
    before, sightings_before = kept(shop), dict(shop.tables.sightings)
    assert len(before) == 4

    merge(shop, ben, anna)
    changes = await rebuilt(shop, *asked)
    assert kept(shop) == {
        anna_0.visit_seed: (anna, anna_0.first_seen_at, anna_80.last_seen_at),
        ben_300.visit_seed: (anna, ben_300.first_seen_at, ben_300.last_seen_at),
    }
    assert set(changes) == {
        (ChangeKind.DELETED, ben_40.visit_seed),
        (ChangeKind.DELETED, anna_80.visit_seed),
        (ChangeKind.UPDATED, anna_0.visit_seed),
        (ChangeKind.UPDATED, ben_300.visit_seed),
    }
    unmerge(shop, ben)
    changes = await rebuilt(shop, *asked)
    assert kept(shop) == before
    assert shop.tables.sightings == sightings_before
    assert set(changes) == {
        (ChangeKind.CREATED, ben_40.visit_seed),
        (ChangeKind.CREATED, anna_80.visit_seed),
        (ChangeKind.UPDATED, anna_0.visit_seed),
        (ChangeKind.UPDATED, ben_300.visit_seed),
    }


async def test_watchers_hear_of_a_visit_that_is_the_first_no_more_and_of_one_that_is_again(
    shop: Shop,
) -> None:
    anna, ben = somebody(shop), somebody(shop)
    late = seen(shop, anna, 300)
    early = seen(shop, ben, 0, shop.open_site("Another"))
    await rebuilt(shop, anna, ben)
    merge(shop, ben, anna)
    changed = {(ChangeKind.UPDATED, early.visit_seed), (ChangeKind.UPDATED, late.visit_seed)}
    assert set(await rebuilt(shop, anna)) == changed, "one has another customer, one became a repeat"
    unmerge(shop, ben)
    assert set(await rebuilt(shop, anna, ben)) == changed


@pytest.mark.parametrize("reason", ["waiting", "staff", "gone"])
async def test_who_does_not_count_has_no_visits(shop: Shop, reason: str) -> None:
    anna = somebody(shop)
    sighting = seen(shop, anna, 0)
    await rebuilt(shop, anna)
    customer = shop.tables.customers[anna]
    if reason == "gone":
        del shop.tables.customers[anna]
    elif reason == "staff":
        shop.tables.customers[anna] = replace(customer, kind=CustomerKind.STAFF)
    else:
        shop.tables.customers[anna] = replace(customer, state=IdentityState.WAITING, number=None)
    assert await rebuilt(shop, anna) == [(ChangeKind.DELETED, sighting.visit_seed)]
    assert not shop.tables.visits
    assert shop.tables.sightings[sighting.track_id] == sighting, "it has no visit again"
    shop.tables.customers[anna] = customer
    assert await rebuilt(shop, anna) == [(ChangeKind.CREATED, sighting.visit_seed)]


async def test_a_sighting_that_moves_changes_both_visits(shop: Shop) -> None:
    anna, ben = somebody(shop), somebody(shop)
    hers, moved, his = seen(shop, anna, 0), seen(shop, anna, 1), seen(shop, ben, 0)
    await rebuilt(shop, anna, ben)
    moved = shop.tables.sightings[moved.track_id]
    shop.tables.sightings[moved.track_id] = replace(moved, customer_id=ben, owner_id=ben)
    assert set(await rebuilt(shop, ben)) == {
        (ChangeKind.UPDATED, hers.visit_seed),
        (ChangeKind.DELETED, his.visit_seed),
        (ChangeKind.CREATED, moved.visit_seed),
    }
