"""Accounts and API keys in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from footfall_server.domain.identity import ApiKey, Role, User
from footfall_server.errors import not_found
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import api_keys, users

USER_COLUMNS = (
    users.c.user_id,
    users.c.tenant_id,
    users.c.email,
    users.c.display_name,
    users.c.role,
    users.c.password_hash,
    users.c.site_ids,
    users.c.disabled_at,
)

KEY_COLUMNS = (
    api_keys.c.tenant_id,
    api_keys.c.api_key_id,
    api_keys.c.site_id,
    api_keys.c.display_name,
    api_keys.c.prefix,
    api_keys.c.secret_hash,
    api_keys.c.created_at,
    api_keys.c.expires_at,
    api_keys.c.revoked_at,
)


class PostgresUsers:
    """UserRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, user: User) -> None:
        """See UserRepository.add."""
        await self._connection.run(insert_user(user))

    async def get(self, user_id: UUID) -> User | None:
        """See UserRepository.get."""
        row = await self._connection.first(select(*USER_COLUMNS).where(users.c.user_id == user_id))
        return None if row is None else to_user(row)


class PostgresApiKeys:
    """ApiKeyRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, key: ApiKey) -> None:
        """See ApiKeyRepository.add."""
        given = insert(api_keys).values(
            tenant_id=key.tenant_id,
            api_key_id=key.api_key_id,
            site_id=key.site_id,
            display_name=key.display_name,
            prefix=key.prefix,
            secret_hash=key.secret_hash,
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
        )
        try:
            await self._connection.run(given)
        except IntegrityError as error:  # the only foreign key is the site
            raise not_found("site", key.site_id) from error

    async def get(self, api_key_id: UUID) -> ApiKey | None:
        """See ApiKeyRepository.get."""
        row = await self._connection.first(select(*KEY_COLUMNS).where(api_keys.c.api_key_id == api_key_id))
        return None if row is None else to_api_key(row)

    async def touch(self, api_key_id: UUID, at: datetime) -> None:
        """See ApiKeyRepository.touch."""
        await self._connection.run(
            update(api_keys).where(api_keys.c.api_key_id == api_key_id).values(last_used_at=at)
        )


def insert_user(user: User) -> Insert:
    """The statement that adds an account; its address is kept in lower case."""
    return insert(users).values(
        user_id=user.user_id,
        tenant_id=user.tenant_id,
        email=user.email.lower(),
        display_name=user.display_name,
        role=user.role.value,
        password_hash=user.password_hash,
        site_ids=None if user.site_ids is None else sorted(user.site_ids),
        disabled_at=user.disabled_at,
    )


def to_user(row: Row[Any]) -> User:
    """An account from a row that has USER_COLUMNS."""
    return User(
        user_id=row.user_id,
        tenant_id=row.tenant_id,
        email=row.email,
        display_name=row.display_name,
        role=Role(row.role),
        password_hash=row.password_hash,
        site_ids=None if row.site_ids is None else frozenset(row.site_ids),
        disabled_at=row.disabled_at,
    )


def to_api_key(row: Row[Any]) -> ApiKey:
    """A key from a row that has KEY_COLUMNS."""
    return ApiKey(
        api_key_id=row.api_key_id,
        tenant_id=row.tenant_id,
        site_id=row.site_id,
        display_name=row.display_name,
        prefix=row.prefix,
        secret_hash=row.secret_hash,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
