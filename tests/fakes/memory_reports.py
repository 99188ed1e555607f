"""Fake of what reports are counted from: one visit after the other, with nothing clever."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from statistics import fmean
from uuid import UUID

from fakes.memory_tables import TenantTables
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
