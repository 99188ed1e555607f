"""Rows that reports are counted from, in PostgreSQL: read one by one, with no counting there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from footfall_server.domain.person import CustomerKind
from footfall_server.domain.report_recount import SeenPassage, SeenVisit
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import customers, sightings, visits

_VISITS = select(visits.c.visit_id, visits.c.site_id, visits.c.customer_id, visits.c.first_seen_at)


class PostgresReportSources:
    """ReportSourceRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def extent(self, site_ids: Collection[UUID]) -> Mapping[UUID, tuple[datetime, datetime]]:
        """See ReportSourceRepository.extent."""
        found: dict[UUID, tuple[datetime, datetime]] = {}
        for table, counted in ((visits, None), (sightings, sightings.c.visit_id.is_(None))):
            began = table.c.first_seen_at
            ends = select(
                table.c.site_id, func.min(began).label("first"), func.max(began).label("last")
            ).where(one_of(table.c.site_id, site_ids))
            if counted is not None:
                ends = ends.where(counted)
            for row in await self._connection.rows(ends.group_by(table.c.site_id)):
                first, last = found.get(row.site_id, (row.first, row.last))
                found[row.site_id] = (min(first, row.first), max(last, row.last))
        return found

    async def visitors(self, site_id: UUID, since: datetime, until: datetime) -> Collection[UUID]:
        """See ReportSourceRepository.visitors."""
        at_site = select(visits.c.customer_id).where(
            visits.c.site_id == site_id, visits.c.first_seen_at >= since, visits.c.first_seen_at < until
        )
        return {row.customer_id for row in await self._connection.rows(at_site)}

    async def visits_of(self, customer_ids: Collection[UUID]) -> Sequence[SeenVisit]:
        """See ReportSourceRepository.visits_of."""
        theirs = _VISITS.where(one_of(visits.c.customer_id, customer_ids))
        return [_to_visit(row) for row in await self._connection.rows(theirs)]

    async def passages(self, site_id: UUID, since: datetime, until: datetime) -> Sequence[SeenPassage]:
        """See ReportSourceRepository.passages."""
        passed = (
            select(sightings.c.first_seen_at, customers.c.kind)
            .select_from(sightings)
            .outerjoin(
                customers,
                (customers.c.tenant_id == sightings.c.tenant_id)
                & (customers.c.customer_id == sightings.c.customer_id),
            )
            .where(
                sightings.c.site_id == site_id,
                sightings.c.visit_id.is_(None),
                sightings.c.first_seen_at >= since,
                sightings.c.first_seen_at < until,
            )
        )
        return [
            SeenPassage(row.first_seen_at, row.kind == CustomerKind.STAFF.value)
            for row in await self._connection.rows(passed)
        ]


def _to_visit(row: Row[Any]) -> SeenVisit:
    return SeenVisit(row.visit_id, row.site_id, row.customer_id, row.first_seen_at)
