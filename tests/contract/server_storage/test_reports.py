"""Contract of what reports are counted from."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from customer_samples import a_customer
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.report import (
    ApparentGender,
    GenderBounds,
    NewVisitScope,
    Slice,
    UncountedTally,
    VisitTallies,
    VisitTally,
)
from footfall_server.domain.report_period import BucketName, Calendar, Cut, Granularity, Period, calendars
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.visit import Visit, VisitKind
from footfall_server.ports import Transactions
from storage_samples import NOON, a_sighting, a_site, a_visit, minutes

TODAY, BOUNDS = NOON.date(), GenderBounds(female=0.8, male=0.2)
DAY = timedelta(days=1)
TENANT, SITE = NewVisitScope.TENANT, NewVisitScope.SITE


def around_noon(*site_ids: UUID, granularity: Granularity = Granularity.DAY, days: int = 2) -> list[Calendar]:
    """The days up to today, by the clock of Berlin."""
    rules = {site_id: SiteRules.first_of(a_site("", site_id)) for site_id in site_ids}
    return list(calendars(Period(TODAY - (days - 1) * DAY, TODAY), Cut(granularity), rules))


@pytest.fixture
async def harbour(transactions: Transactions, tenant_id: UUID) -> UUID:
    site = a_site("Harbour")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(site, None)
    return site.site_id


async def _people(transactions: Transactions, tenant_id: UUID, *kinds: CustomerKind) -> list[UUID]:
    made = [a_customer(kind=kind) for kind in kinds]
    async with transactions.begin_exclusive(tenant_id) as tx:
        for each in made:
            await tx.customers.add(each, None)
    return [each.customer_id for each in made]


async def _save(
    transactions: Transactions, tenant_id: UUID, *visits: Visit, sightings: tuple[Sighting, ...] = ()
) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, visits=visits, sightings=sightings))


async def test_visits_and_visitors_are_counted_by_bucket_and_as_a_whole(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, harbour: UUID
) -> None:
    anna, ben = await _people(transactions, tenant_id, *[CustomerKind.VISITOR] * 2)
    yesterday = NOON - DAY
    await _save(
        transactions,
        tenant_id,
        a_visit(site_id, anna, at=yesterday),
        a_visit(site_id, anna, at=NOON),
        a_visit(harbour, anna, at=NOON + minutes(90)),
        a_visit(site_id, ben, at=NOON + minutes(3)),
        a_visit(site_id, ben, at=NOON - 2 * DAY),  # before the period
        a_visit(site_id, ben, at=NOON + DAY),  # after it
    )
    async with transactions.begin(tenant_id) as tx:
        both = await tx.reports.visits(around_noon(site_id, harbour), TENANT)
        there = await tx.reports.visits(around_noon(harbour), SITE)
        by_hour = await tx.reports.visits(around_noon(site_id, granularity=Granularity.HOUR), TENANT)
        kinds = await tx.reports.by_kind(around_noon(site_id, harbour), TENANT)
    assert both == VisitTallies(
        {
            BucketName(TODAY - DAY): VisitTally(visits=1, unique_visitors=1, new_visits=1),
            BucketName(TODAY): VisitTally(visits=3, unique_visitors=2, new_visits=0),
        },
        VisitTally(visits=4, unique_visitors=2, new_visits=1),
    )
    assert there.total == VisitTally(visits=1, unique_visitors=1, new_visits=1)
    assert by_hour.of_bucket == {
        BucketName(TODAY - DAY, 13): VisitTally(1, 1, 1),
        BucketName(TODAY, 13): VisitTally(2, 2, 0),
    }
    assert kinds == {VisitKind.NEW: Slice(1, 1), VisitKind.REPEAT: Slice(3, 2)}


async def test_a_visit_is_in_the_bucket_that_it_begins_in(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [anna] = await _people(transactions, tenant_id, CustomerKind.VISITOR)
    rules = SiteRules.first_of(a_site("", site_id))
    start = rules.at(NOON).next_day(NOON - DAY)
    await _save(
        transactions,
        tenant_id,
        a_visit(site_id, anna, at=start, lasting=2 * DAY),
        a_visit(site_id, anna, at=start - timedelta(microseconds=1)),
        a_visit(site_id, anna, at=start + DAY),
    )
    async with transactions.begin(tenant_id) as tx:
        counted = await tx.reports.visits(around_noon(site_id, days=1), TENANT)
    assert counted.total == VisitTally(visits=1, unique_visitors=1, new_visits=0)


async def test_what_makes_no_visit_is_staff_or_cannot_be_told(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    guest, clerk = await _people(transactions, tenant_id, CustomerKind.VISITOR, CustomerKind.STAFF)
    visit = a_visit(site_id, guest)

    def sighting(customer_id: UUID | None, outcome: FaceOutcome) -> Sighting:
        return replace(
            a_sighting(visit), track_id=new_id(), customer_id=customer_id, visit_id=None, outcome=outcome
        )

    await _save(
        transactions,
        tenant_id,
        visit,
        sightings=(
            a_sighting(visit),
            sighting(clerk, FaceOutcome.STAFF),
            sighting(clerk, FaceOutcome.KNOWN),  # before it was known that they work here
            sighting(None, FaceOutcome.UNRECOGNISABLE),
            sighting(guest, FaceOutcome.PENDING),
            replace(sighting(None, FaceOutcome.UNRECOGNISABLE), first_seen_at=NOON - 3 * DAY),
        ),
    )
    async with transactions.begin(tenant_id) as tx:
        found = await tx.reports.uncounted(around_noon(site_id))
    assert found == {BucketName(TODAY): UncountedTally(staff=2, unidentifiable=2)}


async def test_the_estimate_of_a_visit_is_the_mean_of_its_sightings(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    anna, ben = await _people(transactions, tenant_id, *[CustomerKind.VISITOR] * 2)
    estimates: list[tuple[UUID, list[float | None]]] = [
        (anna, [0.9, 0.8, None]),
        (anna, [1.0, 0.7]),
        (ben, [0.1, 0.2]),
        (ben, [0.9, 0.1]),
        (ben, [None]),
        (ben, []),
    ]
    visits = [a_visit(site_id, who, at=NOON + minutes(number)) for number, (who, _) in enumerate(estimates)]
    sightings = [
        a_sighting(visit, female=female)
        for visit, (_, of_visit) in zip(visits, estimates, strict=True)
        for female in of_visit
    ]
    await _save(transactions, tenant_id, *visits, sightings=tuple(sightings))
    async with transactions.begin(tenant_id) as tx:
        found = await tx.reports.by_gender(around_noon(site_id), BOUNDS)
    assert found == {
        ApparentGender.FEMALE: Slice(2, 1),
        ApparentGender.MALE: Slice(1, 1),
        ApparentGender.UNKNOWN: Slice(1, 1),
        ApparentGender.NOT_ESTIMATED: Slice(2, 1),
    }


async def test_sites_are_those_that_ever_were(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, harbour: UUID
) -> None:
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.remove(harbour)
        assert set(await tx.reports.sites()) == {site_id, harbour}
    async with transactions.begin(tenant_id, sites=[site_id]) as tx:
        assert set(await tx.reports.sites()) == {site_id}


async def test_nothing_is_counted_of_another_tenant_or_behind_the_wall(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID, harbour: UUID
) -> None:
    [anna] = await _people(transactions, tenant_id, CustomerKind.VISITOR)
    first, second = a_visit(harbour, anna, at=NOON - minutes(9)), a_visit(site_id, anna)
    nobody = replace(a_sighting(first), track_id=new_id(), customer_id=None, visit_id=None)
    await _save(transactions, tenant_id, first, second, sightings=(nobody,))
    everywhere = around_noon(site_id, harbour)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.reports.visits(everywhere, TENANT) == VisitTallies()
        assert await tx.reports.uncounted(everywhere) == {}
    async with transactions.begin(tenant_id, sites=[site_id]) as tx:
        # That they were elsewhere before counts, and is all that is told of it (ADR 0012).
        assert (await tx.reports.visits(everywhere, TENANT)).total == VisitTally(1, 1, 0)
        assert (await tx.reports.visits(everywhere, SITE)).total == VisitTally(1, 1, 1)
        assert await tx.reports.uncounted(everywhere) == {}
        assert await tx.reports.by_gender(everywhere, BOUNDS) == {ApparentGender.NOT_ESTIMATED: Slice(1, 1)}


async def test_no_sites_and_no_moments_count_nothing(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    never = [replace(each, spans=()) for each in around_noon(site_id)]
    async with transactions.begin(tenant_id) as tx:
        for nothing in ([], never):
            assert await tx.reports.visits(nothing, SITE) == VisitTallies()
            assert await tx.reports.uncounted(nothing) == {}
            assert await tx.reports.by_kind(nothing, TENANT) == {}
            assert await tx.reports.by_gender(nothing, BOUNDS) == {}


async def test_a_gap_between_spans_counts_nowhere(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    [anna] = await _people(transactions, tenant_id, CustomerKind.VISITOR)
    await _save(transactions, tenant_id, *(a_visit(site_id, anna, at=NOON - day * DAY) for day in range(3)))
    [calendar] = around_noon(site_id, days=3)
    outer = [replace(calendar, spans=(calendar.spans[0], calendar.spans[2]))]
    async with transactions.begin(tenant_id) as tx:
        counted = await tx.reports.visits(outer, TENANT)
    assert counted.total == VisitTally(visits=2, unique_visitors=1, new_visits=1)
    assert set(counted.of_bucket) == {BucketName(date(2026, 2, 28)), BucketName(TODAY)}
