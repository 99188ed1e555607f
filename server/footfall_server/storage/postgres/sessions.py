"""Sessions and their refresh tokens, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from footfall_server.domain.identity import User
from footfall_server.domain.session import RefreshToken, Session
from footfall_server.storage.postgres.accounts import USER_COLUMNS, to_user
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import refresh_tokens, sessions, users

_SESSION = (
    "session_id",
    "user_id",
    "tenant_id",
    "method",
    "created_at",
    "last_used_at",
    "idle_ends_at",
    "ends_at",
    "acting_tenant_id",
    "revoked_at",
)
_CHANGING = ("last_used_at", "idle_ends_at", "acting_tenant_id", "revoked_at")
_TOKEN = ("token_hash", "session_id", "issued_at", "used_at", "successor_hash")


class PostgresSessions:
    """SessionRepository. `tenant_id` is the tenant of the accounts, None for system administrators."""

    def __init__(self, connection: TenantConnection, tenant_id: UUID | None) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def add(self, session: Session, token: RefreshToken) -> None:
        """See SessionRepository.add."""
        await self._connection.run(
            insert(sessions).values(**{name: getattr(session, name) for name in _SESSION})
        )
        await self._add_token(token)

    async def lock(self, session_id: UUID) -> Session | None:
        """See SessionRepository.lock."""
        found = select(*(sessions.c[name] for name in _SESSION)).where(sessions.c.session_id == session_id)
        row = await self._connection.first(found.with_for_update())
        return None if row is None else _to_session(row)

    async def user_of(self, session: Session) -> User | None:
        """See SessionRepository.user_of."""
        row = await self._connection.first(select(*USER_COLUMNS).where(users.c.user_id == session.user_id))
        return None if row is None else to_user(row)

    async def token(self, token_hash: str) -> RefreshToken | None:
        """See SessionRepository.token."""
        row = await self._connection.first(
            select(*(refresh_tokens.c[name] for name in _TOKEN)).where(
                refresh_tokens.c.token_hash == token_hash
            )
        )
        return None if row is None else RefreshToken(**dict(zip(_TOKEN, row, strict=True)))

    async def rotate(self, used: RefreshToken, successor: RefreshToken) -> None:
        """See SessionRepository.rotate."""
        await self._connection.run(
            update(refresh_tokens)
            .where(refresh_tokens.c.token_hash == used.token_hash)
            .values(used_at=used.used_at, successor_hash=used.successor_hash)
        )
        await self._add_token(successor)

    async def save(self, session: Session) -> None:
        """See SessionRepository.save."""
        await self._connection.run(
            update(sessions)
            .where(sessions.c.session_id == session.session_id)
            .values({name: getattr(session, name) for name in _CHANGING})
        )

    async def revoke_of(self, user_id: UUID, at: datetime, *, but: UUID | None = None) -> Sequence[UUID]:
        """See SessionRepository.revoke_of."""
        ended = (
            update(sessions)
            .where(sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(sessions.c.session_id)
        )
        if but is not None:
            ended = ended.where(sessions.c.session_id != but)
        return sorted(row.session_id for row in await self._connection.rows(ended))

    async def _add_token(self, token: RefreshToken) -> None:
        values = {name: getattr(token, name) for name in _TOKEN}
        await self._connection.run(insert(refresh_tokens).values(tenant_id=self._tenant_id, **values))


def _to_session(row: Row[Any]) -> Session:
    return Session(**dict(zip(_SESSION, row, strict=True)))
