"""Counts the kept days of reports anew from what was seen, and says which of them differ."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.jobs import JobResult
from footfall_server.domain.report_days import CountedDay, KeptDay, days_around
from footfall_server.domain.report_recount import DayDifference, Seen, differences, joined, recounted
from footfall_server.domain.restatement import ChangeCause
from footfall_server.errors import not_found
from footfall_server.ports import Transaction, Transactions
from footfall_server.services.pace import Pace
from footfall_server.services.report_days import ReportDays

DIFFERENT: Final = "REPORTS_DIFFER"
"""The failure of a run that found days which are kept as something else than they are."""
_AT_ONCE: Final = timedelta(days=28)
"""Days of a site that are held in memory together."""
_AROUND: Final = timedelta(days=3)
"""How far from a day's name its moments may lie, in any zone and whenever it begins."""
_DAY: Final = timedelta(days=1)
_FIRST_PEOPLE: Final = 20
_PEOPLE_AT_ONCE: Final = 200
_VISITS_AT_ONCE: Final = 500
"""What is read and counted in one step; those who come daily are fewer in it than those who came once."""
_ALL: Final = 1.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class VerificationScope:
    """What to look at: one site or all, days from `first` to `last`; None is without an end."""

    site_id: UUID | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `days` were held against what was seen; `repaired` differed and do not any more.

    Days that wait to be counted anew are not among them: no report reads what is kept of those.
    """

    days: int
    differences: Sequence[DayDifference]
    repaired: int = 0

    @property
    def differing(self) -> int:
        """How many days differed."""
        return len({(each.site_id, each.day) for each in self.differences})


@dataclass(frozen=True, slots=True)
class _Site:
    site_id: UUID
    first: date
    last: date

    def parts(self) -> Iterator[tuple[date, date]]:
        """Some days after the others, both ends included."""
        first = self.first
        while first <= self.last:
            last = min(first + _AT_ONCE - _DAY, self.last)
            yield first, last
            first = last + _DAY


class ReportVerification:
    """Looks without keeping anybody waiting; what seems to differ is looked at again alone.

    share: of the thread's time that looking may take; a small one where the same thread answers calls.
    """

    def __init__(self, *, transactions: Transactions, days: ReportDays, share: float = _ALL) -> None:
        self._transactions = transactions
        self._days = days
        self._share = share

    async def check(self, tenant_id: UUID) -> JobResult:
        """All days of a tenant, as a job."""
        found = await self.verify(tenant_id)
        summary = {"days": found.days, "differing": found.differing}
        if found.differences:
            _log.error("report_days_differ", tenant_id=str(tenant_id), **summary)
        return JobResult(summary, DIFFERENT if found.differences else "")

    async def verify(
        self,
        tenant_id: UUID,
        scope: VerificationScope | None = None,
        *,
        repair: bool = False,
        tell: Callable[[UUID, date], None] | None = None,
    ) -> Verified:
        """Compares, and has what differs counted anew when `repair` says so.

        tell: is given a site and the last day of each part that is through. Raises NOT_FOUND for a site that
        the tenant never had.
        """
        days, wrong = 0, list[DayDifference]()
        for site in await self._sites(tenant_id, scope or VerificationScope()):
            for first, last in site.parts():
                looked_at, differing = await self._compare(tenant_id, site.site_id, first, last)
                days += looked_at
                wrong += differing
                if tell is not None:
                    tell(site.site_id, last)
        repaired = await self._repair(tenant_id, wrong) if repair and wrong else 0
        return Verified(days, wrong, repaired)

    async def _sites(self, tenant_id: UUID, scope: VerificationScope) -> Sequence[_Site]:
        async with self._transactions.begin(tenant_id) as tx:
            known = frozenset(await tx.reports.sites())
            if scope.site_id is not None and scope.site_id not in known:
                raise not_found("site", scope.site_id)
            wanted = known if scope.site_id is None else {scope.site_id}
            rules = await tx.sites.rules(wanted)
            kept = await tx.report_days.extent(wanted)
            seen = await tx.report_sources.extent(wanted)
        found = []
        for site_id in sorted(wanted):
            ends = [*kept.get(site_id, ()), *(rules[site_id].day(at) for at in seen.get(site_id, ()))]
            if ends:
                first, last = max(min(ends), scope.first or date.min), min(max(ends), scope.last or date.max)
                found.append(_Site(site_id, first, last))
        return found

    async def _compare(
        self, tenant_id: UUID, site_id: UUID, first: date, last: date
    ) -> tuple[int, Sequence[DayDifference]]:
        """How many days were looked at, and what differs for sure."""
        async with self._transactions.begin(tenant_id) as tx:
            looked_at, differing = await _differing(tx, site_id, first, last, Pace(share=self._share))
        if not differing:
            return looked_at, ()
        # Between two statements something may have changed. Here nothing does.
        suspect = {each.day for each in differing}
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            _, differing = await _differing(tx, site_id, min(suspect), max(suspect), _hurried())
        return looked_at, differing

    async def _repair(self, tenant_id: UUID, wrong: Sequence[DayDifference]) -> int:
        """Has days counted anew. Returns how many of them are right then."""
        days = {(each.site_id, each.day) for each in wrong}
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            await tx.report_days.mark(days, ChangeCause.RECOMPUTED)
        await self._days.refresh(tenant_id)
        left = set[tuple[UUID, date]]()
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            for site_id, day in sorted(days):
                _, differing = await _differing(tx, site_id, day, day, _hurried())
                left |= {(each.site_id, each.day) for each in differing}
        return len(days - left)


async def _differing(
    tx: Transaction, site_id: UUID, first: date, last: date, pace: Pace
) -> tuple[int, Sequence[DayDifference]]:
    """How many days have anything to say, and what is wrong with them."""
    waiting = {day for mark in await tx.report_days.waiting([site_id]) for day in days_around(mark.utc_day)}
    kept = {each.day: each for each in await tx.report_days.each(site_id, first, last)}
    computed = await _computed(tx, site_id, first, last, pace)
    days = sorted(day for day in kept.keys() | computed.keys() if first <= day <= last and day not in waiting)
    wrong = list[DayDifference]()
    for day in days:
        counted = computed.get(day, CountedDay(site_id, day))
        numbers = await tx.report_days.numbers({visit.customer_id for visit in counted.visits})
        wrong += differences(kept.get(day, KeptDay(site_id, day)), counted, numbers)
        await pace.rest()
    return len(days), wrong


async def _computed(
    tx: Transaction, site_id: UUID, first: date, last: date, pace: Pace
) -> Mapping[date, CountedDay]:
    """The days at a site, read and counted in steps that are short whatever there is."""
    rules = (await tx.sites.rules([site_id]))[site_id]
    people, parts = set[UUID](), list[Mapping[date, CountedDay]]()
    utc_day = first - _AROUND
    while utc_day < last + _AROUND:
        since, until = _midnight(utc_day), _midnight(utc_day + _DAY)
        people |= set(await tx.report_sources.visitors(site_id, since, until))
        passages = await tx.report_sources.passages(site_id, since, until)
        parts.append(recounted(site_id, rules, Seen((), passages)))
        utc_day += _DAY
        await pace.rest()
    # How often they come is known after the first step, so that one is small.
    left, some = deque(people), _FIRST_PEOPLE
    while left:
        visits = await tx.report_sources.visits_of([left.popleft() for _ in range(min(some, len(left)))])
        parts.append(recounted(site_id, rules, Seen(visits, ())))
        some = min(max(some * _VISITS_AT_ONCE // max(len(visits), 1), 1), _PEOPLE_AT_ONCE)
        await pace.rest()
    return joined(parts)


def _hurried() -> Pace:
    """For what everybody who writes waits for."""
    return Pace(share=_ALL)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
