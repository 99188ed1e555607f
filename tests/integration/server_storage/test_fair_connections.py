"""Connections go round the tenants that wait for one, on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from database_fixtures import FootfallDatabase
from fakes.polling import until
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions

POOL = 4


@pytest.fixture
async def transactions(footfall_database: FootfallDatabase) -> AsyncIterator[PostgresTransactions]:
    engine = make_engine(footfall_database.app_dsn, limits=PostgresLimits(pool_size=POOL))
    yield PostgresTransactions(engine)
    await engine.dispose()


async def test_a_tenant_with_much_to_do_leaves_connections_for_others(
    transactions: PostgresTransactions,
) -> None:
    flooding, others = uuid4(), [uuid4(), uuid4()]
    begun: list[UUID] = []
    end = asyncio.Event()

    async def hold(tenant_id: UUID) -> None:
        async with transactions.begin(tenant_id):
            begun.append(tenant_id)
            await end.wait()

    flood = [asyncio.create_task(hold(flooding)) for _ in range(3 * POOL)]
    async with asyncio.timeout(20):
        await until(lambda: begun.count(flooding) == POOL // 2)
        for tenant_id in others:
            async with transactions.begin(tenant_id):
                assert begun.count(flooding) == POOL // 2, "it has its half, and waits for the rest"
    end.set()
    await asyncio.gather(*flood)
    assert begun.count(flooding) == 3 * POOL


async def test_who_waits_for_a_tenant_to_itself_holds_no_connection(
    transactions: PostgresTransactions,
) -> None:
    tenant_id = uuid4()
    done: list[int] = []
    end = asyncio.Event()

    async def write(number: int) -> None:
        async with transactions.begin_exclusive(tenant_id):
            if number == 0:
                await end.wait()
            done.append(number)

    writers = [asyncio.create_task(write(number)) for number in range(2 * POOL)]
    async with asyncio.timeout(20):
        # With the writers' one, it is the tenant's last connection.
        async with transactions.begin(tenant_id):
            assert not done
        end.set()
        await asyncio.gather(*writers)
    assert done == list(range(2 * POOL)), "in the order of coming"
