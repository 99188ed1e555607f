"""How far readers of the log of changes have come, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from footfall_server.ports.event_readers import EventReader
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import event_cursors as cursors


class PostgresEventCursors:
    """EventCursorRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def hold(self, reader: EventReader, revision: int) -> None:
        """See EventCursorRepository.hold."""
        new = insert(cursors).values(
            tenant_id=self._connection.tenant_id, reader=reader.value, revision=revision
        )
        await self._connection.run(new.on_conflict_do_nothing())
        await self._connection.rows(
            select(cursors.c.revision).where(cursors.c.reader == reader.value).with_for_update()
        )

    async def forget(self, reader: EventReader) -> None:
        """See EventCursorRepository.forget."""
        await self._connection.run(delete(cursors).where(cursors.c.reader == reader.value))

    async def position(self, reader: EventReader) -> int | None:
        """See EventCursorRepository.position."""
        row = await self._connection.first(select(cursors.c.revision).where(cursors.c.reader == reader.value))
        return None if row is None else int(row.revision)

    async def claim(self, reader: EventReader, token: UUID, now: datetime, until: datetime) -> int | None:
        """See EventCursorRepository.claim."""
        free = or_(cursors.c.claimed_until.is_(None), cursors.c.claimed_until <= now)
        row = await self._connection.first(
            select(cursors.c.revision)
            .where(cursors.c.reader == reader.value, free)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        await self._connection.run(
            update(cursors)
            .where(cursors.c.reader == reader.value)
            .values(claimed_by=token, claimed_until=until)
        )
        return int(row.revision)

    async def advance(self, reader: EventReader, token: UUID, revision: int, until: datetime) -> bool:
        """See EventCursorRepository.advance."""
        moved = (
            update(cursors)
            .where(cursors.c.reader == reader.value, cursors.c.claimed_by == token)
            .values(revision=revision, claimed_until=until)
        )
        return await self._connection.run(moved) == 1
