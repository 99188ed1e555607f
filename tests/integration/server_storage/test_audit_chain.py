"""The chain on the real database: under load, after a migration, and in a superuser's hands."""
# ruff: noqa: S608  # what is put into statements are constants of this file

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import asyncpg
import pytest
from audit_samples import an_entry, append, checked, whole
from database_fixtures import DatabaseFactory, FootfallDatabase
from footfall_migrations.run import downgrade, upgrade
from footfall_server.domain.audit import NO_TENANT, Action, AuditEntry
from footfall_server.domain.audit_chain import EMPTY, Fault
from footfall_server.domain.identifiers import new_id
from footfall_server.ports import Transactions
from footfall_server.services.audit_verification import AuditVerification
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from storage_samples import NOON, a_tenant

BEFORE_THE_CHAIN = "0014"
LENGTH = 6


@pytest.fixture
async def transactions(footfall_database: FootfallDatabase) -> AsyncIterator[Transactions]:
    engine = make_engine(footfall_database.app_dsn)
    yield PostgresTransactions(engine)
    await engine.dispose()


@pytest.fixture
async def superuser(footfall_database: FootfallDatabase) -> AsyncIterator[asyncpg.Connection]:
    """May do whatever somebody with the whole server may."""
    connection = await asyncpg.connect(footfall_database.superuser_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def tenant_id(transactions: Transactions) -> UUID:
    tenant = a_tenant()
    async with transactions.begin_platform() as tx:
        await tx.add_tenant(tenant, None)
    return tenant.tenant_id


@pytest.fixture
async def filled(transactions: Transactions, tenant_id: UUID) -> UUID:
    """A tenant with a log of LENGTH entries."""
    await append(transactions, tenant_id, *(an_entry(minute=minute) for minute in range(LENGTH)))
    return tenant_id


async def test_fifty_at_once_from_two_replicas(
    footfall_database: FootfallDatabase, transactions: Transactions, tenant_id: UUID
) -> None:
    other = make_engine(footfall_database.app_dsn)
    replicas: Sequence[Transactions] = (transactions, PostgresTransactions(other))
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for number in range(50):
            tasks.create_task(append(replicas[number % 2], tenant_id, an_entry(minute=number)))
            tasks.create_task(append(replicas[number % 2], NO_TENANT, an_entry(Action.TENANT_UPDATE)))
    await other.dispose()
    assert (await checked(transactions, tenant_id)).sequence == 50
    assert (await checked(transactions, NO_TENANT)).sequence >= 50


REHASH = """
    do $$
    declare
      entry audit_log;
      last bytea := '\\x{zeros}';
      place bigint := 0;
    begin
      for entry in select * from audit_log where tenant_id = '{tenant_id}' order by sequence loop
        place := place + 1;
        entry.sequence := place;
        entry.previous_hash := last;
        last := footfall_audit_hash(entry);
        update audit_log set sequence = -place, previous_hash = entry.previous_hash, hash = last
        where audit_id = entry.audit_id;
      end loop;
      update audit_log set sequence = -sequence where tenant_id = '{tenant_id}';
      update audit_heads set sequence = place, hash = last where tenant_id = '{tenant_id}';
    end
    $$
"""
"""What somebody does who knows how the chain is made and has the whole database."""

OF = "tenant_id = '{tenant_id}'"
DELETE_THIRD = f"delete from audit_log where {OF} and sequence = 3"
CHANGE_THIRD = f"update audit_log set detail = '{{{{}}}}' where {OF} and sequence = 3"
HEAD_TO_FOUR = f"""
    update audit_heads set sequence = 4,
      hash = (select hash from audit_log where {OF} and sequence = 4) where {OF}
"""
TAMPERED = {
    "detail": ([CHANGE_THIRD], 3, Fault.CHANGED_ENTRY),
    "actor": (
        [f"update audit_log set actor_id = gen_random_uuid() where {OF} and sequence = 6"],
        6,
        Fault.CHANGED_ENTRY,
    ),
    "nobody instead of an actor": (
        [f"update audit_log set actor_id = null where {OF} and sequence = 1"],
        1,
        Fault.CHANGED_ENTRY,
    ),
    "a microsecond": (
        [f"update audit_log set at = at + interval '1 microsecond' where {OF} and sequence = 2"],
        2,
        Fault.CHANGED_ENTRY,
    ),
    "a change with its own hash made anew": (
        [
            CHANGE_THIRD,
            f"update audit_log set hash = footfall_audit_hash(audit_log) where {OF} and sequence = 3",
        ],
        4,
        Fault.BROKEN_LINK,
    ),
    "deleted in the middle": ([DELETE_THIRD], 3, Fault.GAP),
    "deleted in the middle and closed up": (
        [
            DELETE_THIRD,
            f"update audit_log set sequence = -sequence where {OF} and sequence > 3",
            f"update audit_log set sequence = -sequence - 1 where {OF} and sequence < 0",
        ],
        3,
        Fault.CHANGED_ENTRY,
    ),
    "deleted at the beginning": ([f"delete from audit_log where {OF} and sequence = 1"], 1, Fault.GAP),
    "deleted at the end": ([f"delete from audit_log where {OF} and sequence > 4"], 5, Fault.TRUNCATED),
    "all deleted": ([f"delete from audit_log where {OF}"], 1, Fault.TRUNCATED),
    "one more before the first": (
        [
            f"update audit_log set sequence = 0 where {OF} and sequence = 6",
            HEAD_TO_FOUR.replace("4", "5"),
        ],
        1,
        Fault.GAP,
    ),
    "reordered": (
        [
            f"update audit_log set sequence = -sequence where {OF} and sequence in (2, 3)",
            f"update audit_log set sequence = 5 + sequence where {OF} and sequence < 0",
        ],
        2,
        Fault.CHANGED_ENTRY,
    ),
    "the head put back": ([HEAD_TO_FOUR], 5, Fault.HEAD_MISMATCH),
    "the head deleted": ([f"delete from audit_heads where {OF}"], 1, Fault.HEAD_MISMATCH),
    "the head's hash": ([f"update audit_heads set hash = '\\x00' where {OF}"], 6, Fault.HEAD_MISMATCH),
}


@pytest.mark.parametrize("how", TAMPERED)
async def test_what_a_superuser_changes_is_found_and_named(
    transactions: Transactions, superuser: asyncpg.Connection, filled: UUID, how: str
) -> None:
    verification = AuditVerification(transactions=transactions, page_size=2)
    statements, sequence, fault = TAMPERED[how]
    before = await verification.verify(filled)
    assert (before.ok, before.head.sequence) == (True, LENGTH)
    for statement in statements:
        await superuser.execute(statement.format(tenant_id=filled))
    after = await verification.verify(filled)
    assert after.broken is not None, f"{how}: not found"
    assert (after.broken.sequence, after.broken.fault) == (sequence, fault)
    assert (await verification.verify(NO_TENANT)).ok


async def test_a_chain_that_was_made_anew_is_found_by_an_anchor_alone(
    transactions: Transactions, superuser: asyncpg.Connection, filled: UUID
) -> None:
    verification = AuditVerification(transactions=transactions)
    entries = await whole(transactions, filled)
    anchors = {each.sequence: each.hash for each in (entries[1], entries[4])}
    await superuser.execute(CHANGE_THIRD.format(tenant_id=filled))
    await superuser.execute(REHASH.format(tenant_id=filled, zeros="00" * 32))
    assert (await verification.verify(filled)).ok, "it is a good chain"
    found = await verification.verify(filled, anchors=anchors)
    assert found.broken is not None
    assert (found.broken.sequence, found.broken.fault) == (5, Fault.ANCHOR_MISMATCH)


async def test_a_log_that_was_cut_with_its_head_is_found_by_an_anchor_alone(
    transactions: Transactions, superuser: asyncpg.Connection, filled: UUID
) -> None:
    verification = AuditVerification(transactions=transactions)
    last = (await whole(transactions, filled))[-1]
    await superuser.execute(f"delete from audit_log where {OF} and sequence > 4".format(tenant_id=filled))
    await superuser.execute(HEAD_TO_FOUR.format(tenant_id=filled))
    assert (await verification.verify(filled)).ok
    found = await verification.verify(filled, anchors={last.sequence: last.hash})
    assert found.broken is not None
    assert (found.broken.sequence, found.broken.fault) == (5, Fault.TRUNCATED)


async def test_a_log_that_grows_meanwhile_is_whole(transactions: Transactions, filled: UUID) -> None:
    verification = AuditVerification(transactions=transactions, page_size=1)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        growing = tasks.create_task(
            append(transactions, filled, *(an_entry(minute=minute) for minute in range(40)))
        )
        while not growing.done():
            found = await verification.verify(filled)
            assert found.ok, found.broken
    assert (await verification.verify(filled)).head.sequence == LENGTH + 40


OLD_ENTRY = """
    insert into audit_log
      (tenant_id, audit_id, at, actor_id, actor_role, action, resource, resource_id, detail)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def test_entries_from_before_the_chain_are_chained_by_their_time(
    database_factory: DatabaseFactory,
) -> None:
    database = await database_factory.create()
    await downgrade(database.owner_dsn, BEFORE_THE_CHAIN)
    tenants = {new_id(): [an_entry(minute=minute) for minute in (2, 0, 1)] for _ in range(2)}
    app = await asyncpg.connect(database.app_dsn)
    for tenant_id, entries in tenants.items():
        async with app.transaction():
            await app.execute("select set_config('app.tenant_id', $1, true)", str(tenant_id))
            for entry in entries:
                await app.execute(OLD_ENTRY, tenant_id, *_values(entry, "merge_customers"))
    await app.close()
    await upgrade(database.owner_dsn)
    engine = make_engine(database.app_dsn)
    transactions = PostgresTransactions(engine)
    operator = AuditEntry.by_operator(Action.AUDIT_EXPORT, None, at=NOON, detail={}, resource="audit_log")
    for tenant_id, entries in tenants.items():
        assert (await checked(transactions, tenant_id)).sequence == 3
        found = [each.entry for each in await whole(transactions, tenant_id)]
        assert found == [entries[1], entries[2], entries[0]], "by time, and renamed to customer.merge"
        await append(transactions, tenant_id, operator)
    assert await checked(transactions, NO_TENANT) == EMPTY
    await append(transactions, NO_TENANT, operator)
    before = {each: await checked(transactions, each) for each in (*tenants, NO_TENANT)}
    await engine.dispose()
    await downgrade(database.owner_dsn, BEFORE_THE_CHAIN)
    await upgrade(database.owner_dsn)
    engine = make_engine(database.app_dsn)
    transactions = PostgresTransactions(engine)
    for log_id, head in before.items():
        assert (await checked(transactions, log_id)).sequence == head.sequence, "there and back loses nothing"
    assert operator in [each.entry for each in await whole(transactions, NO_TENANT)]
    await engine.dispose()
    await database_factory.drop(database)


def _values(entry: AuditEntry, action: str) -> tuple[object, ...]:
    return (
        entry.audit_id,
        entry.at,
        entry.actor_id,
        entry.actor_role,
        action,
        entry.resource,
        entry.resource_id,
        entry.detail,
    )
