"""Fakes of restatements, and of the rows that reports are counted from."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from fakes.memory_reports import is_staffs
from fakes.memory_tables import TenantTables
from footfall_server.domain.report_recount import SeenPassage, SeenVisit
from footfall_server.domain.restatement import Restatement
from footfall_server.domain.visit import Visit
from footfall_server.ports import TimeCursor
from footfall_server.ports.restatements import RestatementFilter


class MemoryRestatements:
    """Implements RestatementRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def add(self, restatements: Sequence[Restatement]) -> None:
        self._tables.report_restatements.update({each.restatement_id: each for each in restatements})

    async def list(
        self, matching: RestatementFilter, *, before: TimeCursor | None, limit: int
    ) -> Sequence[Restatement]:
        found = [
            each
            for each in self._tables.report_restatements.values()
            if each.site_id in matching.site_ids
            and (matching.first is None or matching.first <= each.day)
            and (matching.last is None or each.day <= matching.last)
            and (before is None or _time(each) < (before.at, before.resource_id))
        ]
        return sorted(found, key=_time, reverse=True)[:limit]


class MemoryReportSources:
    """Implements ReportSourceRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def extent(self, site_ids: Collection[UUID]) -> Mapping[UUID, tuple[datetime, datetime]]:
        began: defaultdict[UUID, list[datetime]] = defaultdict(list)
        for visit in self._tables.visits.values():
            began[visit.site_id].append(visit.first_seen_at)
        for each in self._tables.sightings.values():
            if each.visit_id is None:
                began[each.site_id].append(each.first_seen_at)
        return {site_id: (min(at), max(at)) for site_id, at in began.items() if site_id in site_ids}

    async def visitors(self, site_id: UUID, since: datetime, until: datetime) -> Collection[UUID]:
        found = self._tables.visits.values()
        return {
            each.customer_id
            for each in found
            if each.site_id == site_id and since <= each.first_seen_at < until
        }

    async def visits_of(self, customer_ids: Collection[UUID]) -> Sequence[SeenVisit]:
        return [_seen(each) for each in self._tables.visits.values() if each.customer_id in customer_ids]

    async def passages(self, site_id: UUID, since: datetime, until: datetime) -> Sequence[SeenPassage]:
        return [
            SeenPassage(each.first_seen_at, is_staffs(self._tables, each))
            for each in self._tables.sightings.values()
            if each.site_id == site_id and each.visit_id is None and since <= each.first_seen_at < until
        ]


def _time(restatement: Restatement) -> tuple[datetime, UUID]:
    return restatement.restated_at, restatement.restatement_id


def _seen(visit: Visit) -> SeenVisit:
    return SeenVisit(visit.visit_id, visit.site_id, visit.customer_id, visit.first_seen_at)
