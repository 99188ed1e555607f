"""Days held against what was seen: what is told of one that differs, and how a job fails by it."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch
from uuid import UUID

import structlog
from customer_samples import a_customer, a_track
from fakes.manual_clock import ManualClock
from fakes.memory_restatements import MemoryReportSources
from fakes.memory_transactions import MemoryTransactions
from footfall_server.domain.report import UncountedTally
from footfall_server.domain.report_days import CountedDay, DayVisit, KeptDay, kept_day
from footfall_server.domain.report_recount import (
    PEOPLE,
    DayDifference,
    Seen,
    SeenPassage,
    SeenVisit,
    differences,
    joined,
    recounted,
)
from footfall_server.domain.site_rules import SiteRules
from footfall_server.services.report_days import ReportDays
from footfall_server.services.report_verification import DIFFERENT, ReportVerification
from footfall_server.services.visit_rebuild import VisitRebuild
from storage_samples import a_site

TENANT, SITE, OTHER = UUID(int=1), UUID(int=11), UUID(int=12)
ANNA, BEN = UUID(int=101), UUID(int=102)
DAY = date(2026, 3, 3)
AT = datetime(2026, 3, 3, 12, tzinfo=UTC)
NUMBERS = {ANNA: 1, BEN: 2}
COMPUTED = CountedDay(SITE, DAY, [DayVisit(ANNA, True, True), DayVisit(BEN, False, True)])


def seen(number: int, customer_id: UUID, *, days: int = 0, site_id: UUID = SITE) -> SeenVisit:
    return SeenVisit(UUID(int=number), site_id, customer_id, AT + timedelta(days=days))


def a_shop() -> MemoryTransactions:
    """A tenant with one site, nine days after AT."""
    transactions = MemoryTransactions(clock=ManualClock(AT + timedelta(days=9)))
    tables, site = transactions.tables(TENANT), a_site("Old Town", SITE)
    tables.sites[SITE] = site
    tables.site_rules[SITE, 1] = SiteRules.first_of(site).versions[0]
    return transactions


def test_a_day_that_is_kept_as_it_is_differs_in_nothing() -> None:
    assert differences(kept_day(COMPUTED, NUMBERS), COMPUTED, NUMBERS) == []


def test_each_wrong_number_is_told_with_what_it_is_and_what_it_should_be() -> None:
    kept = KeptDay(SITE, DAY, b"", UncountedTally(staff=4))
    assert differences(kept, COMPUTED, NUMBERS) == [
        DayDifference(SITE, DAY, "visits", 0, 2),
        DayDifference(SITE, DAY, "unique_visitors", 0, 2),
        DayDifference(SITE, DAY, "new_visits", 0, 1),
        DayDifference(SITE, DAY, "new_visits_here", 0, 2),
        DayDifference(SITE, DAY, "staff", 4, 0),
    ]


def test_the_right_number_of_wrong_people_is_told() -> None:
    """Else a week's unique visitors are wrong, though each day's are right."""
    kept = kept_day(COMPUTED, {ANNA: 1, BEN: 3})
    assert differences(kept, COMPUTED, NUMBERS) == [DayDifference(SITE, DAY, PEOPLE, 1, 1)]
    assert differences(kept, COMPUTED, {ANNA: 1}) == [DayDifference(SITE, DAY, PEOPLE, 1, 1)]


def test_a_day_that_was_cut_short_differs_by_the_visit_that_is_not_whole() -> None:
    right = kept_day(COMPUTED, NUMBERS)
    cut = differences(KeptDay(SITE, DAY, right.visits[:-1]), COMPUTED, NUMBERS)
    assert cut[0] == DayDifference(SITE, DAY, "visits", 1, 2)
    longer = differences(KeptDay(SITE, DAY, right.visits + b"\1"), COMPUTED, NUMBERS)
    assert longer == [DayDifference(SITE, DAY, PEOPLE, 1, 0)]


def test_first_visits_are_looked_for_everywhere_and_days_are_the_sites_own() -> None:
    berlin = SiteRules.first_of(a_site("Berlin", SITE))
    visits = [
        seen(1, ANNA, days=-3, site_id=OTHER),
        seen(2, ANNA),
        seen(3, ANNA, days=1),
        seen(4, BEN),
    ]
    # Half past two of the fourth in Berlin: the business day begins at four.
    passages = [SeenPassage(AT + timedelta(hours=13.5), of_staff=True), SeenPassage(AT, of_staff=False)]
    found = recounted(SITE, berlin, Seen(visits, passages))
    assert found == {
        DAY: CountedDay(
            SITE, DAY, [DayVisit(ANNA, False, True), DayVisit(BEN, True, True)], UncountedTally(1, 1)
        ),
        DAY + timedelta(days=1): CountedDay(
            SITE, DAY + timedelta(days=1), [DayVisit(ANNA, False, False)], UncountedTally()
        ),
    }


def test_days_that_were_counted_in_parts_are_whole() -> None:
    rules = SiteRules.first_of(a_site("Berlin", SITE))
    of_anna = [seen(1, ANNA, days=-3, site_id=OTHER), seen(2, ANNA), seen(3, ANNA, days=1)]
    of_ben = [seen(4, BEN)]
    passages = [SeenPassage(AT, of_staff=True), SeenPassage(AT + timedelta(days=2), of_staff=False)]
    parts = [
        recounted(SITE, rules, some)
        for some in (Seen((), passages), Seen(of_anna, ()), Seen(of_ben, ()), Seen((), passages[:1]))
    ]
    whole = recounted(SITE, rules, Seen([*of_anna, *of_ben], [*passages, passages[0]]))
    numbers = {ANNA: 1, BEN: 2}
    assert {day: kept_day(each, numbers) for day, each in joined(parts).items()} == {
        day: kept_day(each, numbers) for day, each in whole.items()
    }


async def test_however_many_came_a_step_is_short_and_everybody_is_counted_once() -> None:
    """Else the calls of everybody wait until a large shop's month was counted."""
    people = [UUID(int=1000 + number) for number in range(450)]
    transactions = a_shop()
    async with transactions.begin_exclusive(TENANT) as tx:
        for person in people:
            await tx.customers.add(a_customer(customer_id=person), None)
        # Three visits of each, so that fewer people make a step as large as it may be.
        tracks = [
            a_track(person, SITE, at=AT + timedelta(days=day), customer_id=person)
            for person in people
            for day in range(3)
        ]
        await tx.sightings.save(tracks)
        await VisitRebuild(tx).of(people)
    days = ReportDays(transactions=transactions)
    await days.refresh(TENANT)
    steps = list[tuple[int, int]]()
    read = MemoryReportSources.visits_of

    async def counted(self: MemoryReportSources, customer_ids: Collection[UUID]) -> Sequence[SeenVisit]:
        visits = await read(self, customer_ids)
        steps.append((len(customer_ids), len(visits)))
        return visits

    with patch.object(MemoryReportSources, "visits_of", counted):
        found = await ReportVerification(transactions=transactions, days=days, share=0.9).verify(TENANT)
    assert (found.days, found.differences) == (3, [])
    assert sum(people for people, _ in steps) == 450, "everybody is read once"
    assert max(visits for _, visits in steps) <= 500, f"a step became too large: {steps}"


