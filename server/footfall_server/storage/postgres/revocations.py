"""Access that was ended, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.revocation import Revocation
from footfall_server.ports import SessionHome
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import refresh_tokens, revocations, sessions

REVOCATIONS_CHANNEL = "footfall_revocations"
"""Says that somebody's access was ended; without a payload."""


class PostgresRevocations:
    """RevocationRepository. `tenant_id` is whose rows are written, None for those of no tenant."""

    def __init__(self, connection: TenantConnection, tenant_id: UUID | None) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def add(self, revocation: Revocation) -> None:
        """See RevocationRepository.add."""
        given = insert(revocations).values(
            subject_or_session_id=revocation.subject_or_session_id,
            tenant_id=self._tenant_id,
            not_before=revocation.not_before,
            until=revocation.until,
        )
        # As Revocation.after.
        latest = {
            name: func.greatest(revocations.c[name] + timedelta(seconds=1), given.excluded[name])
            for name in ("not_before", "until")
        }
        await self._connection.run(
            given.on_conflict_do_update(constraint=revocations.primary_key, set_=latest)
        )
        await self._connection.rows(select(func.pg_notify(REVOCATIONS_CHANNEL, "")))

    async def about(self, ids: Collection[UUID]) -> Sequence[Revocation]:
        """See RevocationRepository.about."""
        return await self._found(one_of(revocations.c.subject_or_session_id, ids))

    async def live(self, now: datetime) -> Sequence[Revocation]:
        """See RevocationRepository.live."""
        return await self._found(revocations.c.until >= now)

    async def _found(self, wanted: ColumnElement[bool]) -> Sequence[Revocation]:
        found = select(revocations.c.subject_or_session_id, revocations.c.not_before).where(wanted)
        return [
            Revocation(row.subject_or_session_id, row.not_before)
            for row in await self._connection.rows(found)
        ]


class PostgresSessionSearch:
    """SessionSearch, on the platform's connection."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def of_refresh_token(self, token_hash: str) -> SessionHome | None:
        """See SessionSearch.of_refresh_token."""
        row = await self._connection.first(
            select(refresh_tokens.c.session_id, refresh_tokens.c.tenant_id).where(
                refresh_tokens.c.token_hash == token_hash
            )
        )
        return None if row is None else SessionHome(row.session_id, row.tenant_id)

    async def forget_ended(self, now: datetime) -> int:
        """See SessionSearch.forget_ended. Refresh tokens go with their sessions."""
        ended = await self._connection.run(delete(sessions).where(sessions.c.ends_at < now))
        return ended + await self._connection.run(delete(revocations).where(revocations.c.until < now))
