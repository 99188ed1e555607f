"""What the core does outside any tenant, under the role that may do no more than this."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, Uuid, bindparam, delete, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from footfall_server.domain.audit import NO_TENANT
from footfall_server.domain.camera_command import CommandState
from footfall_server.domain.certificates import JoinToken
from footfall_server.domain.identity import ApiKey, User
from footfall_server.domain.jobs import RunState
from footfall_server.domain.places import Tenant
from footfall_server.domain.setup_token import SetupToken
from footfall_server.domain.worker import WorkerStatus
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import NameCursor
from footfall_server.ports.jobs import JobTick
from footfall_server.storage.postgres.accounts import (
    KEY_COLUMNS,
    USER_COLUMNS,
    PostgresUsers,
    to_api_key,
    to_user,
)
from footfall_server.storage.postgres.audit import PostgresAudit
from footfall_server.storage.postgres.certificates import TOKEN_COLUMNS, to_join_token
from footfall_server.storage.postgres.failures import name_taken
from footfall_server.storage.postgres.revocations import PostgresRevocations, PostgresSessionSearch
from footfall_server.storage.postgres.roles import PLATFORM
from footfall_server.storage.postgres.sessions import PostgresSessions
from footfall_server.storage.postgres.setup_tokens import COLUMNS as SETUP_TOKEN_COLUMNS
from footfall_server.storage.postgres.setup_tokens import PostgresSetupTokens, to_setup_token
from footfall_server.storage.postgres.sign_ins import PostgresLoginAttempts, PostgresOidcLogins
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import (
    Instant,
    api_keys,
    audit_heads,
    audit_log,
    camera_commands,
    erasures,
    join_tokens,
    metadata,
    pictures,
    preview_demands,
    report_day_marks,
    setup_tokens,
    sites,
    tenants,
    users,
    webhooks,
    workers,
)

ENTER_PLATFORM = text(f"set local role {PLATFORM}")
LEAVE_PLATFORM = text("set local role none")
ENTER_PLATFORM_AND_LOCK = text(
    f"select set_config('role', '{PLATFORM}', true), pg_advisory_xact_lock(cast(:key as bigint))"
)
SET_TENANT = text(
    "select set_config('app.tenant_id', :tenant, true), set_config('app.site_ids', :sites, true)"
)

_FORGET_AUDIT_LOG = text("select footfall_forget_audit_log(:tenant)").bindparams(
    bindparam("tenant", type_=Uuid())
)

_JOBS_DUE = text(
    """
