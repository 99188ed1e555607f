"""Databases that are backed up and restored, and how two of them are compared: by the catalogue alone."""
# ruff: noqa: S608  # what is put into statements comes from the catalogue

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
from catalogue import TABLES, connected
from database_fixtures import DatabaseFactory, FootfallDatabase
from footfall_migrations.run import MIGRATION_LOCK, upgrade
from footfall_server.backup.creation import BackupCreation, OpenSnapshot
from footfall_server.backup.folder import BackupReader
from footfall_server.backup.keys import BackupKey
from footfall_server.backup.restoration import Restoration, Sweep
from footfall_server.backup.schema import Schema
from footfall_server.domain.jobs import JobResult
from footfall_server.ports import ImageStore
from footfall_server.storage.postgres.bootstrap import bootstrap_database
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.restoring import open_target
from footfall_server.storage.postgres.roles import BACKUP
from footfall_server.storage.postgres.snapshots import open_snapshot
from footfall_server.storage.postgres.transactions import PostgresTransactions
from footfall_server.system_clock import SystemClock

KEY = BackupKey(bytes(range(32)))
NO_TENANT = UUID(int=0)
NOT_LOGGED = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relpersistence = 'u' and relkind = 'r'
"""

Rows = Mapping[str, Sequence[str]]


async def made_for_backups(factory: DatabaseFactory, database: FootfallDatabase) -> str:
    """The DSN of the role of backups, as `bootstrap-database` makes it."""
    dsn = factory.server.dsn(user=BACKUP, password=factory.owner_password, database=database.name)
    await bootstrap_database(factory.server.superuser_dsn, database.owner_dsn, database.app_dsn, dsn)
    return dsn


async def bare(factory: DatabaseFactory, *, revision: str | None = None) -> FootfallDatabase:
    """A database as `bootstrap-database` leaves it, without a schema; or with that of a revision."""
    database = factory.described(f"footfall_{secrets.token_hex(6)}")
    await bootstrap_database(factory.server.superuser_dsn, database.owner_dsn, database.app_dsn)
    if revision is not None:
        await upgrade(database.owner_dsn, revision)
    return database


def snapshot_of(dsn: str) -> OpenSnapshot:
    return lambda: open_snapshot(dsn, migration_lock=MIGRATION_LOCK)


async def backed_up(
    folder: Path, dsn: str, images: ImageStore, *, snapshot: OpenSnapshot | None = None
) -> BackupReader:
    creation = BackupCreation(
        snapshot=snapshot or snapshot_of(dsn), images=images, clock=SystemClock(), tell=quiet
    )
    await creation.create(folder, KEY)
    return BackupReader(folder, KEY)


async def agreeing() -> bool:
    """A rebuilt index that does not differ, where a test is not about the index."""
    return False


async def nobody_left(_tenant_id: UUID) -> JobResult:
    """A sweep that finds everybody erased, where a test is not about erasures."""
    return JobResult({})


@asynccontextmanager
async def restoration(
    database: FootfallDatabase,
    images: ImageStore,
    *,
    sweep: Sweep | None = nobody_left,
    rebuild_index: Callable[[], Awaitable[bool]] = agreeing,
) -> AsyncIterator[Restoration]:
    engine = make_engine(database.app_dsn)
    try:
        async with open_target(database.owner_dsn) as target:
            yield Restoration(
                target=target,
                schema=Schema(database.owner_dsn),
                transactions=PostgresTransactions(engine),
                images=images,
                rebuild_index=rebuild_index,
                sweep=sweep,
                clock=SystemClock(),
                tell=quiet,
            )
    finally:
        await engine.dispose()


async def all_rows(database: FootfallDatabase) -> Rows:
    """Every row of every table as text, in order."""
    async with connected(database.superuser_dsn) as server:
        return {
            row["name"]: [
                each[0] for each in await server.fetch(f"select t::text from {row['name']} t order by 1")
            ]
            for row in await server.fetch(TABLES)
        }


async def protection(database: FootfallDatabase) -> Sequence[asyncpg.Record]:
    """Owners, row-level security, policies, rights and triggers of every table."""
    async with connected(database.superuser_dsn) as server:
        tables = await server.fetch(
            "select relname, relowner::regrole::text, relrowsecurity, relforcerowsecurity, relacl::text "
            "from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') order by 1"
        )
        policies = await server.fetch("select * from pg_policies order by tablename, policyname")
        triggers = await server.fetch(
            "select tgrelid::regclass::text, tgname, tgenabled from pg_trigger "
            "where not tgisinternal order by 1, 2"
        )
        return [*tables, *policies, *triggers]


async def not_logged(database: FootfallDatabase) -> set[str]:
    async with connected(database.superuser_dsn) as server:
        return {row["relname"] for row in await server.fetch(NOT_LOGGED)}


def quiet(_line: str) -> None:
    """Progress is for operators."""
