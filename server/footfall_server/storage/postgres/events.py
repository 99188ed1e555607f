"""Which events were recorded, in PostgreSQL."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import recorded_events

_COLUMNS = ("event_id", "site_id", "outcome", "customer_id", "visit_id", "score")


class PostgresEvents:
    """EventRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def recorded(self, event_ids: Collection[UUID]) -> Mapping[UUID, Recorded]:
        """See EventRepository.recorded."""
        rows = await self._connection.rows(
            select(*(recorded_events.c[name] for name in _COLUMNS)).where(
                one_of(recorded_events.c.event_id, event_ids)
            )
        )
        return {
            row.event_id: Recorded(
                event_id=row.event_id,
                site_id=row.site_id,
                outcome=FaceOutcome(row.outcome),
                customer_id=row.customer_id,
                visit_id=row.visit_id,
                score=row.score,
                duplicate=True,
            )
            for row in rows
        }
