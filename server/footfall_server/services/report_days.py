"""Keeps the days of reports, and gives them as they are now.

A report that counted all visits each time would cost with the visits of a chain: days are counted once they
changed. Reports do not wait for that: what changed since a day was kept is counted when it is asked for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from footfall_server.domain.report_days import (
    CountedDay,
    DaySum,
    KeptDay,
    Starts,
    kept_day,
    laid_over,
    numbered,
)
from footfall_server.domain.report_period import Calendar, Cut, Granularity, Period, Span, spans
from footfall_server.domain.restatement import DayMark, restatement
from footfall_server.domain.site_rules import SiteRules
from footfall_server.ports import Transaction, Transactions
from footfall_server.ports.report_days import SiteDay
from footfall_server.services.rounds import come_round, each_tenant

_BY_DAY: Final = Cut(Granularity.DAY)
_MOST_CHANGED: Final = 60
"""Marks up to which changed days are counted within a report; with more it is cheaper to count all visits."""
_AT_ONCE: Final = 200
"""Marks that are taken at once, so that nobody who writes for the tenant waits long."""


async def current_days(
    tx: Transaction, starts: Starts, rules: Mapping[UUID, SiteRules]
) -> Sequence[DaySum] | None:
    """Days at sites as they are now, put together as `starts` says; None when too much changed for that."""
    marks = await tx.report_days.waiting(rules, most=_MOST_CHANGED + 1)
    if len(marks) > _MOST_CHANGED:
        return None
    changed = {each for each in _changed_days(marks, rules) if each[1] in starts}
    kept = await tx.report_days.kept(rules, starts, without=changed)
    if not changed:
        return kept
    counted = await _counted(tx, changed, rules)
    return laid_over(kept, counted, starts)


class ReportDays:
    """Keeps days that changed. Every replica runs it; per tenant one at a time does something."""

    def __init__(self, *, transactions: Transactions, every: timedelta = timedelta(seconds=2)) -> None:
        self._transactions = transactions
        self._every = every

    async def run(self) -> None:
        """Looks once in a while for as long as the process lives."""
        await come_round(self.refresh_all, every=self._every, failed="report_days_not_kept")

    async def refresh_all(self) -> int:
        """Keeps what changed, in every tenant. Returns how many marks that were.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenants_with_report_marks()
        return await each_tenant(tenant_ids, self.refresh)

    async def refresh(self, tenant_id: UUID) -> int:
        """Keeps what changed in a tenant, a part at a time. Returns how many marks that were."""
        done = 0
        while True:
            async with self._transactions.begin_exclusive(tenant_id) as tx:
                taken = await tx.report_days.take_marks(most=_AT_ONCE)
                await keep(tx, taken.marks)
            done += len({(each.site_id, each.utc_day) for each in taken.marks})
            if not taken.more:
                return done


async def keep(tx: Transaction, marks: Collection[DayMark]) -> None:
    """Counts the days that marks tell of and keeps them. In an exclusive transaction that sees all sites."""
    if not marks:
        return
    rules = await tx.sites.rules({each.site_id for each in marks})
    days = _changed_days(marks, rules)
    counted = await _counted(tx, days, rules)
    known, without = numbered(counted)
    numbers = {**known, **await tx.report_days.number(without)}
    found = [kept_day(each, numbers) for each in counted if not each.is_empty]
    before = await tx.report_days.keep(found, days - {(each.site_id, each.day) for each in found})
    after = {(each.site_id, each.day): each for each in found}
    changed = [(was, after.get(key, KeptDay(*key))) for key, was in before.items()]
    await _tell_restatements(tx, changed, marks, rules)


async def _tell_restatements(
    tx: Transaction,
    changed: Sequence[tuple[KeptDay, KeptDay]],
    marks: Collection[DayMark],
    rules: Mapping[UUID, SiteRules],
) -> None:
    """Notes days, as they were and as they are, that were over before they changed.

    Days are counted as they are now, whether all marks of them were taken or not: those that wait may say
    why.
    """
    over = [
        (was, now, of_day)
        for was, now in changed
        for of_day in [_spans(now.site_id, now.day, rules)]
        if restatement(was, now, of_day, marks) is not None
    ]
    if not over:
        return
    waiting = await tx.report_days.waiting({now.site_id for _, now, _ in over})
    told = [restatement(was, now, of_day, [*marks, *waiting]) for was, now, of_day in over]
    await tx.restatements.add([each for each in told if each is not None])


async def _counted(
    tx: Transaction, days: Collection[SiteDay], rules: Mapping[UUID, SiteRules]
) -> Sequence[CountedDay]:
    """These days as they are now, each of them."""
    found = {(each.site_id, each.day): each for each in await tx.report_days.counted(_calendars(days, rules))}
    return [found.get(each, CountedDay(*each)) for each in days]


def _changed_days(marks: Iterable[DayMark], rules: Mapping[UUID, SiteRules]) -> set[SiteDay]:
    return {(each.site_id, day) for each in marks for day in each.days(rules.get(each.site_id))}


def _calendars(days: Collection[SiteDay], rules: Mapping[UUID, SiteRules]) -> Sequence[Calendar]:
    """The moments of days; of a site without rules, none."""
    by_site: defaultdict[UUID, list[date]] = defaultdict(list)
    for site_id, day in days:
        by_site[site_id].append(day)
    return [
        Calendar((site_id,), tuple(span for day in sorted(of_site) for span in _spans(site_id, day, rules)))
        for site_id, of_site in by_site.items()
    ]


def _spans(site_id: UUID, day: date, rules: Mapping[UUID, SiteRules]) -> Sequence[Span]:
    return spans(Period(day, day), _BY_DAY, rules[site_id]) if site_id in rules else ()
