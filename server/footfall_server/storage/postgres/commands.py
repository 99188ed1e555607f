"""Commands to workers, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.camera_command import CameraCommand, CommandKind, CommandState
from footfall_server.domain.change import CommandFinished, CommandSent
from footfall_server.errors import not_found
from footfall_server.storage.postgres.control_words import say
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import camera_commands as commands

_COLUMNS = tuple(column for column in commands.c if column.name not in {"tenant_id", "request_id"})


class PostgresCommands:
    """CommandRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, command: CameraCommand, request_id: UUID | None) -> CameraCommand:
        """See CommandRepository.add."""
        given = insert(commands).values(
            tenant_id=self._connection.tenant_id,
            request_id=request_id,
            **{column.name: getattr(command, column.name) for column in _COLUMNS},
        )
        added = await self._connection.first(given.on_conflict_do_nothing().returning(*_COLUMNS))
        if added is not None:
            await say(self._connection, CommandSent(self._connection.tenant_id, command.worker_id))
            return command
        known = await self._connection.first(select(*_COLUMNS).where(commands.c.request_id == request_id))
        if known is None:
            # The request was another site's, which this transaction does not see.
            raise not_found("camera", command.camera_id)
        return _to_command(known)

    async def get(self, command_id: UUID) -> CameraCommand | None:
        """See CommandRepository.get."""
        row = await self._connection.first(select(*_COLUMNS).where(commands.c.command_id == command_id))
        return None if row is None else _to_command(row)

    async def waiting_for(self, worker_id: UUID, now: datetime) -> Sequence[CameraCommand]:
        """See CommandRepository.waiting_for."""
        rows = await self._connection.rows(
            select(*_COLUMNS)
            .where(
                commands.c.worker_id == worker_id,
                commands.c.state == CommandState.WAITING.value,
                commands.c.expires_at > now,
            )
            .order_by(commands.c.command_id)
        )
        return [_to_command(row) for row in rows]

    async def finish(
        self, command_id: UUID, worker_id: UUID, state: CommandState, detail: str, at: datetime
    ) -> CameraCommand | None:
        """See CommandRepository.finish."""
        row = await self._connection.first(
            update(commands)
            .where(
                commands.c.command_id == command_id,
                commands.c.worker_id == worker_id,
                commands.c.state == CommandState.WAITING.value,
                commands.c.expires_at > at,
            )
            .values(state=state.value, detail=detail, finished_at=at)
            .returning(*_COLUMNS)
        )
        if row is None:
            return None
        await say(self._connection, CommandFinished(self._connection.tenant_id, command_id))
        return _to_command(row)

    async def expire(self, now: datetime) -> Sequence[CameraCommand]:
        """See CommandRepository.expire. Of two who ask at once one is answered: the other waits."""
        rows = await self._connection.rows(
            update(commands)
            .where(commands.c.state == CommandState.WAITING.value, commands.c.expires_at <= now)
            .values(state=CommandState.EXPIRED.value, finished_at=now)
            .returning(*_COLUMNS)
        )
        expired = [_to_command(row) for row in rows]
        for command in expired:
            await say(self._connection, CommandFinished(self._connection.tenant_id, command.command_id))
        return expired


def _to_command(row: Row[Any]) -> CameraCommand:
    """A command from a row that has _COLUMNS."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's name for it; public for all that
    return CameraCommand(
        **{**values, "kind": CommandKind(values["kind"]), "state": CommandState(values["state"])}
    )
