"""Explanations in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, delete, select, text

from footfall_server.domain.decision import DecisionRecord
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import decisions

_LEAVE_OUT = text("""
update decisions set detail = (told.all_of_it || jsonb_build_object(
    'candidates', coalesce(
      (select jsonb_agg(each) from jsonb_array_elements(told.all_of_it -> 'candidates') each
       where each ->> 'customer_id' <> all(:ids)), '[]'),
    'excluded', coalesce(
      (select jsonb_agg(each) from jsonb_array_elements_text(told.all_of_it -> 'excluded') each
       where each <> all(:ids)), '[]')
  ))::text
from (
  select event_id, detail::jsonb as all_of_it from decisions where detail like any(:anywhere)
) told
where decisions.event_id = told.event_id
""").bindparams(bindparam("ids", type_=ARRAY(Text())), bindparam("anywhere", type_=ARRAY(Text())))


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

    async def leave_out(self, customer_ids: Collection[UUID]) -> int:
        """See DecisionRepository.leave_out. It looks through all that is kept: a month's at most."""
        ids = [str(each) for each in customer_ids]
        return await self._connection.run(_LEAVE_OUT, {"ids": ids, "anywhere": [f"%{each}%" for each in ids]})

    async def forget(self, before: datetime) -> int:
        """See DecisionRepository.forget."""
        return await self._connection.run(delete(decisions).where(decisions.c.decided_at < before))
