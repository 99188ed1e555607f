"""All rows of all tenants as they were at one moment, for a backup.

The role is told by hand and has to bypass row-level security, which the application's never does.
`row_security` is off, so that PostgreSQL refuses what a policy would leave out, instead of leaving it out.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Final
from uuid import UUID

import asyncpg

SETTINGS: Final = {
    "DateStyle": "ISO",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
"""Values are the same text for who writes and who reads, whatever the server is set to; nobody hurries."""

REVISIONS: Final = "alembic_version"

_ROLE: Final = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
# Tables that are not logged are in no backup: what is in them is over in seconds.
_TABLES: Final = """
    select c.relname as name,
           array(select a.attname::text from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                 order by a.attnum) as columns,
           array(select distinct r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
                 where f.conrelid = c.oid and f.contype = 'f' and r.oid <> c.oid) as needs
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relpersistence = 'p' and c.relname <> $1
    order by c.relname
"""
_SEQUENCES: Final = """
    select sequencename as name, last_value from pg_sequences
    where schemaname = 'public' and last_value is not null
"""
_OBJECTS: Final = """
    select object_key, content_type from images
    union all select object_key, 'image/jpeg' from staff_face_images
"""
_LOCK: Final = "select pg_advisory_lock_shared($1)"


class SnapshotError(Exception):
    """The database cannot be read whole; the text says why."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table and the columns that are written, those that are computed left out."""

    name: str
    columns: Sequence[str]


class DatabaseSnapshot:
    """One moment of the database. Whatever is read of it is of that moment."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        *,
        revision: str,
        tables: Sequence[TableShape],
        sequences: Mapping[str, int],
        tenant_ids: Sequence[UUID],
    ) -> None:
        self._connection = connection
        self.revision = revision
        self.tables = tables
        """In the order of their foreign keys: what a table names comes before it."""
        self.sequences = sequences
        self.tenant_ids = tenant_ids

    async def copy(self, table: TableShape, take: Callable[[bytes], object]) -> int:
        """Gives the rows to `take` as text of COPY, piece by piece; returns how many there are."""

        async def output(data: bytes) -> None:
            take(data)

        status = await self._connection.copy_from_table(
            table.name, schema_name="public", columns=table.columns, output=output
        )
        return int(status.removeprefix("COPY "))

    async def objects(self) -> AsyncIterator[tuple[str, str]]:
        """Key and content type of every object that a row names."""
        async for row in self._connection.cursor(_OBJECTS, prefetch=1000):
            yield row["object_key"], row["content_type"]


@asynccontextmanager
async def open_snapshot(dsn: str, *, migration_lock: int) -> AsyncIterator[DatabaseSnapshot]:
    """The database as it is now. Nobody is kept from working, and no migration runs meanwhile.

    Raises SnapshotError for a role that sees some rows only, and for a database without a schema.
    """
    connection = await asyncpg.connect(
        dsn,
        server_settings={"application_name": "footfall-backup", "row_security": "off", **SETTINGS},
    )
    try:
        if not await connection.fetchval(_ROLE):
            raise SnapshotError(
                "the role of POSTGRES__BACKUP_DSN is bound by row-level security and would see no rows"
            )
        # Before the snapshot is taken, or it could be older than the last migration.
        await connection.execute(_LOCK, migration_lock)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield await _snapshot(connection)
    finally:
        await connection.close()


async def _snapshot(connection: asyncpg.Connection) -> DatabaseSnapshot:
    if await connection.fetchval("select to_regclass($1)", f"public.{REVISIONS}") is None:
        raise SnapshotError("the database has no schema yet: there is nothing to back up")
    tenants = await connection.fetch("select tenant_id from tenants order by tenant_id")
    return DatabaseSnapshot(
        connection,
        revision=await connection.fetchval("select version_num from alembic_version"),
        tables=_in_order(await connection.fetch(_TABLES, REVISIONS)),
        sequences={row["name"]: row["last_value"] for row in await connection.fetch(_SEQUENCES)},
        tenant_ids=[row["tenant_id"] for row in tenants],
    )


def _in_order(rows: Sequence[asyncpg.Record]) -> Sequence[TableShape]:
    shapes = {row["name"]: TableShape(row["name"], tuple(row["columns"])) for row in rows}
    try:
        order = list(TopologicalSorter({row["name"]: row["needs"] for row in rows}).static_order())
    except CycleError:
        raise SnapshotError(
            "tables name one another in a circle: there is no order to load them in"
        ) from None
    return [shapes[name] for name in order if name in shapes]
