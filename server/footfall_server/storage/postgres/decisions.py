"""Explanations in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from footfall_server.domain.decision import DecisionRecord
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import decisions


class PostgresDecisions:
    """DecisionRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def of_event(self, event_id: UUID) -> DecisionRecord | None:
        """See DecisionRepository.of_event."""
        row = await self._connection.first(select(decisions.c.detail).where(decisions.c.event_id == event_id))
        return None if row is None else DecisionRecord.from_json(row.detail)

    async def of_tracks(self, track_ids: Collection[UUID], limit: int) -> Sequence[DecisionRecord]:
        """See DecisionRepository.of_tracks."""
        rows = await self._connection.rows(
            select(decisions.c.detail)
            .where(one_of(decisions.c.track_id, track_ids))
            .order_by(decisions.c.decided_at.desc(), decisions.c.event_id.desc())
            .limit(limit)
        )
        return [DecisionRecord.from_json(row.detail) for row in rows]

    async def forget(self, before: datetime) -> int:
        """See DecisionRepository.forget."""
        return await self._connection.run(delete(decisions).where(decisions.c.decided_at < before))
