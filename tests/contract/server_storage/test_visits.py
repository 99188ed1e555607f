"""Contract of visits as kept and as seen, and of images."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import ImageState
from footfall_server.domain.person import Customer
from footfall_server.domain.visit import Visit, VisitFilter, VisitKind, VisitView
from footfall_server.ports import TimeCursor, Transactions
from storage_samples import NOON, a_customer, a_sighting, a_visit, an_image, minutes


async def _with_customers(transactions: Transactions, tenant_id: UUID, count: int) -> list[Customer]:
    async with transactions.begin_exclusive(tenant_id) as tx:
        customers = [a_customer(await tx.customers.next_number()) for _ in range(count)]
        await tx.customers.add(customers)
    return customers


async def _save(transactions: Transactions, tenant_id: UUID, *visits: Visit) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.visits.save(visits)


async def _listed(
    transactions: Transactions, tenant_id: UUID, matching: VisitFilter | None = None
) -> list[VisitView]:
    async with transactions.begin(tenant_id) as tx:
        return list(await tx.visits.list(matching=matching or VisitFilter(), after=None, limit=100))


async def test_a_visit_is_seen_with_what_its_sightings_say(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [customer] = await _with_customers(transactions, tenant_id, 1)
    visit = a_visit(site_id, customer.customer_id, lasting=minutes(5))
    stored, better_stored, best_missing = (an_image(tenant_id, site_id) for _ in range(3))
    entrance, till = sorted([new_id(), new_id()])
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.visits.save([visit])
        await tx.images.announce([stored, better_stored, best_missing])
        await tx.images.mark_stored([stored.image_id, better_stored.image_id], NOON)
        await tx.sightings.save(
            [
                a_sighting(visit, camera_id=entrance, quality=0.3, image_id=stored.image_id, female=0.9),
                a_sighting(visit, camera_id=till, quality=0.8, image_id=better_stored.image_id, female=0.5),
                a_sighting(visit, camera_id=till, quality=0.9, image_id=best_missing.image_id),
                a_sighting(visit, camera_id=entrance, quality=1.0),
            ]
        )
    async with transactions.begin(tenant_id) as tx:
        seen = await tx.visits.get(visit.visit_id)
    assert seen is not None
    assert seen.female_probability == pytest.approx(0.7)
    assert replace(seen, female_probability=None) == VisitView(
        visit_id=visit.visit_id,
        site_id=site_id,
        customer_id=customer.customer_id,
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
    )


async def test_a_visit_without_sightings_is_still_seen(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [customer] = await _with_customers(transactions, tenant_id, 1)
    await _save(transactions, tenant_id, a_visit(site_id, customer.customer_id))
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
    second = a_visit(site_id, anna.customer_id, at=NOON)
    other = a_visit(site_id, ben.customer_id, at=NOON + minutes(1))
    await _save(transactions, tenant_id, second, other)
    kinds = {view.visit_id: view.kind for view in await _listed(transactions, tenant_id)}
    assert kinds == {second.visit_id: VisitKind.NEW, other.visit_id: VisitKind.NEW}

    first = a_visit(new_id(), anna.customer_id, at=NOON - timedelta(days=1))  # came late, at another site
    await _save(transactions, tenant_id, first)
    kinds = {view.visit_id: view.kind for view in await _listed(transactions, tenant_id)}
    assert kinds == {
        first.visit_id: VisitKind.NEW,
        second.visit_id: VisitKind.REPEAT,
        other.visit_id: VisitKind.NEW,
    }
    async with transactions.begin(tenant_id) as tx:
        firsts = await tx.visits.first_of([anna.customer_id, ben.customer_id, new_id()])
        assert firsts == {anna.customer_id: first, ben.customer_id: other}
        assert await tx.visits.first_of([]) == {}


async def test_of_two_visits_at_one_moment_one_is_new(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [anna] = await _with_customers(transactions, tenant_id, 1)
    visits = sorted((a_visit(site_id, anna.customer_id) for _ in range(3)), key=lambda visit: visit.visit_id)
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
        "anna 0": a_visit(site_id, anna.customer_id, at=NOON),
        "ben 1": a_visit(site_id, ben.customer_id, at=NOON + minutes(1)),
        "anna 2": a_visit(harbour, anna.customer_id, at=NOON + minutes(2)),
        "ben 3": a_visit(harbour, ben.customer_id, at=NOON + minutes(3)),
    }
    await _save(transactions, tenant_id, *visits.values())
    names = {visit.visit_id: name for name, visit in visits.items()}
    cases = [
        (VisitFilter(), ["ben 3", "anna 2", "ben 1", "anna 0"]),
        (VisitFilter(site_ids=frozenset({harbour})), ["ben 3", "anna 2"]),
        (VisitFilter(site_ids=frozenset()), []),
        (VisitFilter(start=NOON + minutes(1), end=NOON + minutes(3)), ["anna 2", "ben 1"]),
        (VisitFilter(customer_id=anna.customer_id), ["anna 2", "anna 0"]),
        (VisitFilter(kind=VisitKind.NEW), ["ben 1", "anna 0"]),
        (VisitFilter(kind=VisitKind.REPEAT), ["ben 3", "anna 2"]),
        (VisitFilter(kind=VisitKind.REPEAT, customer_id=ben.customer_id), ["ben 3"]),
    ]
    for matching, expected in cases:
        listed = await _listed(transactions, tenant_id, matching)
        assert [names[view.visit_id] for view in listed] == expected, matching


async def test_pages_have_every_visit_once(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [anna] = await _with_customers(transactions, tenant_id, 1)
    # Three of them at each moment, so that a page ends between equal times.
    visits = [a_visit(site_id, anna.customer_id, at=NOON + minutes(index // 3)) for index in range(11)]
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
    visit = a_visit(site_id, anna.customer_id)
    await _save(transactions, tenant_id, visit)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.visits.get(visit.visit_id) is None
        assert await tx.visits.views([visit.visit_id]) == {}
        assert list(await tx.visits.list(matching=VisitFilter(), after=None, limit=9)) == []
        assert list(await tx.visits.around([(site_id, anna.customer_id)], earliest=NOON, latest=NOON)) == []
        assert await tx.visits.first_of([anna.customer_id]) == {}


async def test_visits_around_a_time_touch_it(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [anna, ben] = await _with_customers(transactions, tenant_id, 2)
    visit = a_visit(site_id, anna.customer_id, lasting=minutes(10))
    await _save(transactions, tenant_id, visit, a_visit(new_id(), anna.customer_id))
    here = (site_id, anna.customer_id)
    cases = [
        (NOON - minutes(9), NOON - minutes(1), []),
        (NOON - minutes(9), NOON, [visit]),
        (NOON + minutes(10), NOON + minutes(11), [visit]),
        (NOON + minutes(11), NOON + minutes(12), []),
    ]
    async with transactions.begin(tenant_id) as tx:
        for earliest, latest, expected in cases:
            keys = [here, (site_id, ben.customer_id), here]
            found = await tx.visits.around(keys, earliest=earliest, latest=latest)
            assert list(found) == expected, f"{earliest} to {latest}"
        assert list(await tx.visits.around([], earliest=NOON, latest=NOON)) == []


async def test_two_visits_become_one(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> None:
    [anna] = await _with_customers(transactions, tenant_id, 1)
    kept = a_visit(site_id, anna.customer_id)
    taken = a_visit(site_id, anna.customer_id, at=NOON + minutes(30))
    sightings = [a_sighting(kept), a_sighting(taken)]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.visits.save([kept, taken])
        await tx.sightings.save(sightings)
    longer = replace(kept, last_seen_at=taken.last_seen_at)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.visits.save([longer])
        await tx.sightings.move(from_visits=[taken.visit_id], to_visit=kept.visit_id)
        await tx.visits.remove([taken.visit_id])
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
    async with transactions.begin(tenant_id) as tx:
        await tx.images.announce([image])
        await tx.images.announce([replace(image, size_bytes=1)])
    async with transactions.begin(tenant_id) as tx:
        assert await tx.images.get(image.image_id) == image
        await tx.images.mark_stored([image.image_id, new_id()], NOON)
        await tx.images.announce([image])
    async with transactions.begin(tenant_id) as tx:
        stored = replace(image, state=ImageState.STORED)
        assert await tx.images.find([image.image_id, new_id()]) == {image.image_id: stored}
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.images.get(image.image_id) is None
        await tx.images.mark_stored([image.image_id], NOON)
        assert await tx.images.find([image.image_id]) == {}
