"""Accounts and API keys in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Uuid,
    any_,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from footfall_server.domain.identity import ApiKey, Role, User
from footfall_server.domain.oidc import ExternalIdentity
from footfall_server.errors import not_found
from footfall_server.ports import NameCursor, TimeCursor
from footfall_server.storage.postgres.failures import name_taken
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import api_keys, setup_tokens, users

USER_COLUMNS = (
    users.c.user_id,
    users.c.tenant_id,
    users.c.email,
    users.c.display_name,
    users.c.role,
    users.c.password_hash,
    users.c.site_ids,
    users.c.disabled_at,
    users.c.created_at,
    users.c.identity_provider,
    users.c.oidc_issuer,
    users.c.oidc_subject,
    users.c.last_sign_in_at,
)

_BY_ADDRESS = users.c.email.collate("C")

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
    api_keys.c.role,
    api_keys.c.last_used_at,
)


class PostgresUsers:
    """UserRepository: of a tenant, or of the installation when `tenant_id` is None."""

    def __init__(self, connection: TenantConnection, tenant_id: UUID | None) -> None:
        self._connection = connection
        self._here: ColumnElement[bool] = (
            users.c.tenant_id.is_(None) if tenant_id is None else users.c.tenant_id == tenant_id
        )
        self._highest = Role.SYSTEM_ADMIN if tenant_id is None else Role.TENANT_ADMIN

    async def add(self, user: User, request_id: UUID | None = None) -> User:
        """See UserRepository.add."""
        given = insert(users).values(
            user_id=user.user_id,
            tenant_id=user.tenant_id,
            email=user.email.lower(),
            display_name=user.display_name,
            role=user.role.value,
            password_hash=user.password_hash,
            site_ids=_sites(user),
            disabled_at=user.disabled_at,
            created_at=user.created_at,
            identity_provider=user.identity_provider,
            oidc_issuer=user.oidc_issuer,
            oidc_subject=user.oidc_subject,
            last_sign_in_at=user.last_sign_in_at,
            request_id=request_id,
        )
        added = await self._connection.first(given.on_conflict_do_nothing().returning(*USER_COLUMNS))
        if added is None and request_id is not None:
            added = await self._connection.first(
                select(*USER_COLUMNS).where(self._here, users.c.request_id == request_id)
            )
        if added is None:
            raise name_taken("users_email_key")
        return to_user(added)

    async def get(self, user_id: UUID) -> User | None:
        """See UserRepository.get."""
        row = await self._connection.first(
            select(*USER_COLUMNS).where(self._here, users.c.user_id == user_id)
        )
        return None if row is None else to_user(row)

    async def list(self, *, after: NameCursor | None, limit: int) -> Sequence[User]:
        """See UserRepository.list."""
        page = select(*USER_COLUMNS).where(self._here).order_by(_BY_ADDRESS, users.c.user_id).limit(limit)
        if after is not None:
            page = page.where(tuple_(_BY_ADDRESS, users.c.user_id) > tuple_(after.name, after.resource_id))
        return [to_user(row) for row in await self._connection.rows(page)]

    async def administrators(self) -> Sequence[User]:
        """See UserRepository.administrators."""
        found = select(*USER_COLUMNS).where(self._here, users.c.role == self._highest.value)
        return [to_user(row) for row in await self._connection.rows(found.order_by(users.c.user_id))]

    async def confined_to(self, site_id: UUID) -> Sequence[User]:
        """See UserRepository.confined_to."""
        found = select(*USER_COLUMNS).where(self._here, literal(site_id, Uuid()) == any_(users.c.site_ids))
        return [to_user(row) for row in await self._connection.rows(found.order_by(users.c.user_id))]

    async def save(self, user: User) -> None:
        """See UserRepository.save."""
        await self._change(
            user.user_id,
            display_name=user.display_name,
            role=user.role.value,
            site_ids=_sites(user),
            disabled_at=user.disabled_at,
        )

    async def link(self, user_id: UUID, identity: ExternalIdentity) -> None:
        """See UserRepository.link."""
        await self._change(
            user_id,
            identity_provider=identity.provider_id,
            oidc_issuer=identity.issuer,
            oidc_subject=identity.subject,
        )

    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None:
        """See UserRepository.set_password_hash."""
        await self._change(user_id, password_hash=password_hash)

    async def signed_in(self, user_id: UUID, at: datetime) -> None:
        """See UserRepository.signed_in."""
        await self._change(user_id, last_sign_in_at=at)

    async def remove(self, user_id: UUID) -> bool:
        """See UserRepository.remove."""
        gone = await self._connection.run(delete(users).where(self._here, users.c.user_id == user_id))
        if gone:
            await self._connection.run(delete(setup_tokens).where(setup_tokens.c.user_id == user_id))
        return gone > 0

    async def _change(self, user_id: UUID, **values: object) -> None:
        await self._connection.run(update(users).where(self._here, users.c.user_id == user_id).values(values))


def _sites(user: User) -> list[UUID] | None:
    return None if user.site_ids is None else sorted(user.site_ids)


class PostgresApiKeys:
    """ApiKeyRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, key: ApiKey, request_id: UUID | None = None) -> ApiKey:
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
            role=key.role.value,
            request_id=request_id,
        )
        try:
            row = await self._connection.first(given.on_conflict_do_nothing().returning(*KEY_COLUMNS))
        except IntegrityError as error:  # the only foreign key is the site
            raise not_found("site", key.site_id) from error
        if row is None and request_id is not None:
            row = await self._connection.first(
                select(*KEY_COLUMNS).where(api_keys.c.request_id == request_id)
            )
        if row is None:
            raise name_taken("api_keys_prefix_key")
        return to_api_key(row)

    async def get(self, api_key_id: UUID) -> ApiKey | None:
        """See ApiKeyRepository.get."""
        row = await self._connection.first(select(*KEY_COLUMNS).where(api_keys.c.api_key_id == api_key_id))
        return None if row is None else to_api_key(row)

    async def list(self, *, site_id: UUID | None, after: TimeCursor | None, limit: int) -> Sequence[ApiKey]:
        """See ApiKeyRepository.list."""
        page = (
            select(*KEY_COLUMNS)
            .order_by(api_keys.c.created_at.desc(), api_keys.c.api_key_id.desc())
            .limit(limit)
        )
        if site_id is not None:
            page = page.where(api_keys.c.site_id == site_id)
        if after is not None:
            page = page.where(
                tuple_(api_keys.c.created_at, api_keys.c.api_key_id) < tuple_(after.at, after.resource_id)
            )
        return [to_api_key(row) for row in await self._connection.rows(page)]

    async def of_site(self, site_id: UUID) -> Sequence[UUID]:
        """See ApiKeyRepository.of_site."""
        rows = await self._connection.rows(select(api_keys.c.api_key_id).where(api_keys.c.site_id == site_id))
        return [row.api_key_id for row in rows]

    async def revoke(self, api_key_id: UUID, at: datetime) -> ApiKey | None:
        """See ApiKeyRepository.revoke."""
        row = await self._connection.first(
            update(api_keys)
            .where(api_keys.c.api_key_id == api_key_id)
            .values(revoked_at=func.coalesce(api_keys.c.revoked_at, at))
            .returning(*KEY_COLUMNS)
        )
        return None if row is None else to_api_key(row)

    async def touch(self, api_key_id: UUID, at: datetime) -> None:
        """See ApiKeyRepository.touch."""
        await self._connection.run(
            update(api_keys).where(api_keys.c.api_key_id == api_key_id).values(last_used_at=at)
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
        created_at=row.created_at,
        identity_provider=row.identity_provider,
        oidc_issuer=row.oidc_issuer,
        oidc_subject=row.oidc_subject,
        last_sign_in_at=row.last_sign_in_at,
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
        role=Role(row.role),
        last_used_at=row.last_used_at,
    )
