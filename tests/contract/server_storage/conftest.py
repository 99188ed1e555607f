"""The stores under contract: each suite runs on the fake and on the real thing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from database_fixtures import FootfallDatabase
from fakes.manual_clock import ManualClock
from fakes.memory_changes import MemoryChanges
from fakes.memory_transactions import MemoryTransactions
from footfall_server.ports import ChangeSource, Transactions
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.notifications import PostgresChangeSource
from footfall_server.storage.postgres.transactions import PostgresTransactions
from storage_samples import a_site, a_tenant


@pytest.fixture(params=["memory", "postgres"])
def database(request: pytest.FixtureRequest) -> FootfallDatabase | None:
    """The database of the real thing; None for the fake."""
    if request.param == "memory":
        return None
    found = request.getfixturevalue("footfall_database")
    assert isinstance(found, FootfallDatabase)
    return found


@pytest.fixture
async def change_source(database: FootfallDatabase | None) -> AsyncIterator[ChangeSource]:
    if database is None:
        yield MemoryChanges()
        return
    async with PostgresChangeSource(database.app_dsn) as source:
        yield source


@pytest.fixture
async def transactions(
    database: FootfallDatabase | None, request: pytest.FixtureRequest
) -> AsyncIterator[Transactions]:
    if database is None:
        changes = None
        if "change_source" in request.fixturenames:
            changes = request.getfixturevalue("change_source")
        yield MemoryTransactions(clock=ManualClock(datetime.now(UTC)), changes=changes)
        return
    engine = make_engine(database.app_dsn, limits=PostgresLimits(pool_size=4))
    yield PostgresTransactions(engine)
    await engine.dispose()


@pytest.fixture
async def tenant_id(transactions: Transactions) -> UUID:
    tenant = a_tenant()
    async with transactions.begin_platform() as tx:
        await tx.add_tenant(tenant, None)
    return tenant.tenant_id


@pytest.fixture
async def other_tenant_id(transactions: Transactions) -> UUID:
    tenant = a_tenant()
    async with transactions.begin_platform() as tx:
        await tx.add_tenant(tenant, None)
    return tenant.tenant_id


@pytest.fixture
async def site_id(transactions: Transactions, tenant_id: UUID) -> UUID:
    site = a_site("Old Town")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(site, None)
    return site.site_id
