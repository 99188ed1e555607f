"""Contract of visits as kept and as seen, and of images."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from footfall_server.domain.batch import BatchRecords, VisitReach
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import FaceImage, ImageState
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit, VisitFilter, VisitKind, VisitView
from footfall_server.ports import TimeCursor, Transactions
from storage_samples import NOON, a_sighting, a_visit, an_image, minutes, people


async def _with_customers(transactions: Transactions, tenant_id: UUID, count: int) -> list[UUID]:
    customer_ids = [new_id() for _ in range(count)]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, people=people(customer_ids)))
    return customer_ids


async def _save(
    transactions: Transactions, tenant_id: UUID, *visits: Visit, sightings: Sequence[Sighting] = ()
) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, visits=visits, sightings=sightings))


async def _listed(
    transactions: Transactions, tenant_id: UUID, matching: VisitFilter | None = None
) -> list[VisitView]:
    async with transactions.begin(tenant_id) as tx:
        return list(await tx.visits.list(matching=matching or VisitFilter(), after=None, limit=100))


async def test_a_visit_is_seen_with_what_its_sightings_say(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [customer_id] = await _with_customers(transactions, tenant_id, 1)
    visit = a_visit(site_id, customer_id, lasting=minutes(5))
    stored, better_stored, best_missing = (an_image(tenant_id, site_id) for _ in range(3))
    entrance, till = sorted([new_id(), new_id()])
    sightings = [
        a_sighting(visit, camera_id=entrance, quality=0.3, image_id=stored.image_id, female=0.9),
        a_sighting(visit, camera_id=till, quality=0.8, image_id=better_stored.image_id, female=0.5),
        a_sighting(visit, camera_id=till, quality=0.9, image_id=best_missing.image_id),
        a_sighting(visit, camera_id=entrance, quality=1.0),
    ]
    images = [stored, better_stored, best_missing]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, visits=[visit], sightings=sightings, images=images))
    async with transactions.begin(tenant_id) as tx:
        await tx.images.mark_stored([stored.image_id, better_stored.image_id], NOON)
    async with transactions.begin(tenant_id) as tx:
        seen = await tx.visits.get(visit.visit_id)
    assert seen is not None
    assert seen.female_probability == pytest.approx(0.7)
    assert await _listed(transactions, tenant_id, VisitFilter(camera_id=till)) == [seen]
    assert await _listed(transactions, tenant_id, VisitFilter(camera_id=new_id())) == []
    assert replace(seen, female_probability=None) == VisitView(
        visit_id=visit.visit_id,
        site_id=site_id,
        customer_id=customer_id,
        customer_number=1,
        customer_name="",
        first_seen_at=NOON,
        last_seen_at=NOON + minutes(5),
        kind=VisitKind.NEW,
        sighting_count=4,
        image_id=better_stored.image_id,
        female_probability=None,
        camera_ids=(entrance, till),
        rule_version=1,
        business_day=NOON.date(),
    )


async def test_a_visit_without_sightings_is_still_seen(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [customer_id] = await _with_customers(transactions, tenant_id, 1)
    await _save(transactions, tenant_id, a_visit(site_id, customer_id))
    [seen] = await _listed(transactions, tenant_id)
    assert (seen.sighting_count, seen.camera_ids, seen.image_id, seen.female_probability) == (
        0,
        (),
        None,
        None,
    )


async def test_new_is_whoever_was_not_there_before_as_of_now(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [anna, ben] = await _with_customers(transactions, tenant_id, 2)
    second = a_visit(site_id, anna, at=NOON)
    other = a_visit(site_id, ben, at=NOON + minutes(1))
    await _save(transactions, tenant_id, second, other)
    kinds = {view.visit_id: view.kind for view in await _listed(transactions, tenant_id)}
    assert kinds == {second.visit_id: VisitKind.NEW, other.visit_id: VisitKind.NEW}

    first = a_visit(new_id(), anna, at=NOON - timedelta(days=1))  # came late, at another site
    await _save(transactions, tenant_id, first)
    kinds = {view.visit_id: view.kind for view in await _listed(transactions, tenant_id)}
    assert kinds == {
        first.visit_id: VisitKind.NEW,
        second.visit_id: VisitKind.REPEAT,
        other.visit_id: VisitKind.NEW,
    }
    asked = [VisitReach(new_id(), each, NOON, NOON) for each in (anna, ben, new_id())]
    async with transactions.begin_exclusive(tenant_id) as tx:
        firsts = await tx.batches.visits_near(asked)
    assert {visit.visit_id for visit in firsts} == {first.visit_id, other.visit_id}


async def test_of_two_visits_at_one_moment_one_is_new(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [anna] = await _with_customers(transactions, tenant_id, 1)
    visits = sorted((a_visit(site_id, anna) for _ in range(3)), key=lambda visit: visit.visit_id)
    await _save(transactions, tenant_id, *visits)
    kinds = [(view.visit_id, view.kind) for view in await _listed(transactions, tenant_id)]
    assert kinds == [
        (visits[2].visit_id, VisitKind.REPEAT),
        (visits[1].visit_id, VisitKind.REPEAT),
        (visits[0].visit_id, VisitKind.NEW),
    ]


async def test_filters_narrow_together(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> None:
    [anna, ben] = await _with_customers(transactions, tenant_id, 2)
    harbour = new_id()
    visits = {
        "anna 0": a_visit(site_id, anna, at=NOON),
        "ben 1": a_visit(site_id, ben, at=NOON + minutes(1)),
        "anna 2": a_visit(harbour, anna, at=NOON + minutes(2)),
        "ben 3": a_visit(harbour, ben, at=NOON + minutes(3)),
    }
    await _save(transactions, tenant_id, *visits.values())
    names = {visit.visit_id: name for name, visit in visits.items()}
    cases = [
        (VisitFilter(), ["ben 3", "anna 2", "ben 1", "anna 0"]),
        (VisitFilter(site_ids=frozenset({harbour})), ["ben 3", "anna 2"]),
        (VisitFilter(site_ids=frozenset()), []),
        (VisitFilter(start=NOON + minutes(1), end=NOON + minutes(3)), ["anna 2", "ben 1"]),
        (VisitFilter(customer_id=anna), ["anna 2", "anna 0"]),
        (VisitFilter(kind=VisitKind.NEW), ["ben 1", "anna 0"]),
        (VisitFilter(kind=VisitKind.REPEAT), ["ben 3", "anna 2"]),
        (VisitFilter(kind=VisitKind.REPEAT, customer_id=ben), ["ben 3"]),
    ]
    for matching, expected in cases:
        listed = await _listed(transactions, tenant_id, matching)
        assert [names[view.visit_id] for view in listed] == expected, matching


async def test_pages_have_every_visit_once(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [anna] = await _with_customers(transactions, tenant_id, 1)
    # Three of them at each moment, so that a page ends between equal times.
    visits = [a_visit(site_id, anna, at=NOON + minutes(index // 3)) for index in range(11)]
    await _save(transactions, tenant_id, *visits)
    seen: list[VisitView] = []
    after: TimeCursor | None = None
    async with transactions.begin(tenant_id) as tx:
        while page := await tx.visits.list(matching=VisitFilter(), after=after, limit=4):
            seen += page
            after = TimeCursor(page[-1].first_seen_at, page[-1].visit_id)
    expected = sorted(visits, key=lambda visit: (visit.first_seen_at, visit.visit_id), reverse=True)
    assert [view.visit_id for view in seen] == [visit.visit_id for visit in expected]


async def test_visits_are_the_tenants(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    [anna] = await _with_customers(transactions, tenant_id, 1)
    visit = a_visit(site_id, anna)
    await _save(transactions, tenant_id, visit)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.visits.get(visit.visit_id) is None
        assert await tx.visits.views([visit.visit_id]) == {}
        assert list(await tx.visits.list(matching=VisitFilter(), after=None, limit=9)) == []


async def test_visits_near_a_time_touch_it(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [anna, ben] = await _with_customers(transactions, tenant_id, 2)
    first = a_visit(new_id(), anna, at=NOON - timedelta(days=1))
    visit = a_visit(site_id, anna, lasting=minutes(10))
    await _save(transactions, tenant_id, first, visit, a_visit(new_id(), anna))
    cases = [
        (NOON - minutes(9), NOON - minutes(1), False),
        (NOON - minutes(9), NOON, True),
        (NOON + minutes(10), NOON + minutes(11), True),
        (NOON + minutes(11), NOON + minutes(12), False),
    ]
    async with transactions.begin_exclusive(tenant_id) as tx:
        for earliest, latest, touches in cases:
            reaches = [VisitReach(site_id, each, earliest, latest) for each in (anna, ben, anna)]
            found = {each.visit_id for each in await tx.batches.visits_near(reaches)}
            expected = {first.visit_id, visit.visit_id} if touches else {first.visit_id}
            assert found == expected, f"{earliest} to {latest}"


async def test_two_visits_become_one(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> None:
    [anna] = await _with_customers(transactions, tenant_id, 1)
    kept = a_visit(site_id, anna)
    taken = a_visit(site_id, anna, at=NOON + minutes(30))
    sightings = [a_sighting(kept), a_sighting(taken)]
    await _save(transactions, tenant_id, kept, taken, sightings=sightings)
    longer = replace(kept, last_seen_at=taken.last_seen_at)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.sightings.move(from_visits=[taken.visit_id], to_visit=kept.visit_id)
        await tx.visits.remove([taken.visit_id])
        await tx.batches.write(BatchRecords(at=NOON, visits=[longer]))
    [seen] = await _listed(transactions, tenant_id)
    assert (seen.visit_id, seen.last_seen_at, seen.sighting_count) == (
        kept.visit_id,
        taken.last_seen_at,
        2,
    )


async def test_an_image_is_announced_once_and_then_stored(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    image = an_image(tenant_id, site_id)

    async def announce(announced: FaceImage) -> None:
        async with transactions.begin_exclusive(tenant_id) as tx:
            await tx.batches.write(BatchRecords(at=NOON, images=[announced]))

    await announce(image)
    await announce(replace(image, size_bytes=1))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.images.find([image.image_id]) == {image.image_id: image}
        await tx.images.mark_stored([image.image_id, new_id()], NOON)
    await announce(image)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.images.find([image.image_id]) == {}
        await tx.images.mark_stored([image.image_id], NOON)
    async with transactions.begin(tenant_id) as tx:
        stored = replace(image, state=ImageState.STORED)
        assert await tx.images.find([image.image_id, new_id()]) == {image.image_id: stored}