async def test_the_job_fails_aloud_over_a_day_that_is_wrong_and_changes_nothing() -> None:
    transactions = a_shop()
    tables = transactions.tables(TENANT)
    async with transactions.begin_exclusive(TENANT) as tx:
        await tx.customers.add(a_customer(customer_id=ANNA), None)
        await tx.sightings.save([a_track(ANNA, SITE, at=AT, customer_id=ANNA)])
        await VisitRebuild(tx).of([ANNA])
    days = ReportDays(transactions=transactions)
    await days.refresh(TENANT)
    verification = ReportVerification(transactions=transactions, days=days)
    with structlog.testing.capture_logs() as quiet:
        fine = await verification.check(TENANT)
    assert (dict(fine.summary), fine.failure, quiet) == ({"days": 1, "differing": 0}, "", [])
    wrong = tables.report_days[SITE, DAY] = KeptDay(SITE, DAY, b"\4\0\0\0")
    with structlog.testing.capture_logs() as told:
        failed = await verification.check(TENANT)
    assert (dict(failed.summary), failed.failure) == ({"days": 1, "differing": 1}, DIFFERENT)
    assert told == [
        {
            "event": "report_days_differ",
            "log_level": "error",
            "tenant_id": str(TENANT),
            "days": 1,
            "differing": 1,
        }
    ]
    assert tables.report_days[SITE, DAY] == wrong


async def test_what_changes_between_two_looks_is_no_difference() -> None:
    """A visit that comes while a part is read seems to be missing in its day: the second look is alone."""
    transactions = a_shop()
    tables = transactions.tables(TENANT)
    days = ReportDays(transactions=transactions)
    async with transactions.begin_exclusive(TENANT) as tx:
        await tx.customers.add(a_customer(customer_id=ANNA), None)
        await tx.sightings.save([a_track(ANNA, SITE, at=AT, customer_id=ANNA)])
        await VisitRebuild(tx).of([ANNA])
    await days.refresh(TENANT)
    right = tables.report_days.pop((SITE, DAY))
    looks = 0

    def between() -> None:
        nonlocal looks
        looks += 1
        # The sites are looked for in the first transaction, the days in the second.
        if looks == 2:
            tables.report_days[SITE, DAY] = right

    transactions.before_commit = between
    found = await ReportVerification(transactions=transactions, days=days).verify(TENANT)
    assert (found.days, found.differences, looks) == (1, [], 3)
