"""A tenant with two sites on real PostgreSQL, whose changes go out by several replicas."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import UUID

from database_fixtures import FootfallDatabase
from fakes.manual_clock import ManualClock
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.ports import Transactions
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from storage_samples import a_site, a_tenant


class NoWord:
    """ChangedTenants that never hears of anything: a test says when to look."""

    async def next(self, _patience: timedelta) -> frozenset[UUID] | None:
        return None


class EventWorld:
    """One tenant. `replicas` have a pool of connections each."""

    def __init__(self, replicas: list[Transactions], clock: ManualClock) -> None:
        self.replicas = replicas
        self.clock = clock
        self.tenant_id = new_id()
        self.site_ids: list[UUID] = []

    @property
    def transactions(self) -> Transactions:
        return self.replicas[0]

    @property
    def admin(self) -> Principal:
        return Principal(new_id(), Role.TENANT_ADMIN, self.tenant_id, self.clock.now() + timedelta(days=9))

    async def add_tenant(self) -> None:
        tenant = a_tenant()
        self.tenant_id = tenant.tenant_id
        async with self.transactions.begin_platform() as platform:
            await platform.add_tenant(tenant, None)
        sites = [a_site(f"Shop {number}") for number in range(2)]
        self.site_ids = [each.site_id for each in sites]
        async with self.transactions.begin(self.tenant_id) as tx:
            for each in sites:
                await tx.sites.add(each, None)

    async def happens(self, count: int = 1, *, site: int = 0, replica: int = 0) -> None:
        """Visits begin, each in a transaction of its own."""
        for _ in range(count):
            change = NewChange(Topic.VISITS, ChangeKind.CREATED, self.site_ids[site], new_id())
            async with self.replicas[replica].begin(self.tenant_id) as tx:
                await tx.changes.append([change])

    async def revision(self) -> int:
        async with self.transactions.begin(self.tenant_id) as tx:
            return (await tx.changes.horizon()).current


@asynccontextmanager
async def event_world(database: FootfallDatabase, *, replicas: int = 2) -> AsyncIterator[EventWorld]:
    async with AsyncExitStack() as stack:
        found: list[Transactions] = []
        for _ in range(replicas):
            engine = make_engine(database.app_dsn, limits=PostgresLimits(pool_size=6))
            stack.push_async_callback(engine.dispose)
            found.append(PostgresTransactions(engine))
        world = EventWorld(found, ManualClock())
        await world.add_tenant()
        yield world
