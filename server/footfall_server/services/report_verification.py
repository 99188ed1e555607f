"""Counts the kept days of reports anew from what was seen, and says which of them differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.jobs import JobResult
from footfall_server.domain.report_days import CountedDay, KeptDay, days_around
from footfall_server.domain.report_recount import DayDifference, Seen, differences, recounted
from footfall_server.domain.restatement import ChangeCause
from footfall_server.errors import not_found
from footfall_server.ports import Transaction, Transactions
from footfall_server.services.report_days import ReportDays

DIFFERENT: Final = "REPORTS_DIFFER"
"""The failure of a run that found days which are kept as something else than they are."""
_AT_ONCE: Final = timedelta(days=28)
"""Days of a site that are held in memory together."""
_AROUND: Final = timedelta(days=3)
"""How far from a day's name its moments may lie, in any zone and whenever it begins."""
_DAY: Final = timedelta(days=1)

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
    """Looks without keeping anybody waiting; what seems to differ is looked at again alone."""

    def __init__(self, *, transactions: Transactions, days: ReportDays) -> None:
        self._transactions = transactions
        self._days = days

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
            looked_at, differing = await _differing(tx, site_id, first, last)
        if not differing:
            return looked_at, ()
        # Between two statements something may have changed. Here nothing does.
        suspect = {each.day for each in differing}
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            _, differing = await _differing(tx, site_id, min(suspect), max(suspect))
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
                _, differing = await _differing(tx, site_id, day, day)
                left |= {(each.site_id, each.day) for each in differing}
        return len(days - left)


async def _differing(
    tx: Transaction, site_id: UUID, first: date, last: date
) -> tuple[int, Sequence[DayDifference]]:
    """How many days have anything to say, and what is wrong with them."""
    waiting = {day for mark in await tx.report_days.waiting([site_id]) for day in days_around(mark.utc_day)}
    kept = {each.day: each for each in await tx.report_days.each(site_id, first, last)}
    computed = await _computed(tx, site_id, first, last)
    days = sorted(day for day in kept.keys() | computed.keys() if first <= day <= last and day not in waiting)
    people = {visit.customer_id for day in days if day in computed for visit in computed[day].visits}
    numbers = await tx.report_days.numbers(people)
    wrong = [
        each
        for day in days
        for each in differences(
            kept.get(day, KeptDay(site_id, day)),
            computed.get(day, CountedDay(site_id, day)),
            numbers,
        )
    ]
    return len(days), wrong


async def _computed(tx: Transaction, site_id: UUID, first: date, last: date) -> Mapping[date, CountedDay]:
    since, until = _midnight(first - _AROUND), _midnight(last + _AROUND)
    people = {each.customer_id for each in await tx.report_sources.visits(site_id, since, until)}
    seen = Seen(
        await tx.report_sources.visits_of(people), await tx.report_sources.passages(site_id, since, until)
    )
    rules = await tx.sites.rules([site_id])
    return recounted(site_id, rules[site_id], seen)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
