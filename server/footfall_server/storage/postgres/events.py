"""Which events were recorded, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.storage.postgres.statements import TenantConnection, insert_each, one_of
from footfall_server.storage.postgres.tables import Instant, recorded_events

_COLUMNS = ("event_id", "outcome", "customer_id", "visit_id", "score")
_RECORD = insert_each(recorded_events, _COLUMNS, recorded_at=bindparam("at", type_=Instant))


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
                outcome=FaceOutcome(row.outcome),
                customer_id=row.customer_id,
                visit_id=row.visit_id,
                score=row.score,
                duplicate=True,
            )
            for row in rows
        }

    async def record(self, outcomes: Sequence[Recorded], at: datetime) -> None:
        """See EventRepository.record.

        An event that is there already breaks the primary key and with it the whole transaction, rather
        than being counted twice.
        """
        await self._connection.run_for_each(_RECORD, _COLUMNS, outcomes, at=at)
