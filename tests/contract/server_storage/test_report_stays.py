"""Contract of what dwell and occupancy are worked out from."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from customer_samples import a_customer
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.crossing import Crossing
from footfall_server.domain.dwell import DwellQuantiles, DwellTallies, DwellTally
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.occupancy import Passage, Stay
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.report_period import BucketName, Calendar, Cut, Granularity, Period, calendars
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.visit import Visit
from footfall_server.ports import Transactions
from storage_samples import NOON, a_sighting, a_site, a_visit, minutes

TODAY = NOON.date()
DAY = timedelta(days=1)


def around_noon(*site_ids: UUID) -> list[Calendar]:
    """Yesterday and today, by the clock of Berlin."""
    rules = {site_id: SiteRules.first_of(a_site("", site_id)) for site_id in site_ids}
    return list(calendars(Period(TODAY - DAY, TODAY), Cut(Granularity.DAY), rules))


@pytest.fixture
async def harbour(transactions: Transactions, tenant_id: UUID) -> UUID:
    site = a_site("Harbour")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(site, None)
    return site.site_id


@pytest.fixture
async def anna(transactions: Transactions, tenant_id: UUID) -> UUID:
    return await person(transactions, tenant_id, CustomerKind.VISITOR)


async def person(transactions: Transactions, tenant_id: UUID, kind: CustomerKind) -> UUID:
    made = a_customer(kind=kind)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.customers.add(made, None)
    return made.customer_id


def seen(visit: Visit, times: int) -> list[Sighting]:
    return [replace(a_sighting(visit), crossing=None) for _ in range(times)]


async def save(
    transactions: Transactions, tenant_id: UUID, visits: list[tuple[Visit, int]], *others: Sighting
) -> None:
    """Visits, each with so many sightings."""
    sightings = [each for visit, times in visits for each in seen(visit, times)]
    records = BatchRecords(
        at=NOON, visits=tuple(visit for visit, _ in visits), sightings=(*sightings, *others)
    )
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(records)


async def test_visits_that_were_seen_twice_are_measured(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, harbour: UUID, anna: UUID
) -> None:
    def lasting(each: int, *, at: int = 0, site: UUID = site_id) -> Visit:
        return a_visit(site, anna, at=NOON + minutes(at), lasting=minutes(each))

    yesterday = a_visit(harbour, anna, at=NOON - DAY, lasting=timedelta(microseconds=1_500_000))
    visits = [
        (lasting(10), 2),
        (lasting(20, at=30), 5),
        (lasting(40, at=90, site=harbour), 3),
        (lasting(500, at=200), 1),
        (lasting(70, at=800), 0),
        (yesterday, 2),
        (a_visit(site_id, anna, at=NOON - 2 * DAY, lasting=minutes(99)), 2),  # before the period
    ]
    await save(transactions, tenant_id, visits)
    async with transactions.begin(tenant_id) as tx:
        both = await tx.reports.dwell(around_noon(site_id, harbour))
        one = await tx.reports.dwell(around_noon(site_id))
        assert await tx.reports.dwell([]) == DwellTallies()
    quantiles = both.of_bucket[BucketName(TODAY)].quantiles
    assert quantiles == DwellQuantiles(p25=900, median=1200, p75=1800, p90=2160)
    assert both.of_bucket == {
        BucketName(TODAY - DAY): DwellTally(1, 1, DwellQuantiles(1.5, 1.5, 1.5, 1.5)),
        BucketName(TODAY): DwellTally(5, 3, quantiles),
    }
    assert (both.total.visits, both.total.measured, both.total.seen_once) == (6, 4, 2)
    assert both.total.quantiles is not None
    assert both.total.quantiles.median == pytest.approx(900)
    assert one.total == DwellTally(4, 2, DwellQuantiles(750, 900, 1050, 1140))


async def test_without_a_second_sighting_nothing_is_measured(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, anna: UUID
) -> None:
    async with transactions.begin(tenant_id) as tx:
        assert await tx.reports.dwell(around_noon(site_id)) == DwellTallies()
        assert await tx.reports.passages_per_visit(around_noon(site_id), most=9) is None
    await save(transactions, tenant_id, [(a_visit(site_id, anna, lasting=minutes(5)), 1)])
    async with transactions.begin(tenant_id) as tx:
        assert (await tx.reports.dwell(around_noon(site_id))).total == DwellTally(1, 0, None)


async def test_stays_are_those_that_took_some_of_the_time(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, harbour: UUID, anna: UUID
) -> None:
    start, end = NOON, NOON + minutes(60)
    before = a_visit(site_id, anna, at=NOON - minutes(90), lasting=minutes(89))
    until = a_visit(site_id, anna, at=NOON - timedelta(hours=30), lasting=timedelta(hours=30))
    within = a_visit(site_id, anna, at=NOON + minutes(10), lasting=minutes(5))
    late = a_visit(site_id, anna, at=end - timedelta(microseconds=1), lasting=minutes(600))
    after = a_visit(site_id, anna, at=end)
    there = a_visit(harbour, anna, at=NOON)
    await save(
        transactions, tenant_id, [(before, 2), (until, 2), (within, 1), (late, 0), (after, 2), (there, 2)]
    )
    async with transactions.begin(tenant_id) as tx:
        stays = await tx.reports.stays(site_id, start, end)
    assert sorted(stays, key=lambda each: each.start) == [
        Stay(until.first_seen_at, until.last_seen_at, once=False),
        Stay(within.first_seen_at, within.last_seen_at, once=True),
        Stay(late.first_seen_at, late.last_seen_at, once=True),
    ]
    async with transactions.begin(tenant_id, sites=[harbour]) as tx:
        assert await tx.reports.stays(site_id, start, end) == []
        assert len(await tx.reports.stays(harbour, start, end)) == 1


async def test_passages_are_those_over_a_line_but_of_staff(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, harbour: UUID, anna: UUID
) -> None:
    clerk = await person(transactions, tenant_id, CustomerKind.STAFF)
    end = NOON + minutes(60)
    visit = a_visit(site_id, anna)

    def crossed(
        way: Crossing | None, minute: float, customer_id: UUID | None = anna, site: UUID = site_id
    ) -> Sighting:
        return replace(
            a_sighting(visit),
            track_id=new_id(),
            site_id=site,
            customer_id=customer_id,
            visit_id=None,
            crossing=way,
            first_seen_at=NOON + timedelta(minutes=minute) - minutes(3),
            last_seen_at=NOON + timedelta(minutes=minute),
        )

    tracks = (
        crossed(Crossing.IN, 0),
        crossed(Crossing.IN, 5, customer_id=None),
        crossed(Crossing.OUT, 20),
        crossed(Crossing.IN, -1),
        crossed(Crossing.OUT, 60),
        crossed(Crossing.IN, 30, customer_id=clerk),
        crossed(None, 30),
        crossed(Crossing.IN, 30, site=harbour),
    )
    await save(transactions, tenant_id, [], *tracks)
    async with transactions.begin(tenant_id) as tx:
        passages = await tx.reports.passages(site_id, NOON, end)
    assert sorted(passages, key=lambda each: each.at) == [
        Passage(NOON, Crossing.IN),
        Passage(NOON + minutes(5), Crossing.IN),
        Passage(NOON + minutes(20), Crossing.OUT),
    ]
    async with transactions.begin(tenant_id, sites=[harbour]) as tx:
        assert await tx.reports.passages(site_id, NOON, end) == []


async def test_passages_per_visit_are_those_of_the_latest_visits(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, harbour: UUID, anna: UUID
) -> None:
    visits = [(a_visit(site_id, anna, at=NOON + minutes(90 * number)), number + 1) for number in range(4)]
    await save(transactions, tenant_id, [*visits, (a_visit(harbour, anna, at=NOON - DAY), 10)])
    async with transactions.begin(tenant_id) as tx:
        both = around_noon(site_id, harbour)
        assert await tx.reports.passages_per_visit(around_noon(site_id), most=100) == 2.5
        assert await tx.reports.passages_per_visit(around_noon(site_id), most=2) == 3.5
        assert await tx.reports.passages_per_visit(both, most=2) == 7.0
        assert await tx.reports.passages_per_visit(both, most=1) == 7.0
    async with transactions.begin(tenant_id, sites=[harbour]) as tx:
        assert await tx.reports.passages_per_visit(both, most=100) == 10.0
