"""Fake of what reports are counted from: one visit after the other, with nothing clever."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from statistics import fmean
from uuid import UUID

from fakes.memory_tables import TenantTables
from footfall_server.domain.dwell import DwellQuantiles, DwellTallies, DwellTally
from footfall_server.domain.occupancy import Passage, Stay
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
from footfall_server.domain.report_period import BucketName, Calendar
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit, VisitKind


class MemoryReports:
    """Implements ReportRepository. `hidden` are rows of sites that the transaction does not see."""

    def __init__(self, tables: TenantTables, hidden: TenantTables) -> None:
        self._tables = tables
        self._hidden = hidden

    async def sites(self) -> Collection[UUID]:
        return {site_id for site_id, _ in self._tables.site_rules}

    async def visits(self, calendars: Sequence[Calendar], scope: NewVisitScope) -> VisitTallies:
        found = list(self._counted(calendars))
        of_bucket: defaultdict[BucketName, list[Visit]] = defaultdict(list)
        for bucket, visit in found:
            of_bucket[bucket].append(visit)
        return VisitTallies(
            {bucket: self._tally(visits, scope) for bucket, visits in of_bucket.items()},
            self._tally([visit for _, visit in found], scope),
        )

    async def uncounted(self, calendars: Sequence[Calendar]) -> Mapping[BucketName, UncountedTally]:
        found: defaultdict[BucketName, UncountedTally] = defaultdict(UncountedTally)
        for each in self._tables.sightings.values():
            bucket = bucket_at(calendars, each.site_id, each.first_seen_at)
            if bucket is None or each.visit_id is not None:
                continue
            of_staff = is_staffs(self._tables, each)
            found[bucket] += UncountedTally(staff=of_staff, unidentifiable=not of_staff)
        return found

    async def by_kind(self, calendars: Sequence[Calendar], scope: NewVisitScope) -> Mapping[VisitKind, Slice]:
        parts: defaultdict[VisitKind, list[Visit]] = defaultdict(list)
        for _, visit in self._counted(calendars):
            parts[VisitKind.NEW if self._is_new(visit, scope) else VisitKind.REPEAT].append(visit)
        return {kind: _slice(visits) for kind, visits in parts.items()}

    async def by_gender(
        self, calendars: Sequence[Calendar], bounds: GenderBounds
    ) -> Mapping[ApparentGender, Slice]:
        parts: defaultdict[ApparentGender, list[Visit]] = defaultdict(list)
        for _, visit in self._counted(calendars):
            estimates = [
                each.female_probability
                for each in self._tables.sightings.values()
                if each.visit_id == visit.visit_id and each.female_probability is not None
            ]
            parts[bounds.said_of(fmean(estimates) if estimates else None)].append(visit)
        return {gender: _slice(visits) for gender, visits in parts.items()}

    async def dwell(self, calendars: Sequence[Calendar]) -> DwellTallies:
        of_bucket: defaultdict[BucketName, list[Visit]] = defaultdict(list)
        for bucket, visit in self._counted(calendars):
            of_bucket[bucket].append(visit)
        everything = [visit for visits in of_bucket.values() for visit in visits]
        return DwellTallies(
            {bucket: self._dwell_of(visits) for bucket, visits in of_bucket.items()},
            self._dwell_of(everything),
        )

    async def stays(self, site_id: UUID, start: datetime, end: datetime) -> Sequence[Stay]:
        return [
            Stay(visit.first_seen_at, visit.last_seen_at, once=self._sightings_of(visit) < 2)
            for visit in self._tables.visits.values()
            if visit.site_id == site_id and visit.first_seen_at < end and visit.last_seen_at >= start
        ]

    async def passages(self, site_id: UUID, start: datetime, end: datetime) -> Sequence[Passage]:
        return [
            Passage(each.last_seen_at, each.crossing)
            for each in self._tables.sightings.values()
            if each.crossing is not None
            and each.site_id == site_id
            and start <= each.last_seen_at < end
            and not is_staffs(self._tables, each)
        ]

    async def passages_per_visit(self, calendars: Sequence[Calendar], *, most: int) -> float | None:
        site_ids = [site_id for calendar in calendars for site_id in calendar.site_ids]
        spans = [span for calendar in calendars for span in calendar.spans]
        found: list[int] = []
        for site_id in site_ids if spans else ():
            begun = [
                visit
                for visit in self._tables.visits.values()
                if visit.site_id == site_id
                and min(span.start for span in spans) <= visit.first_seen_at < max(span.end for span in spans)
            ]
            latest = sorted(begun, key=lambda visit: visit.first_seen_at, reverse=True)
            found += [self._sightings_of(visit) for visit in latest[: max(1, most // len(site_ids))]]
        return fmean(found) if found else None

    def _dwell_of(self, visits: Sequence[Visit]) -> DwellTally:
        seconds = [
            (visit.last_seen_at - visit.first_seen_at).total_seconds()
            for visit in visits
            if self._sightings_of(visit) > 1
        ]
        return DwellTally(len(visits), len(seconds), DwellQuantiles.of(seconds))

    def _sightings_of(self, visit: Visit) -> int:
        return sum(each.visit_id == visit.visit_id for each in self._tables.sightings.values())

    def _counted(self, calendars: Sequence[Calendar]) -> Iterator[tuple[BucketName, Visit]]:
        for visit in self._tables.visits.values():
            bucket = bucket_at(calendars, visit.site_id, visit.first_seen_at)
            if bucket is not None:
                yield bucket, visit

    def _tally(self, visits: Sequence[Visit], scope: NewVisitScope) -> VisitTally:
        fresh = [visit for visit in visits if self._is_new(visit, scope)]
        return VisitTally(len(visits), len({visit.customer_id for visit in visits}), len(fresh))

    def _is_new(self, visit: Visit, scope: NewVisitScope) -> bool:
        return is_new(self._tables, self._hidden, visit, scope)


def is_new(tables: TenantTables, hidden: TenantTables, visit: Visit, scope: NewVisitScope) -> bool:
    """Whether nobody saw the person before; `hidden` counts as well."""
    return not any(
        other.customer_id == visit.customer_id
        and (scope is NewVisitScope.TENANT or other.site_id == visit.site_id)
        and (other.first_seen_at, other.visit_id) < (visit.first_seen_at, visit.visit_id)
        for other in (*tables.visits.values(), *hidden.visits.values())
    )


def is_staffs(tables: TenantTables, sighting: Sighting) -> bool:
    """Whether a sighting is of somebody who works here."""
    seen = None if sighting.customer_id is None else tables.customers.get(sighting.customer_id)
    return seen is not None and seen.kind is CustomerKind.STAFF


def bucket_at(calendars: Sequence[Calendar], site_id: UUID, at: datetime) -> BucketName | None:
    """The bucket of a moment at a site."""
    found = (
        span.bucket
        for calendar in calendars
        if site_id in calendar.site_ids
        for span in calendar.spans
        if span.start <= at < span.end
    )
    return next(found, None)


def _slice(visits: Sequence[Visit]) -> Slice:
    return Slice(len(visits), len({visit.customer_id for visit in visits}))