select tenants.tenant_id, due.job, due.tick
from tenants cross join unnest(:jobs, :ticks) as due (job, tick)
where not exists (
  select from job_runs
  where job_runs.tenant_id = tenants.tenant_id and job_runs.job = due.job and job_runs.tick = due.tick
)
union
select tenant_id, job, tick from job_runs where state = :running and lease_until <= :now
order by tick, job, tenant_id
"""
).bindparams(
    bindparam("jobs", type_=ARRAY(Text())),
    bindparam("ticks", type_=ARRAY(Instant)),
    bindparam("now", type_=Instant),
)

# See restoring.py. The catalogue is everybody's to read, the schema itself is not.
_BEING_RESTORED = text(
    "select exists (select from pg_namespace where nspname = 'footfall_restore') as restoring"
)

_COLUMNS = (tenants.c.tenant_id, tenants.c.display_name, tenants.c.created_at, tenants.c.updated_at)


def scope_of(tenant_id: UUID, sites: Collection[UUID] | None) -> Mapping[str, str]:
    """The parameters of SET_TENANT. Raises TypeError for what is no id: nothing else gets into a setting."""
    if not isinstance(tenant_id, UUID):
        raise TypeError(f"a transaction needs the tenant's id, not {type(tenant_id).__name__}")
    if sites is None:
        return {"tenant": str(tenant_id), "sites": "all"}
    if not all(isinstance(each, UUID) for each in sites):
        raise TypeError("a transaction is confined to the ids of sites, and to nothing else")
    return {"tenant": str(tenant_id), "sites": "{" + ",".join(sorted(map(str, sites))) + "}"}


class PostgresPlatformTransaction:
    """PlatformTransaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = TenantConnection(connection, NO_TENANT)
        self.audit = PostgresAudit(self._connection)
        self.sessions = PostgresSessions(self._connection, None)
        self.revocations = PostgresRevocations(self._connection, None)
        self.session_search = PostgresSessionSearch(self._connection)
        self.users = PostgresUsers(self._connection, None)
        self.setup_tokens = PostgresSetupTokens(self._connection, None)
        self.login_attempts = PostgresLoginAttempts(self._connection)
        self.oidc_logins = PostgresOidcLogins(self._connection)

    async def user_by_email(self, email: str) -> User | None:
        """See PlatformTransaction.user_by_email."""
        row = await self._connection.first(select(*USER_COLUMNS).where(users.c.email == email.lower()))
        return None if row is None else to_user(row)

    async def user_by_id(self, user_id: UUID) -> User | None:
        """See PlatformTransaction.user_by_id."""
        row = await self._connection.first(select(*USER_COLUMNS).where(users.c.user_id == user_id))
        return None if row is None else to_user(row)

    async def user_by_identity(self, issuer: str, subject: str) -> User | None:
        """See PlatformTransaction.user_by_identity."""
        row = await self._connection.first(
            select(*USER_COLUMNS).where(users.c.oidc_issuer == issuer, users.c.oidc_subject == subject)
        )
        return None if row is None else to_user(row)

    async def setup_token(self, setup_token_id: UUID) -> SetupToken | None:
        """See PlatformTransaction.setup_token."""
        row = await self._connection.first(
            select(*SETUP_TOKEN_COLUMNS).where(setup_tokens.c.setup_token_id == setup_token_id)
        )
        return None if row is None else to_setup_token(row)

    async def purge_setup_tokens(self, before: datetime) -> int:
        """See PlatformTransaction.purge_setup_tokens."""
        return await self._connection.run(delete(setup_tokens).where(setup_tokens.c.expires_at < before))

    async def api_key_by_prefix(self, prefix: str) -> ApiKey | None:
        """See PlatformTransaction.api_key_by_prefix."""
        row = await self._connection.first(select(*KEY_COLUMNS).where(api_keys.c.prefix == prefix))
        return None if row is None else to_api_key(row)

    async def join_token(self, join_token_id: UUID) -> JoinToken | None:
        """See PlatformTransaction.join_token."""
        row = await self._connection.first(
            select(*TOKEN_COLUMNS).where(join_tokens.c.join_token_id == join_token_id)
        )
        return None if row is None else to_join_token(row)

    async def add_tenant(self, tenant: Tenant, request_id: UUID | None) -> Tenant:
        """See PlatformTransaction.add_tenant."""
        added = await self._connection.first(
            insert(tenants)
            .values(
                tenant_id=tenant.tenant_id,
                display_name=tenant.display_name,
                request_id=request_id,
                created_at=tenant.created_at,
                updated_at=tenant.updated_at,
            )
            .on_conflict_do_nothing()
            .returning(*_COLUMNS)
        )
        if added is None and request_id is not None:
            added = await self._connection.first(select(*_COLUMNS).where(tenants.c.request_id == request_id))
        if added is None:
            raise name_taken("tenants_name_key")
        return _to_tenant(added)

    async def get_tenant(self, tenant_id: UUID) -> Tenant | None:
        """See PlatformTransaction.get_tenant."""
        row = await self._connection.first(select(*_COLUMNS).where(tenants.c.tenant_id == tenant_id))
        return None if row is None else _to_tenant(row)

    async def list_tenants(self, *, after: NameCursor | None, limit: int) -> Sequence[Tenant]:
        """See PlatformTransaction.list_tenants."""
        page = select(*_COLUMNS).order_by(tenants.c.name_key, tenants.c.tenant_id).limit(limit)
        if after is not None:
            page = page.where(
                tuple_(tenants.c.name_key, tenants.c.tenant_id)
                > tuple_(func.lower(after.name), after.resource_id)
            )
        return [_to_tenant(row) for row in await self._connection.rows(page)]

    async def save_tenant(self, tenant: Tenant) -> None:
        """See PlatformTransaction.save_tenant."""
        await self._connection.run(
            update(tenants)
            .where(tenants.c.tenant_id == tenant.tenant_id)
            .values(display_name=tenant.display_name, updated_at=tenant.updated_at)
        )

    async def remove_tenant(self, tenant_id: UUID) -> bool:
        """See PlatformTransaction.remove_tenant. Takes whatever else the tenant's tables hold along."""
        try:
            removed = await self._connection.run(delete(tenants).where(tenants.c.tenant_id == tenant_id))
        except IntegrityError as error:
            raise FootfallError(
                ErrorKind.FAILED_PRECONDITION,
                "NOT_EMPTY",
                f"the tenant {tenant_id} still has sites",
                metadata={"tenant_id": str(tenant_id), "holds": "sites"},
            ) from error
        if removed:
            await self._erase(tenant_id)
        return removed > 0

    async def tenant_ids(self) -> Sequence[UUID]:
        """See PlatformTransaction.tenant_ids."""
        rows = await self._connection.rows(select(tenants.c.tenant_id).order_by(tenants.c.tenant_id))
        return [row.tenant_id for row in rows]

    async def being_restored(self) -> bool:
        """See PlatformTransaction.being_restored."""
        row = await self._connection.first(_BEING_RESTORED)
        return row is not None and bool(row.restoring)

    async def tenants_with_expired_links(self, now: datetime) -> Sequence[UUID]:
        """See PlatformTransaction.tenants_with_expired_links."""
        rows = await self._connection.rows(
            select(workers.c.tenant_id)
            .where(workers.c.status != WorkerStatus.OFFLINE.value, workers.c.link_expires_at <= now)
            .distinct()
        )
        return [row.tenant_id for row in rows]

    async def tenants_with_expired_commands(self, now: datetime) -> Sequence[UUID]:
        """See PlatformTransaction.tenants_with_expired_commands."""
        rows = await self._connection.rows(
            select(camera_commands.c.tenant_id)
            .where(camera_commands.c.state == CommandState.WAITING.value, camera_commands.c.expires_at <= now)
            .distinct()
        )
        return [row.tenant_id for row in rows]

    async def tenants_with_report_marks(self) -> Sequence[UUID]:
        """See PlatformTransaction.tenants_with_report_marks."""
        rows = await self._connection.rows(select(report_day_marks.c.tenant_id).distinct())
        return [row.tenant_id for row in rows]

    async def tenants_with_open_erasures(self) -> Sequence[UUID]:
        """See PlatformTransaction.tenants_with_open_erasures."""
        rows = await self._connection.rows(
            select(erasures.c.tenant_id).where(erasures.c.completed_at.is_(None)).distinct()
        )
        return [row.tenant_id for row in rows]

    async def tenants_with_webhooks(self) -> Sequence[UUID]:
        """See PlatformTransaction.tenants_with_webhooks."""
        rows = await self._connection.rows(select(webhooks.c.tenant_id).distinct())
        return [row.tenant_id for row in rows]

    async def tenants_with_webhooks_due(self, now: datetime) -> Sequence[UUID]:
        """See PlatformTransaction.tenants_with_webhooks_due."""
        free = or_(webhooks.c.claimed_until.is_(None), webhooks.c.claimed_until <= now)
        rows = await self._connection.rows(
            select(webhooks.c.tenant_id).where(webhooks.c.due_at <= now, free).distinct()
        )
        return [row.tenant_id for row in rows]

    async def jobs_due(self, ticks: Mapping[str, datetime], now: datetime) -> Sequence[JobTick]:
        """See PlatformTransaction.jobs_due."""
        parameters = {
            "jobs": list(ticks),
            "ticks": list(ticks.values()),
            "now": now,
            "running": RunState.RUNNING.value,
        }
        rows = await self._connection.rows(_JOBS_DUE, parameters)
        return [(row.tenant_id, row.job, row.tick) for row in rows]

    async def purge_commands(self, before: datetime) -> int:
        """See PlatformTransaction.purge_commands."""
        return await self._connection.run(
            delete(camera_commands).where(camera_commands.c.expires_at < before)
        )

    async def purge_pictures(self, now: datetime) -> int:
        """See PlatformTransaction.purge_pictures."""
        return await self._connection.run(delete(pictures).where(pictures.c.expires_at <= now))

    async def purge_previews(self, now: datetime) -> int:
        """See PlatformTransaction.purge_previews."""
        return await self._connection.run(delete(preview_demands).where(preview_demands.c.expires_at <= now))

    async def _erase(self, tenant_id: UUID) -> None:
        # Only a transaction in the tenant sees its rows, so this one becomes such for a moment.
        await self._connection.run(LEAVE_PLATFORM)
        await self._connection.rows(SET_TENANT, scope_of(tenant_id, None))
        for table in reversed(metadata.sorted_tables):
            if table not in (tenants, sites, audit_log, audit_heads):
                await self._connection.run(delete(table).where(table.c.tenant_id == tenant_id))
        await self._connection.rows(SET_TENANT, {"tenant": "", "sites": ""})
        await self._connection.run(ENTER_PLATFORM)
        await self._connection.rows(_FORGET_AUDIT_LOG, {"tenant": tenant_id})


def _to_tenant(row: Row[Any]) -> Tenant:
    return Tenant(
        tenant_id=row.tenant_id,
        display_name=row.display_name,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
