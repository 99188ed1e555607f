"""A database that goes away and comes back: the process that uses it goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import asyncpg
import pytest
from database_fixtures import FootfallDatabase
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.change import ChangeKind, NewChange, SourceReset, TenantChanged, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Notification
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.notifications import NotificationReader, PostgresChangeSource
from footfall_server.storage.postgres.tables import metadata
from footfall_server.storage.postgres.transactions import PostgresTransactions, lock_key
from sqlalchemy.ext.asyncio import AsyncEngine
from storage_samples import (
    NOON,
    a_face,
    a_sighting,
    a_tenant,
    a_user,
    a_visit,
    a_worker,
    an_image,
    an_outcome,
    people,
)

PATIENCE = 30.0


@pytest.fixture
async def engine(footfall_database: FootfallDatabase) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(footfall_database.app_dsn, limits=PostgresLimits(pool_size=4))
    yield engine
    await engine.dispose()


async def _cut_all_connections(database: FootfallDatabase) -> None:
    server = await asyncpg.connect(database.superuser_dsn)
    try:
        await server.execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = 'footfall_app'"
        )
    finally:
        await server.close()


async def _next(
    notifications: AsyncIterator[Notification], wanted: Callable[[Notification], bool]
) -> Notification:
    async with asyncio.timeout(PATIENCE):
        async for notification in notifications:
            if wanted(notification):
                return notification
    raise AssertionError("the notifications ended")


async def test_pooled_connections_that_died_are_replaced_unnoticed(
    footfall_database: FootfallDatabase, engine: AsyncEngine
) -> None:
    transactions = PostgresTransactions(engine)

    async def ask() -> None:
        async with transactions.begin_platform() as tx:
            await tx.tenant_ids()

    await asyncio.gather(*(ask() for _ in range(4)))
    await _cut_all_connections(footfall_database)
    await asyncio.gather(*(ask() for _ in range(8)))


async def test_a_transaction_whose_connection_dies_is_unavailable_and_leaves_nothing(
    footfall_database: FootfallDatabase, engine: AsyncEngine
) -> None:
    transactions = PostgresTransactions(engine)
    tenant = a_tenant()
    with pytest.raises(FootfallError) as caught:  # noqa: PT012
        async with transactions.begin_platform() as tx:
            await tx.add_tenant(tenant, None)
            await _cut_all_connections(footfall_database)
            await tx.tenant_ids()
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "STORE_UNAVAILABLE")
    with pytest.raises(FootfallError) as caught:  # noqa: PT012
        async with transactions.begin_platform() as tx:
            await tx.add_tenant(tenant, None)
            await _cut_all_connections(footfall_database)
    assert caught.value.kind is ErrorKind.UNAVAILABLE, "the commit could not be sent"
    async with transactions.begin_platform() as tx:
        assert await tx.get_tenant(tenant.tenant_id) is None


async def test_a_batch_whose_connection_dies_is_unavailable_and_leaves_nothing(
    footfall_database: FootfallDatabase, engine: AsyncEngine
) -> None:
    transactions = PostgresTransactions(engine)
    tenant = a_tenant()
    async with transactions.begin_platform() as platform:
        await platform.add_tenant(tenant, None)
    visit = a_visit(new_id(), new_id())
    records = BatchRecords(at=NOON, people=people([visit.customer_id]), visits=[visit])
    with pytest.raises(FootfallError) as caught:  # noqa: PT012
        async with transactions.begin_exclusive(tenant.tenant_id) as tx:
            await tx.batches.write(records)
            await _cut_all_connections(footfall_database)
            await tx.batches.write(BatchRecords(at=NOON))
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "STORE_UNAVAILABLE")
    async with transactions.begin_exclusive(tenant.tenant_id) as tx:
        assert await tx.visits.get(visit.visit_id) is None
        await tx.batches.write(records)
    async with transactions.begin(tenant.tenant_id) as tx:
        assert await tx.visits.get(visit.visit_id) is not None


async def test_a_server_that_is_away_is_unavailable(unused_tcp_port: int) -> None:
    dsn = f"postgresql://footfall_app:p@127.0.0.1:{unused_tcp_port}/footfall"
    engine = make_engine(dsn)
    transactions = PostgresTransactions(engine)
    for begin in (transactions.begin, transactions.begin_exclusive):
        with pytest.raises(FootfallError) as caught:
            async with begin(new_id()):
                pytest.fail("a transaction began without a server")
        assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "STORE_UNAVAILABLE")
    await engine.dispose()


async def test_a_full_pool_is_unavailable_and_not_a_hang(footfall_database: FootfallDatabase) -> None:
    limits = PostgresLimits(pool_size=1, pool_timeout=timedelta(milliseconds=100))
    engine = make_engine(footfall_database.app_dsn, limits=limits)
    transactions = PostgresTransactions(engine)
    async with transactions.begin_platform():
        with pytest.raises(FootfallError) as caught:
            async with transactions.begin_platform():
                pytest.fail("a pool of one gave two connections")
    assert caught.value.kind is ErrorKind.UNAVAILABLE
    await engine.dispose()


async def test_a_tenant_has_to_be_named(engine: AsyncEngine) -> None:
    transactions = PostgresTransactions(engine)
    for begin in (transactions.begin, transactions.begin_exclusive):
        for nothing in (None, "", str(new_id())):
            with pytest.raises(TypeError, match="tenant's id"):
                async with begin(nothing):  # type: ignore[arg-type]
                    pytest.fail("a transaction began without a tenant")


def test_lock_keys_are_what_postgresql_takes() -> None:
    keys = {lock_key(new_id()) for _ in range(1000)}
    assert len(keys) == 1000
    assert all(-(1 << 63) <= key < 1 << 63 for key in keys)


async def test_listeners_are_reset_and_told_again_after_a_break(
    footfall_database: FootfallDatabase, engine: AsyncEngine
) -> None:
    transactions = PostgresTransactions(engine)
    tenant = a_tenant()
    async with PostgresChangeSource(footfall_database.app_dsn) as source:
        reader = source.notifications()
        await _next(reader, lambda _: True)
        await _cut_all_connections(footfall_database)
        assert await _next(reader, lambda _: True) == SourceReset()
        async with transactions.begin(tenant.tenant_id) as tx:
            await tx.changes.append([NewChange(Topic.VISITS, ChangeKind.CREATED, new_id(), new_id())])
        told = await _next(reader, lambda word: isinstance(word, TenantChanged))
        assert told == TenantChanged(tenant.tenant_id, 1, frozenset({Topic.VISITS}))


async def test_a_reader_that_falls_behind_is_reset(
    footfall_database: FootfallDatabase, engine: AsyncEngine
) -> None:
    transactions = PostgresTransactions(engine)
    tenant = a_tenant()
    async with PostgresChangeSource(footfall_database.app_dsn, backlog=3) as source:
        slow, quick = source.notifications(), source.notifications()
        for revision in range(1, 7):
            async with transactions.begin(tenant.tenant_id) as tx:
                await tx.changes.append([NewChange(Topic.VISITS, ChangeKind.CREATED, new_id(), new_id())])
            told = await _next(quick, lambda word: isinstance(word, TenantChanged))
            assert told == TenantChanged(tenant.tenant_id, revision, frozenset({Topic.VISITS}))
        assert await anext(slow) == SourceReset()
        assert isinstance(slow, NotificationReader)
        await slow.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(slow)


async def test_a_removed_tenant_leaves_no_row_behind(
    footfall_database: FootfallDatabase, engine: AsyncEngine
) -> None:
    transactions = PostgresTransactions(engine)
    tenant, neighbour = a_tenant(), a_tenant()
    async with transactions.begin_platform() as tx:
        await tx.add_tenant(tenant, None)
        await tx.add_tenant(neighbour, None)
    for tenant_id in (tenant.tenant_id, neighbour.tenant_id):
        async with transactions.begin_exclusive(tenant_id) as tx:
            visit = a_visit(new_id(), new_id())
            await tx.users.add(a_user(tenant_id))
            await tx.workers.admit(a_worker(new_id()))
            await tx.batches.write(
                BatchRecords(
                    at=NOON,
                    people=people([visit.customer_id], faces=[a_face(visit.customer_id)]),
                    visits=[visit],
                    sightings=[a_sighting(visit)],
                    images=[an_image(tenant_id, visit.site_id)],
                    outcomes=[an_outcome()],
                    changes=[NewChange(Topic.VISITS, ChangeKind.CREATED, visit.site_id, visit.visit_id)],
                )
            )
    async with transactions.begin_platform() as tx:
        assert await tx.remove_tenant(tenant.tenant_id)
        assert await tx.get_tenant(neighbour.tenant_id) == neighbour, "still on the platform afterwards"
    server = await asyncpg.connect(footfall_database.superuser_dsn)
    for table in metadata.tables:
        count = f"select count(*) from {table} where tenant_id = $1"  # noqa: S608
        assert await server.fetchval(count, tenant.tenant_id) == 0, f"{table} keeps rows of a removed tenant"
    assert await server.fetchval("select count(*) from visits where tenant_id = $1", neighbour.tenant_id) == 1
    await server.close()
