"""Kept days: whatever changes, a report by days says what one from the visits says."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from changing_shop import Shop, Sightings, Visits
from customer_samples import a_customer
from footfall_server.domain import report_days
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.report import NewVisitScope
from footfall_server.domain.report_period import Cut, Granularity, Period, calendars, starts_of_days
from footfall_server.domain.restatement import ChangeCause
from footfall_server.ports import Transaction, Transactions
from footfall_server.services.report_days import ReportDays, current_days
from storage_samples import NOON, a_site, a_visit

DAY = timedelta(days=1)
PERIOD = Period(NOON.date() - 9 * DAY, NOON.date() + DAY)
CUTS = (Cut(Granularity.DAY), Cut(Granularity.WEEK))
DAYS = starts_of_days(PERIOD, CUTS[0])


async def assert_days_tell_the_truth(tx: Transaction, *site_ids: UUID) -> None:
    """By days and from the visits: the same numbers."""
    rules = await tx.sites.rules(site_ids)
    for cut in CUTS:
        days = await current_days(tx, starts_of_days(PERIOD, cut), rules)
        assert days is not None, "so few changes are to be counted by days"
        of_sites = calendars(PERIOD, cut, rules)
        assert report_days.uncounted(days) == await tx.reports.uncounted(of_sites)
        for scope in NewVisitScope:
            assert report_days.by_kind(days, scope) == await tx.reports.by_kind(of_sites, scope)
            assert report_days.tallies(days, scope) == await tx.reports.visits(of_sites, scope)


@pytest.fixture
async def harbour(transactions: Transactions, tenant_id: UUID) -> UUID:
    site = a_site("Harbour")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(site, None)
    return site.site_id


@pytest.fixture
async def people(transactions: Transactions, tenant_id: UUID) -> list[UUID]:
    made = [a_customer() for _ in range(4)]
    async with transactions.begin_exclusive(tenant_id) as tx:
        for each in made:
            await tx.customers.add(each, None)
    return [each.customer_id for each in made]


@pytest.mark.parametrize("seed", range(6))
async def test_by_days_or_from_the_visits_is_the_same(
    transactions: Transactions,
    tenant_id: UUID,
    site_id: UUID,
    *,
    harbour: UUID,
    people: list[UUID],
    seed: int,
) -> None:
    dice = Random(seed)
    visits, sightings = Visits(), Sightings()
    days = ReportDays(transactions=transactions)
    for step in range(30):
        async with transactions.begin_exclusive(tenant_id) as tx:
            shop = Shop(tx, dice, [site_id, harbour], people)
            await (shop.hire() if step % 9 == 8 else shop.change(visits, sightings))
        if dice.random() < 0.4:
            await days.refresh(tenant_id)
        async with transactions.begin(tenant_id) as tx:
            await assert_days_tell_the_truth(tx, site_id, harbour)
            await assert_days_tell_the_truth(tx, harbour)
        async with transactions.begin(tenant_id, sites=[harbour]) as tx:
            await assert_days_tell_the_truth(tx, harbour)


async def test_what_is_kept_leaves_no_mark(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID, people: list[UUID]
) -> None:
    days = ReportDays(transactions=transactions)
    await days.refresh_all()
    visit = a_visit(site_id, people[0])
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, visits=[visit]))
    async with transactions.begin_platform() as platform:
        assert list(await platform.tenants_with_report_marks()) == [tenant_id]
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.report_days.waiting([site_id]) == []
    async with transactions.begin(tenant_id) as tx:
        (mark,) = await tx.report_days.waiting([site_id])
        assert (mark.site_id, mark.utc_day) == (site_id, NOON.date())
    assert await days.refresh_all() == 1
    async with transactions.begin_platform() as platform:
        assert await platform.tenants_with_report_marks() == []
    async with transactions.begin(tenant_id) as tx:
        [kept] = await tx.report_days.kept([site_id], DAYS)
        assert (kept.day, len(kept.visits)) == (NOON.date(), 4)
        assert await tx.report_days.kept([site_id], DAYS, without=[(site_id, NOON.date())]) == []
        assert await tx.report_days.kept([new_id()], DAYS) == []
    # A visit that lasts longer says nothing else of its day.
    async with transactions.begin_exclusive(tenant_id) as tx:
        longer = replace(visit, last_seen_at=visit.last_seen_at + timedelta(minutes=5))
        await tx.batches.write(BatchRecords(at=NOON, visits=[longer]))
    assert await days.refresh_all() == 0
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.visits.remove([visit.visit_id])
    await days.refresh_all()
    async with transactions.begin(tenant_id) as tx:
        assert await tx.report_days.kept([site_id], DAYS) == []


async def test_marks_say_when_what_changed_began(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, people: list[UUID]
) -> None:
    morning, evening = NOON - timedelta(hours=3), NOON + timedelta(hours=5)
    visits = [a_visit(site_id, people[0], at=at) for at in (evening, NOON, morning)]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, visits=visits))
    async with transactions.begin_exclusive(tenant_id) as tx:
        (mark,) = await tx.report_days.waiting([site_id])
        assert mark.began == (morning, evening)
        assert (await tx.report_days.take_marks(most=9)).marks == [mark]
    moved = NOON + timedelta(hours=1)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, visits=[replace(visits[1], first_seen_at=moved)]))
    async with transactions.begin_exclusive(tenant_id) as tx:
        (mark,) = await tx.report_days.waiting([site_id])
        assert mark.began == (NOON, moved), "where it was, and where it is"
        await tx.report_days.mark([(site_id, mark.utc_day)], mark.cause or ChangeCause.LATE_EVENT)
        (mark,) = await tx.report_days.waiting([site_id])
        assert mark.began is None, "one that does not say it may be of any moment"


async def test_only_so_many_marks_are_looked_at(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, people: list[UUID]
) -> None:
    visits = [a_visit(site_id, people[0], at=NOON - number * DAY) for number in range(4)]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, visits=visits))
    async with transactions.begin(tenant_id) as tx:
        assert len(await tx.report_days.waiting([site_id], most=3)) == 3
        assert len(await tx.report_days.waiting([site_id])) == 4


async def test_a_day_is_kept_for_those_who_may_see_its_site(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, harbour: UUID, people: list[UUID]
) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        seen = [a_visit(site_id, people[0]), a_visit(harbour, people[0])]
        await tx.batches.write(BatchRecords(at=NOON, visits=seen))
    await ReportDays(transactions=transactions).refresh(tenant_id)
    async with transactions.begin(tenant_id, sites=[harbour]) as tx:
        seen_here = await tx.report_days.kept([site_id, harbour], DAYS)
        assert [len(each.visits) for each in seen_here] == [4], "one visit, that of the harbour"
        # That they were elsewhere before counts (ADR 0012).
        assert list(report_days.by_kind(seen_here, NewVisitScope.TENANT))


async def test_very_many_changes_are_counted_from_the_visits(
    transactions: Transactions, tenant_id: UUID, site_id: UUID, people: list[UUID]
) -> None:
    long_ago = [a_visit(site_id, people[0], at=NOON - number * DAY) for number in range(70)]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, visits=long_ago))
    async with transactions.begin(tenant_id) as tx:
        assert await current_days(tx, DAYS, await tx.sites.rules([site_id])) is None
    await ReportDays(transactions=transactions).refresh(tenant_id)
    async with transactions.begin(tenant_id) as tx:
        await assert_days_tell_the_truth(tx, site_id)
