"""Tells how long visitors stayed and how many were there, within the sites that the caller may see."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from footfall_server.domain.camera_uptime import UptimeSpan, coverage
from footfall_server.domain.dwell import DwellReport, dwell_report
from footfall_server.domain.identity import Principal
from footfall_server.domain.occupancy import MAX_DAYS, Occupancy, Step, occupancy, steps_of
from footfall_server.domain.report_period import (
    BucketName,
    Calendar,
    Cut,
    Granularity,
    Period,
    Span,
    Weekday,
    buckets,
    calendars,
)
from footfall_server.errors import FieldViolation, invalid_fields
from footfall_server.ports import Clock, Transactions
from footfall_server.services.reports import VisitorsQuery, refuse_too_long, rules_of, settled
from footfall_server.services.scope import begin_for

_BY_DAY: Final = Cut(Granularity.DAY)


@dataclass(frozen=True, slots=True)
class Dwells:
    """The answer of how long visitors stayed."""

    report: DwellReport
    time_zones: Sequence[str]
    week_start: Weekday


@dataclass(frozen=True, slots=True)
class Presence:
    """The answer of how many were there.

    `coverage` has the share of each step, by its place, in which cameras were read, `of_days` that of each
    day; what is not known is left out. `has_line`: a camera of the site has an entry line, or had one.
    """

    occupancy: Occupancy
    coverage: Mapping[int, float]
    of_days: Mapping[date, float]
    has_line: bool
    time_zone: str


class StayService:
    """Looks at visits from their beginning to their end."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def dwell(self, principal: Principal, query: VisitorsQuery) -> Dwells:
        """Raises NOT_FOUND for a site that the caller may not see, INVALID_FIELD for too long a period."""
        refuse_too_long(query.period, query.cut, "end_date")
        now = self._clock.now()
        async with begin_for(self._transactions, principal) as tx:
            rules = await rules_of(tx, principal, query.site_ids)
            query = await settled(tx, query)
            of_sites = calendars(query.period, query.cut, rules)
            found = buckets(query.period, query.cut, of_sites)
            tallies = await tx.reports.dwell(of_sites)
            uptime: Sequence[UptimeSpan] = ()
            if found:
                start, end = min(each.start for each in found), max(each.end for each in found)
                uptime = await tx.uptime.between(rules, start, end)
        report = dwell_report(query.period, found, tallies, coverage(of_sites, uptime, now))
        time_zones = sorted({each.at(now).time_zone for each in rules.values()})
        return Dwells(report, time_zones, query.cut.week_start)

    async def occupancy(
        self, principal: Principal, site_id: UUID, period: Period, length: timedelta
    ) -> Presence:
        """In steps of this length. Raises as `dwell`, and INVALID_FIELD for more than MAX_DAYS days."""
        if (days := (period.end - period.start).days + 1) > MAX_DAYS:
            said = f"makes {days} days, and at most {MAX_DAYS} are looked at at once"
            raise invalid_fields([FieldViolation("end_date", said, "report_period.days")])
        now = self._clock.now()
        async with begin_for(self._transactions, principal) as tx:
            rules = (await rules_of(tx, principal, [site_id]))[site_id]
            [calendar] = calendars(period, _BY_DAY, {site_id: rules})
            time_zone = rules.at(now).time_zone
            steps = steps_of(calendar.spans, length, now)
            if not steps:
                return Presence(Occupancy((), ()), {}, {}, has_line=False, time_zone=time_zone)
            start, end = steps[0].start, steps[-1].end
            stays = await tx.reports.stays(site_id, start, end)
            passages = await tx.reports.passages(site_id, start, end)
            uptime = await tx.uptime.between([site_id], start, end)
            cameras = (await tx.cameras.desired(site_id, now)).cameras
        # A week of a large shop has some hundred thousand visits.
        found = await asyncio.to_thread(occupancy, steps, stays, passages)
        of_steps = coverage([_numbered(site_id, steps)], uptime, now).of_bucket
        of_days = coverage([calendar], uptime, now).of_bucket
        return Presence(
            occupancy=found,
            coverage={name.hour: share for name, share in of_steps.items()},
            of_days={name.start: share for name, share in of_days.items()},
            has_line=bool(passages) or any(each.settings.entry_line is not None for each in cameras),
            time_zone=time_zone,
        )


def _numbered(site_id: UUID, steps: Sequence[Step]) -> Calendar:
    """Each step as a bucket of its own, named by its place: steps are no hours of the wall clock."""
    spans = (Span(each.start, each.end, BucketName(each.day, place)) for place, each in enumerate(steps))
    return Calendar((site_id,), tuple(spans))
