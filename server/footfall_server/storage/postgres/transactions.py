"""The one way to the database: a transaction is opened for a tenant, or for the platform, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Collection, Hashable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import UUID

from sqlalchemy import AsyncAdaptedQueuePool, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from footfall_server.domain.audit import NO_TENANT
from footfall_server.errors import unavailable
from footfall_server.fair_turns import FairTurns
from footfall_server.finishing import finished
from footfall_server.ports import PlatformTransaction, Transaction
from footfall_server.storage.postgres.accounts import PostgresApiKeys, PostgresUsers
from footfall_server.storage.postgres.audit import PostgresAudit
from footfall_server.storage.postgres.batches import PostgresBatches
from footfall_server.storage.postgres.cameras import PostgresCameras
from footfall_server.storage.postgres.certificates import PostgresCertificates, PostgresJoinTokens
from footfall_server.storage.postgres.changes import PostgresChanges
from footfall_server.storage.postgres.commands import PostgresCommands
from footfall_server.storage.postgres.customer_sightings import PostgresCustomerSightings
from footfall_server.storage.postgres.customers import PostgresCustomers
from footfall_server.storage.postgres.decisions import PostgresDecisions
from footfall_server.storage.postgres.enrolments import PostgresEnrolments
from footfall_server.storage.postgres.erasure import PostgresErasure
from footfall_server.storage.postgres.erasure_ledger import PostgresErasureLedger
from footfall_server.storage.postgres.event_cursors import PostgresEventCursors
from footfall_server.storage.postgres.events import PostgresEvents
from footfall_server.storage.postgres.exemplars import PostgresExemplars
from footfall_server.storage.postgres.failures import RETRY_SOON, is_unreachable, translated
from footfall_server.storage.postgres.gallery import PostgresGallery
from footfall_server.storage.postgres.images import PostgresImages
from footfall_server.storage.postgres.jobs import PostgresJobs
from footfall_server.storage.postgres.leases import PostgresLeases
from footfall_server.storage.postgres.merges import PostgresMerges
from footfall_server.storage.postgres.model_changes import PostgresModelChanges
from footfall_server.storage.postgres.model_faces import PostgresModelFaces
from footfall_server.storage.postgres.opt_outs import PostgresOptOuts
from footfall_server.storage.postgres.pictures import PostgresPictures
from footfall_server.storage.postgres.platform import (
    ENTER_PLATFORM,
    ENTER_PLATFORM_AND_LOCK,
    SET_TENANT,
    PostgresPlatformTransaction,
    scope_of,
)
from footfall_server.storage.postgres.population import PostgresPopulation
from footfall_server.storage.postgres.previews import PostgresPreviews
from footfall_server.storage.postgres.report_days import PostgresReportDays
from footfall_server.storage.postgres.report_sources import PostgresReportSources
from footfall_server.storage.postgres.reports import PostgresReports
from footfall_server.storage.postgres.restatements import PostgresRestatements
from footfall_server.storage.postgres.retention import PostgresRetention
from footfall_server.storage.postgres.revocations import PostgresRevocations
from footfall_server.storage.postgres.sessions import PostgresSessions
from footfall_server.storage.postgres.setup_tokens import PostgresSetupTokens
from footfall_server.storage.postgres.sightings import PostgresSightings
from footfall_server.storage.postgres.sites import PostgresSites
from footfall_server.storage.postgres.staff import PostgresStaff
from footfall_server.storage.postgres.staff_gallery import PostgresStaffGallery
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.suggestions import PostgresDistinct, PostgresSuggestions
from footfall_server.storage.postgres.tenant_models import PostgresCalibrations, PostgresTenantModels
from footfall_server.storage.postgres.tenant_settings import PostgresTenantSettings
from footfall_server.storage.postgres.uptime import PostgresUptime
from footfall_server.storage.postgres.visits import PostgresVisits
from footfall_server.storage.postgres.webhook_deliveries import PostgresWebhookDeliveries
from footfall_server.storage.postgres.webhooks import PostgresWebhooks
from footfall_server.storage.postgres.workers import PostgresWorkers

# What a batch runs is planned once per connection, for any batch, and perhaps while the tables are empty:
# a plan that scans them would be kept while they grow.
_SET_TENANT_AND_LOCK = text(
    "select set_config('app.tenant_id', :tenant, true), set_config('app.site_ids', :sites, true),"
    " set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),"
    " pg_advisory_xact_lock(cast(:key as bigint))"
)


class _Administration:
    """Who and what belongs to a tenant, and what is done for it."""

    def __init__(self, connection: TenantConnection) -> None:
        self.tenant_id = connection.tenant_id
        self.settings = PostgresTenantSettings(connection)
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
        self.commands = PostgresCommands(connection)
        self.leases = PostgresLeases(connection)
        self.retention = PostgresRetention(connection)
        self.jobs = PostgresJobs(connection)
        self.webhooks = PostgresWebhooks(connection)
        self.webhook_deliveries = PostgresWebhookDeliveries(connection)
        self.event_cursors = PostgresEventCursors(connection)
        self.audit = PostgresAudit(connection)


class PostgresTransaction(_Administration):
    """Transaction: the repositories of one tenant on one connection."""

    def __init__(self, connection: TenantConnection) -> None:
        super().__init__(connection)
        self.pictures = PostgresPictures(connection)
        self.previews = PostgresPreviews(connection)
        self.staff = PostgresStaff(connection)
        self.enrolments = PostgresEnrolments(connection)
        self.staff_gallery = PostgresStaffGallery(connection)
        self.events = PostgresEvents(connection)
        self.gallery = PostgresGallery(connection)
        self.sightings = PostgresSightings(connection)
        self.visits = PostgresVisits(connection)
        self.reports = PostgresReports(connection)
        self.report_days = PostgresReportDays(connection)
        self.report_sources = PostgresReportSources(connection)
        self.restatements = PostgresRestatements(connection)
        self.uptime = PostgresUptime(connection)
        self.images = PostgresImages(connection)
        self.changes = PostgresChanges(connection)
        self.decisions = PostgresDecisions(connection)
        self.batches = PostgresBatches(connection)
        self.population = PostgresPopulation(connection)
        self.tenant_models = PostgresTenantModels(connection)
        self.model_changes = PostgresModelChanges(connection)
        self.model_faces = PostgresModelFaces(connection)
        self.calibrations = PostgresCalibrations(connection)
        self.customers = PostgresCustomers(connection)
        self.customer_sightings = PostgresCustomerSightings(connection)
        self.exemplars = PostgresExemplars(connection)
        self.erasure = PostgresErasure(connection)
        self.erasures = PostgresErasureLedger(connection)
        self.opt_outs = PostgresOptOuts(connection)
        self.merges = PostgresMerges(connection)
        self.distinct = PostgresDistinct(connection)
        self.suggestions = PostgresSuggestions(connection)


_PLATFORM = "platform"
_UNBOUNDED = 1_000_000
_PATIENCE = timedelta(seconds=5)
"""How long to wait for a connection. Whoever holds one is through with it in much less."""
_LOCK_PATIENCE = timedelta(seconds=15)
"""How long to wait for others of this process that write for the same tenant."""


class PostgresTransactions:
    """Transactions, read committed. Whatever fails before the commit leaves nothing behind.

    Connections go round the tenants that wait for one, and no tenant has more than half of them. Of those
    that want a tenant to themselves one has a connection; the others of this process wait without.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        size = _pool_size(engine)
        self._connections = FairTurns(total=size, per_key=max(1, size // 2))
        self._exclusive = FairTurns(per_key=1)

    @asynccontextmanager
    async def begin(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AsyncIterator[Transaction]:
        """See Transactions.begin."""
        scope = scope_of(tenant_id, sites)
        async with (
            _patiently(self._connections, tenant_id, _PATIENCE),
            self._open(SET_TENANT, scope) as connection,
        ):
            yield PostgresTransaction(TenantConnection(connection, tenant_id))

    @asynccontextmanager
    async def begin_exclusive(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AsyncIterator[Transaction]:
        """See Transactions.begin_exclusive. The lock is an advisory one, given back with the transaction."""
        scope_and_key = {**scope_of(tenant_id, sites), "key": lock_key(tenant_id)}
        async with (
            _patiently(self._exclusive, tenant_id, _LOCK_PATIENCE),
            _patiently(self._connections, tenant_id, _PATIENCE),
            self._open(_SET_TENANT_AND_LOCK, scope_and_key) as connection,
        ):
            yield PostgresTransaction(TenantConnection(connection, tenant_id))

    @asynccontextmanager
    async def begin_platform(self) -> AsyncIterator[PlatformTransaction]:
        """See Transactions.begin_platform."""
        async with (
            _patiently(self._connections, _PLATFORM, _PATIENCE),
            self._open(ENTER_PLATFORM, {}) as connection,
        ):
            yield PostgresPlatformTransaction(connection)

    @asynccontextmanager
    async def begin_platform_exclusive(self) -> AsyncIterator[PlatformTransaction]:
        """See Transactions.begin_platform_exclusive."""
        async with (
            _patiently(self._exclusive, _PLATFORM, _LOCK_PATIENCE),
            _patiently(self._connections, _PLATFORM, _PATIENCE),
            self._open(ENTER_PLATFORM_AND_LOCK, {"key": lock_key(NO_TENANT)}) as connection,
        ):
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
            # Rolls back what was not committed; one that is cancelled, too, gives back before it ends.
            await finished(connection.close())

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
            await finished(connection.close())
            raise
        return connection


@asynccontextmanager
async def _patiently(turns: FairTurns, key: Hashable, patience: timedelta) -> AsyncIterator[None]:
    """A turn. Raises UNAVAILABLE when none comes in time."""
    async with AsyncExitStack() as held:
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await held.enter_async_context(turns.turn(key))
        except TimeoutError:
            raise unavailable(
                "STORE_UNAVAILABLE", "all connections to the database are in use", RETRY_SOON
            ) from None
        yield


def _pool_size(engine: AsyncEngine) -> int:
    """How many connections the engine has at most; plenty for a pool without a bound."""
    pool = engine.pool
    return pool.size() if isinstance(pool, AsyncAdaptedQueuePool) else _UNBOUNDED


def lock_key(tenant_id: UUID) -> int:
    """The tenant's advisory lock: its id folded to a signed 64-bit number."""
    high, low = tenant_id.int >> 64, tenant_id.int & 0xFFFF_FFFF_FFFF_FFFF
    folded = high ^ low
    return folded - (1 << 64) if folded >= 1 << 63 else folded
