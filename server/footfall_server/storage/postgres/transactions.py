"""The one way to the database: a transaction is opened for a tenant, or for the platform, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from footfall_server.domain.audit import NO_TENANT
from footfall_server.ports import PlatformTransaction, Transaction
from footfall_server.storage.postgres.accounts import PostgresApiKeys, PostgresUsers
from footfall_server.storage.postgres.audit import PostgresAudit
from footfall_server.storage.postgres.batches import PostgresBatches
from footfall_server.storage.postgres.cameras import PostgresCameras
from footfall_server.storage.postgres.certificates import PostgresCertificates, PostgresJoinTokens
from footfall_server.storage.postgres.changes import PostgresChanges
from footfall_server.storage.postgres.customer_sightings import PostgresCustomerSightings
from footfall_server.storage.postgres.customers import PostgresCustomers
from footfall_server.storage.postgres.decisions import PostgresDecisions
from footfall_server.storage.postgres.erasure import PostgresErasure
from footfall_server.storage.postgres.events import PostgresEvents
from footfall_server.storage.postgres.exemplars import PostgresExemplars
from footfall_server.storage.postgres.failures import is_unreachable, translated
from footfall_server.storage.postgres.gallery import PostgresGallery
from footfall_server.storage.postgres.images import PostgresImages
from footfall_server.storage.postgres.jobs import PostgresJobs
from footfall_server.storage.postgres.merges import PostgresMerges
from footfall_server.storage.postgres.model_changes import PostgresModelChanges
from footfall_server.storage.postgres.model_faces import PostgresModelFaces
from footfall_server.storage.postgres.platform import (
    ENTER_PLATFORM,
    ENTER_PLATFORM_AND_LOCK,
    SET_TENANT,
    PostgresPlatformTransaction,
    scope_of,
)
from footfall_server.storage.postgres.population import PostgresPopulation
from footfall_server.storage.postgres.revocations import PostgresRevocations
from footfall_server.storage.postgres.sessions import PostgresSessions
from footfall_server.storage.postgres.setup_tokens import PostgresSetupTokens
from footfall_server.storage.postgres.sightings import PostgresSightings
from footfall_server.storage.postgres.sites import PostgresSites
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.suggestions import PostgresDistinct, PostgresSuggestions
from footfall_server.storage.postgres.tenant_models import PostgresCalibrations, PostgresTenantModels
from footfall_server.storage.postgres.visits import PostgresVisits
from footfall_server.storage.postgres.workers import PostgresWorkers

# What a batch runs is planned once per connection, for any batch, and perhaps while the tables are empty:
# a plan that scans them would be kept while they grow.
_SET_TENANT_AND_LOCK = text(
    "select set_config('app.tenant_id', :tenant, true), set_config('app.site_ids', :sites, true),"
    " set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),"
    " pg_advisory_xact_lock(cast(:key as bigint))"
)


class PostgresTransaction:
    """Transaction: the repositories of one tenant on one connection."""

    def __init__(self, connection: TenantConnection) -> None:
        self.tenant_id = connection.tenant_id
        self.sites = PostgresSites(connection)
        self.cameras = PostgresCameras(connection)
        self.users = PostgresUsers(connection, connection.tenant_id)
        self.setup_tokens = PostgresSetupTokens(connection, connection.tenant_id)
        self.api_keys = PostgresApiKeys(connection)
        self.sessions = PostgresSessions(connection, connection.tenant_id)
        self.revocations = PostgresRevocations(connection, connection.tenant_id)
        self.join_tokens = PostgresJoinTokens(connection)
        self.certificates = PostgresCertificates(connection)
        self.workers = PostgresWorkers(connection)
        self.events = PostgresEvents(connection)
        self.gallery = PostgresGallery(connection)
        self.sightings = PostgresSightings(connection)
        self.visits = PostgresVisits(connection)
        self.images = PostgresImages(connection)
        self.changes = PostgresChanges(connection)
        self.decisions = PostgresDecisions(connection)
        self.batches = PostgresBatches(connection)
        self.jobs = PostgresJobs(connection)
        self.population = PostgresPopulation(connection)
        self.tenant_models = PostgresTenantModels(connection)
        self.model_changes = PostgresModelChanges(connection)
        self.model_faces = PostgresModelFaces(connection)
        self.calibrations = PostgresCalibrations(connection)
        self.customers = PostgresCustomers(connection)
        self.customer_sightings = PostgresCustomerSightings(connection)
        self.exemplars = PostgresExemplars(connection)
        self.erasure = PostgresErasure(connection)
        self.merges = PostgresMerges(connection)
        self.distinct = PostgresDistinct(connection)
        self.suggestions = PostgresSuggestions(connection)
        self.audit = PostgresAudit(connection)


class PostgresTransactions:
    """Transactions, read committed. Whatever fails before the commit leaves nothing behind."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def begin(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AsyncIterator[Transaction]:
        """See Transactions.begin."""
        async with self._open(SET_TENANT, scope_of(tenant_id, sites)) as connection:
            yield PostgresTransaction(TenantConnection(connection, tenant_id))

    @asynccontextmanager
    async def begin_exclusive(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AsyncIterator[Transaction]:
        """See Transactions.begin_exclusive. The lock is an advisory one, given back with the transaction."""
        scope_and_key = {**scope_of(tenant_id, sites), "key": lock_key(tenant_id)}
        async with self._open(_SET_TENANT_AND_LOCK, scope_and_key) as connection:
            yield PostgresTransaction(TenantConnection(connection, tenant_id))

    @asynccontextmanager
    async def begin_platform(self) -> AsyncIterator[PlatformTransaction]:
        """See Transactions.begin_platform."""
        async with self._open(ENTER_PLATFORM, {}) as connection:
            yield PostgresPlatformTransaction(connection)

    @asynccontextmanager
    async def begin_platform_exclusive(self) -> AsyncIterator[PlatformTransaction]:
        """See Transactions.begin_platform_exclusive."""
        async with self._open(ENTER_PLATFORM_AND_LOCK, {"key": lock_key(NO_TENANT)}) as connection:
            yield PostgresPlatformTransaction(connection)

    @asynccontextmanager
    async def _open(
        self, first: TextClause, parameters: Mapping[str, object]
    ) -> AsyncIterator[AsyncConnection]:
        with translated():
            connection = await self._begun(first, parameters)
        try:
            yield connection
            with translated():
                await connection.commit()
        finally:
            # Rolls back what was not committed. Shielded, so that a cancelled call gives its connection back.
            await asyncio.shield(connection.close())

    async def _begun(self, first: TextClause, parameters: Mapping[str, object]) -> AsyncConnection:
        """A connection that did the first statement.

        A pooled connection may have died with the server that it led to. That shows in its first
        statement, which did nothing then and is repeated once, on a new connection.
        """
        try:
            return await self._attempt(first, parameters)
        except DBAPIError as error:
            if not is_unreachable(error):
                raise
        return await self._attempt(first, parameters)

    async def _attempt(self, first: TextClause, parameters: Mapping[str, object]) -> AsyncConnection:
        connection = await self._engine.connect().start()
        try:
            await connection.execute(first, parameters)
        except BaseException:
            await asyncio.shield(connection.close())
            raise
        return connection


def lock_key(tenant_id: UUID) -> int:
    """The tenant's advisory lock: its id folded to a signed 64-bit number."""
    high, low = tenant_id.int >> 64, tenant_id.int & 0xFFFF_FFFF_FFFF_FFFF
    folded = high ^ low
    return folded - (1 << 64) if folded >= 1 << 63 else folded
