"""A database in memory: tenants apart, all or nothing, one exclusive transaction at a time per tenant."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from fakes.erasures import MemoryErasureLedger
from fakes.memory_accounts import (
    MemoryLoginAttempts,
    MemoryOidcLogins,
    MemorySetupTokens,
    MemoryUsers,
)
from fakes.memory_audit import MemoryAudit
from fakes.memory_batches import MemoryBatches
from fakes.memory_certificates import MemoryCertificates, MemoryJoinTokens
from fakes.memory_changes import MemoryChanges
from fakes.memory_commands import MemoryCommands, MemoryPictures, MemoryPreviews
from fakes.memory_customers import (
    MemoryCustomers,
    MemoryCustomerSightings,
    MemoryErasure,
    MemoryExemplars,
)
from fakes.memory_leases import MemoryLeases
from fakes.memory_merges import MemoryDistinct, MemoryMerges, MemorySuggestions
from fakes.memory_models import (
    MemoryCalibrations,
    MemoryModelChanges,
    MemoryModelFaces,
    MemoryTenantModels,
)
from fakes.memory_people import MemoryPopulation
from fakes.memory_places import (
    MemoryApiKeys,
    MemoryCameras,
    MemorySites,
    not_empty,
    page_by_name,
    refuse_taken_name,
)
from fakes.memory_recognition import (
    MemoryDecisions,
    MemoryEvents,
    MemoryGallery,
    MemoryJobs,
    MemorySightings,
)
from fakes.memory_report_days import MemoryReportDays
from fakes.memory_report_marks import marks_of, note
from fakes.memory_reports import MemoryReports
from fakes.memory_restatements import MemoryReportSources, MemoryRestatements
from fakes.memory_retention import MemoryRetention
from fakes.memory_sessions import (
    MemoryRevocations,
    MemorySessions,
    MemorySessionSearch,
    SessionLocks,
)
from fakes.memory_staff import MemoryEnrolments, MemoryStaff
from fakes.memory_staff_gallery import MemoryStaffGallery
from fakes.memory_tables import PlatformTables, TenantStore, TenantTables
from fakes.memory_tenant_settings import MemoryTenantSettings
from fakes.memory_uptime import MemoryUptime
from fakes.memory_visits import MemoryChangeRows, MemoryImageRows, MemoryVisits
from fakes.memory_webhooks import MemoryEventCursors, MemoryWebhookDeliveries, MemoryWebhooks
from fakes.memory_workers import MemoryWorkers
from fakes.opt_outs import MemoryOptOuts
from footfall_server.domain.audit import NO_TENANT
from footfall_server.domain.camera_command import CommandState
from footfall_server.domain.certificates import JoinToken
from footfall_server.domain.change import AccessRevoked, ControlWord, TenantChanged
from footfall_server.domain.identity import ApiKey, User
from footfall_server.domain.places import Tenant
from footfall_server.domain.setup_token import SetupToken
from footfall_server.domain.worker import WorkerStatus
from footfall_server.ports import Clock, NameCursor
from footfall_server.ports.jobs import JobTick


class MemoryTransaction:
    """Implements Transaction over copies of the tables."""

    def __init__(
        self,
        tenant_id: UUID,
        store: TenantStore,
        platform: PlatformTables,
        clock: Clock,
        *,
        locks: SessionLocks,
        exclusive: bool,
        sites: Collection[UUID] | None,
    ) -> None:
        self.tenant_id = tenant_id
        self.tables, hidden = store.tables.parted(sites)
        self.platform_base, self.platform = platform.copy(), platform.copy()
        self.sessions = MemorySessions(
            tenant_id, view=self.platform, base=self.platform_base, committed=platform, locks=locks
        )
        self.revocations = MemoryRevocations(tenant_id, view=self.platform, committed=platform)
        self.settings = MemoryTenantSettings(tenant_id, self.tables)
        self.sites = MemorySites(self.tables)
        self.cameras = MemoryCameras(self.tables, hidden)
        self.users = MemoryUsers(tenant_id, self.platform)
        self.setup_tokens = MemorySetupTokens(tenant_id, self.platform)
        self.api_keys = MemoryApiKeys(self.tables)
        self.join_tokens = MemoryJoinTokens(self.tables)
        self.certificates = MemoryCertificates(self.tables)
        self.workers = MemoryWorkers(self.tables, hidden)
        self.words: list[ControlWord] = []
        self.commands = MemoryCommands(tenant_id, self.tables, hidden, self.words)
        self.pictures = MemoryPictures(tenant_id, self.tables, self.words)
        self.previews = MemoryPreviews(tenant_id, self.tables, self.words)
        self.staff = MemoryStaff(self.tables, hidden)
        self.enrolments = MemoryEnrolments(self.tables, exclusive=exclusive)
        self.staff_gallery = MemoryStaffGallery(self.tables, clock, exclusive=exclusive)
        self.leases = MemoryLeases(self.tables, clock, exclusive=exclusive)
        self.events = MemoryEvents(self.tables)
        self.gallery = MemoryGallery(self.tables, store, clock)
        self.sightings = MemorySightings(self.tables)
        self.visits = MemoryVisits(self.tables, hidden)
        self.reports, self.report_days = (
            MemoryReports(self.tables, hidden),
            MemoryReportDays(self.tables, hidden, clock),
        )
        self.report_sources = MemoryReportSources(self.tables)
        self.restatements = MemoryRestatements(self.tables)
        self.uptime = MemoryUptime(self.tables)
        self.images, self.retention = MemoryImageRows(self.tables), MemoryRetention(self.tables)
        self.changes = MemoryChangeRows(self.tables, store, clock)
        self.decisions = MemoryDecisions(self.tables)
        self.jobs = MemoryJobs(self.tables)
        self.population = MemoryPopulation(self.tables)
        self.batches = MemoryBatches(self, exclusive=exclusive)
        self.tenant_models = MemoryTenantModels(self.tables)
        self.model_changes = MemoryModelChanges(self.tables)
        self.model_faces = MemoryModelFaces(self.tables, exclusive=exclusive)
        self.calibrations = MemoryCalibrations(self.tables)
        self.customers = MemoryCustomers(self.tables, exclusive=exclusive)
        self.customer_sightings = MemoryCustomerSightings(self.tables)
        self.exemplars, self.opt_outs = MemoryExemplars(self.tables), MemoryOptOuts(self.tables)
        self.erasure, self.erasures = MemoryErasure(self.tables), MemoryErasureLedger(self.tables)
        self.merges, self.distinct = MemoryMerges(self.tables), MemoryDistinct(self.tables)
        self.suggestions = MemorySuggestions(self.tables)
        self.webhooks = MemoryWebhooks(self.tables, store)
        self.webhook_deliveries = MemoryWebhookDeliveries(self.tables)
        self.event_cursors = MemoryEventCursors(self.tables, store)
        self.audit = MemoryAudit(self.tables, tenant_id)


class MemoryPlatformTransaction:
    """Implements PlatformTransaction over a copy of the tables."""

    def __init__(
        self, platform: PlatformTables, stores: dict[UUID, TenantStore], clock: Clock, *, locks: SessionLocks
    ) -> None:
        self._clock = clock
        self.platform_base = platform.copy()
        self.platform = platform.copy()
        self.sessions = MemorySessions(
            None, view=self.platform, base=self.platform_base, committed=platform, locks=locks
        )
        self.revocations = MemoryRevocations(None, view=self.platform, committed=platform)
        self.session_search = MemorySessionSearch(self.platform)
        self.audit = MemoryAudit(self.platform, NO_TENANT)
        self.users = MemoryUsers(None, self.platform)
        self.setup_tokens = MemorySetupTokens(None, self.platform)
        self.login_attempts = MemoryLoginAttempts(self.platform)
        self.oidc_logins = MemoryOidcLogins(self.platform)
        self._stores = stores

    async def user_by_email(self, email: str) -> User | None:
        users = self.platform.users.values()
        return next((user for user in users if user.email.lower() == email.lower()), None)

    async def user_by_id(self, user_id: UUID) -> User | None:
        return self.platform.users.get(user_id)

    async def user_by_identity(self, issuer: str, subject: str) -> User | None:
        users = self.platform.users.values()
        return next(
            (each for each in users if (each.oidc_issuer, each.oidc_subject) == (issuer, subject)), None
        )

    async def setup_token(self, setup_token_id: UUID) -> SetupToken | None:
        return self.platform.setup_tokens.get(setup_token_id)

    async def purge_setup_tokens(self, before: datetime) -> int:
        tokens = self.platform.setup_tokens
        old = [key for key, token in tokens.items() if token.expires_at < before]
        for key in old:
            del tokens[key]
        return len(old)

    async def api_key_by_prefix(self, prefix: str) -> ApiKey | None:
        keys = (key for store in self._stores.values() for key in store.tables.api_keys.values())
        return next((key for key in keys if key.prefix == prefix), None)

    async def join_token(self, join_token_id: UUID) -> JoinToken | None:
        found = (store.tables.join_tokens.get(join_token_id) for store in self._stores.values())
        return next((token for token in found if token is not None), None)

    async def add_tenant(self, tenant: Tenant, request_id: UUID | None) -> Tenant:
        if request_id is not None:
            known_id = self.platform.requests.setdefault(request_id, tenant.tenant_id)
            if known_id in self.platform.tenants:
                return self.platform.tenants[known_id]
        refuse_taken_name("tenant", tenant.tenant_id, tenant.display_name, self.platform.tenants)
        self.platform.tenants[tenant.tenant_id] = tenant
        return tenant

    async def get_tenant(self, tenant_id: UUID) -> Tenant | None:
        return self.platform.tenants.get(tenant_id)

    async def list_tenants(self, *, after: NameCursor | None, limit: int) -> Sequence[Tenant]:
        return page_by_name(self.platform.tenants, after, limit)

    async def save_tenant(self, tenant: Tenant) -> None:
        refuse_taken_name("tenant", tenant.tenant_id, tenant.display_name, self.platform.tenants)
        self.platform.tenants[tenant.tenant_id] = tenant

    async def tenants_with_expired_links(self, now: datetime) -> Sequence[UUID]:
        return [
            tenant_id
            for tenant_id, store in self._stores.items()
            if any(
                worker.link_expires_at <= now and store.tables.reports[key][0] is not WorkerStatus.OFFLINE
                for key, worker in store.tables.workers.items()
            )
        ]

    async def tenants_with_expired_commands(self, now: datetime) -> Sequence[UUID]:
        return [
            tenant_id
            for tenant_id, store in self._stores.items()
            if any(
                command.state is CommandState.WAITING and command.expires_at <= now
                for command in store.tables.commands.values()
            )
        ]

    async def tenants_with_report_marks(self) -> Sequence[UUID]:
        return [
            tenant_id
            for tenant_id, store in self._stores.items()
            if await MemoryReportDays(store.tables, TenantTables(), self._clock).waiting(
                {site_id for site_id, _ in store.tables.site_rules}, most=1
            )
        ]

    async def tenants_with_open_erasures(self) -> Sequence[UUID]:
        return [
            tenant_id
            for tenant_id, store in self._stores.items()
            if any(each.completed_at is None for each in store.tables.erasures.values())
        ]

    async def tenants_with_webhooks(self) -> Sequence[UUID]:
        return [tenant_id for tenant_id, store in self._stores.items() if store.tables.webhooks]

    async def tenants_with_webhooks_due(self, now: datetime) -> Sequence[UUID]:
        return [
            tenant_id
            for tenant_id, store in self._stores.items()
            if any(
                row.due_at is not None
                and row.due_at <= now
                and (row.claimed_until is None or row.claimed_until <= now)
                for row in store.tables.webhook_rows.values()
            )
        ]

    async def jobs_due(self, ticks: Mapping[str, datetime], now: datetime) -> Sequence[JobTick]:
        due: set[JobTick] = set()
        for tenant_id in self.platform.tenants:
            store = self._stores.get(tenant_id)
            runs = [] if store is None else list(store.tables.job_runs.values())
            begun = {(each.job, each.tick) for each in runs}
            due |= {(tenant_id, job, tick) for job, tick in ticks.items() if (job, tick) not in begun}
            due |= {(tenant_id, each.job, each.tick) for each in runs if each.may_be_taken(now)}
        return sorted(due, key=lambda each: (each[2], each[1], each[0]))

    async def purge_commands(self, before: datetime) -> int:
        return self._purge("commands", lambda row: row.expires_at < before)

    async def purge_pictures(self, now: datetime) -> int:
        return self._purge("pictures", lambda row: row.expires_at <= now)

    async def purge_previews(self, now: datetime) -> int:
        return self._purge("previews", lambda row: row.expires_at <= now)

    def _purge(self, table: str, is_over: Callable[[Any], bool]) -> int:
        gone = 0
        for store in self._stores.values():
            rows = getattr(store.tables, table)
            for key in [key for key, row in rows.items() if is_over(row)]:
                del rows[key]
                gone += 1
        return gone

    async def remove_tenant(self, tenant_id: UUID) -> bool:
        store = self._stores.get(tenant_id)
        if store is not None and store.tables.sites:
            raise not_empty("the tenant still has sites", "sites")
        for rows in (self.platform.users, self.platform.sessions):
            for key in [key for key, each in rows.items() if each.tenant_id == tenant_id]:
                del rows[key]
        tokens = self.platform.refresh_tokens
        for token_hash in [
            key for key, each in tokens.items() if each.session_id not in self.platform.sessions
        ]:
            del tokens[token_hash]
        if self.platform.tenants.pop(tenant_id, None) is None:
            return False
        if store is not None:
            store.tables.audit.clear()
        return True

    async def being_restored(self) -> bool:
        """Nobody restores a backup into memory."""
        return False

    async def tenant_ids(self) -> Sequence[UUID]:
        return sorted(self.platform.tenants)


class MemoryTransactions:
    """Implements Transactions. Several replicas of a test share one.

    `before_commit`, when set, is called before each commit of a tenant's transaction; what it raises rolls
    the transaction back. `committed` counts them. `before_platform`, when set, is called as a platform
    transaction begins.
    """

    def __init__(self, *, clock: Clock, changes: MemoryChanges | None = None) -> None:
        self.before_commit: Callable[[], None] | None = None
        self.before_platform: Callable[[], None] | None = None
        self.committed = 0
        self.platform = PlatformTables()
        self._stores: dict[UUID, TenantStore] = {}
        self._exclusive = asyncio.Lock()
        self._clock = clock
        self._source = changes or MemoryChanges()
        self._session_locks = SessionLocks()

    def tables(self, tenant_id: UUID) -> TenantTables:
        """What is committed of a tenant, for a test to look at or to fill."""
        return self._store(tenant_id).tables

    @asynccontextmanager
    async def begin(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AsyncIterator[MemoryTransaction]:
        async with self._transaction(tenant_id, sites, exclusive=False) as tx:
            yield tx

    @asynccontextmanager
    async def begin_exclusive(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AsyncIterator[MemoryTransaction]:
        async with (
            self._store(tenant_id).exclusive,
            self._transaction(tenant_id, sites, exclusive=True) as tx,
        ):
            yield tx

    @asynccontextmanager
    async def begin_platform(self) -> AsyncIterator[MemoryPlatformTransaction]:
        await asyncio.sleep(0)
        if self.before_platform is not None:
            self.before_platform()
        tx = MemoryPlatformTransaction(self.platform, self._stores, self._clock, locks=self._session_locks)
        try:
            yield tx
            tx.platform.lay_over(tx.platform_base, self.platform)
        finally:
            tx.sessions.close()
        if tx.revocations.added:
            self._source.publish(AccessRevoked())

    @asynccontextmanager
    async def begin_platform_exclusive(self) -> AsyncIterator[MemoryPlatformTransaction]:
        async with self._exclusive, self.begin_platform() as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(
        self, tenant_id: UUID, sites: Collection[UUID] | None, *, exclusive: bool
    ) -> AsyncIterator[MemoryTransaction]:
        await asyncio.sleep(0)
        store = self._store(tenant_id)
        base, _ = store.tables.parted(sites)
        tx = MemoryTransaction(
            tenant_id,
            store,
            self.platform,
            self._clock,
            locks=self._session_locks,
            exclusive=exclusive,
            sites=sites,
        )
        try:
            yield tx
            await asyncio.sleep(0)
            if self.before_commit is not None:
                self.before_commit()
            tx.tables.refuse_other_sites(base, sites)
            before = store.tables.counted_rows()
            tx.tables.lay_over(base, store.tables)
            for mark in marks_of(before, store.tables, tx.report_days.cause, self._clock.now()):
                note(store.tables, mark)
            tx.platform.lay_over(tx.platform_base, self.platform)
            self.committed += 1
        finally:
            tx.gallery.close()
            tx.changes.close()
            tx.webhooks.close()
            tx.event_cursors.close()
            tx.sessions.close()
        if tx.revocations.added:
            self._source.publish(AccessRevoked())
        for word in tx.words:
            self._source.publish(word)
        if tx.changes.appended:
            topics = frozenset(change.topic for change in tx.changes.appended)
            self._source.publish(TenantChanged(tenant_id, tx.changes.appended[-1].revision, topics))

    def _store(self, tenant_id: UUID) -> TenantStore:
        return self._stores.setdefault(tenant_id, TenantStore())
