"""Setup tokens in PostgreSQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.setup_token import SetupToken
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import setup_tokens

COLUMNS = (
    setup_tokens.c.setup_token_id,
    setup_tokens.c.tenant_id,
    setup_tokens.c.user_id,
    setup_tokens.c.secret_hash,
    setup_tokens.c.created_at,
    setup_tokens.c.expires_at,
)


class PostgresSetupTokens:
    """SetupTokenRepository: of a tenant, or of the installation when `tenant_id` is None."""

    def __init__(self, connection: TenantConnection, tenant_id: UUID | None) -> None:
        self._connection = connection
        self._here: ColumnElement[bool] = (
            setup_tokens.c.tenant_id.is_(None) if tenant_id is None else setup_tokens.c.tenant_id == tenant_id
        )

    async def put(self, token: SetupToken) -> None:
        """See SetupTokenRepository.put."""
        values = {column.name: getattr(token, column.name) for column in COLUMNS}
        await self._connection.run(
            insert(setup_tokens)
            .values(values)
            .on_conflict_do_update(constraint="setup_tokens_user_id_key", set_=values)
        )

    async def take(self, setup_token_id: UUID) -> SetupToken | None:
        """See SetupTokenRepository.take."""
        row = await self._connection.first(
            delete(setup_tokens)
            .where(self._here, setup_tokens.c.setup_token_id == setup_token_id)
            .returning(*COLUMNS)
        )
        return None if row is None else to_setup_token(row)


def to_setup_token(row: Row[Any]) -> SetupToken:
    """A token from a row that has COLUMNS."""
    return SetupToken(
        setup_token_id=row.setup_token_id,
        tenant_id=row.tenant_id,
        user_id=row.user_id,
        secret_hash=row.secret_hash,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
