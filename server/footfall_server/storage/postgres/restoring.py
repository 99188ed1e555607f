"""Rows of a backup put into a database, as its owner: all of them or none.

The owner is bound by row-level security as well. In the one transaction of a load the policies are not forced
upon it, triggers that would write rows of their own are off, and both are as before when it commits.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from footfall_server.storage.postgres.bootstrap import quote_identifier
from footfall_server.storage.postgres.roles import APPLICATION
from footfall_server.storage.postgres.snapshots import REVISIONS, SETTINGS, TableShape

TOMBSTONES: Final = "erasure_tombstones"

_LOCK_TIMEOUT: Final = "30s"
_TABLES: Final = """
    select c.relname as name, c.relforcerowsecurity as forced
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> $1
    order by c.relname
"""
_NAME: Final = "footfall-restore"
_OTHERS: Final = """
    select count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and (usename = $1 or application_name = $2)
"""
_TOMBSTONE: Final = """
    tenant_id uuid, digest bytea, kind text not null, erasure_id uuid not null,
    erased_at timestamptz not null, primary key (tenant_id, digest)
"""
# Of the session: as long as nothing is replaced, nothing is left of it.
_GATHER: Final = f"create temporary table if not exists gathered ({_TOMBSTONE})"
_CARRY: Final = """
    insert into gathered (tenant_id, digest, kind, erasure_id, erased_at)
    values ($1, $2, $3, $4, $5) on conflict do nothing
"""
# Of our own, beside the schema that migrations move: what is here survives whatever happens to that.
_KEEP: Final = f"""
    create schema if not exists footfall_restore;
    create table if not exists footfall_restore.progress (backup_id uuid not null, loaded boolean not null);
    create table if not exists footfall_restore.tombstones ({_TOMBSTONE});
    insert into footfall_restore.tombstones select * from gathered on conflict do nothing;
    delete from footfall_restore.progress;
"""  # noqa: S608 - here and below: made of constants
_LAY_DOWN: Final = f"""
    insert into {TOMBSTONES} (tenant_id, digest, kind, erasure_id, erased_at)
    select tenant_id, digest, kind, erasure_id, erased_at from footfall_restore.tombstones
    where tenant_id in (select tenant_id from tenants)
    on conflict do nothing
"""  # noqa: S608
_ERASED_OF: Final = f"select distinct tenant_id from {TOMBSTONES} order by tenant_id"  # noqa: S608
_READ: Final = f"select tenant_id, digest, kind, erasure_id, erased_at from {TOMBSTONES}"  # noqa: S608
_NAMED: Final = """
    drop table if exists footfall_restore.objects;
    create table footfall_restore.objects as
        select object_key from images union select object_key from staff_face_images;
    create index on footfall_restore.objects (object_key);
    analyze footfall_restore.objects;
"""
_AMONG: Final = "select object_key from footfall_restore.objects where object_key = any($1::text[])"


@dataclass(frozen=True, slots=True)
class KeptTombstone:
    """That somebody was erased: `digest` names who, and tells nobody else."""

    tenant_id: UUID
    digest: bytes
    kind: str
    erasure_id: UUID
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """A restore that replaced something and was not finished; `loaded` once the rows are in."""

    backup_id: UUID
    loaded: bool


class RestoreTarget:
    """The database that a backup is put into. Open it with `open_target`."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def others(self) -> int:
        """How many connections the application has, and other restores."""
        return int(await self._connection.fetchval(_OTHERS, APPLICATION, _NAME))

    async def holds_data(self) -> bool:
        """Whether there is a tenant or anybody with an account."""
        if not await self._exists("tenants"):
            return False
        async with self._unbound(["tenants", "users"]):
            found = await self._connection.fetchval(
                "select exists (select from tenants) or exists (select from users)"
            )
        return bool(found)

    async def progress(self) -> Progress | None:
        """What an earlier restore left, if it was interrupted."""
        if await self._connection.fetchval("select to_regclass('footfall_restore.progress')") is None:
            return None
        row = await self._connection.fetchrow("select backup_id, loaded from footfall_restore.progress")
        return None if row is None else Progress(row["backup_id"], row["loaded"])

    async def finish(self) -> None:
        """The restore is complete; what was noted of it goes."""
        await self._connection.execute("drop schema footfall_restore cascade")

    async def knows_tombstones(self) -> bool:
        """Whether there is a table for them."""
        return await self._exists(TOMBSTONES)

    async def tombstones(self) -> Sequence[KeptTombstone]:
        """Those of the database as it is."""
        if not await self.knows_tombstones():
            return []
        async with self._unbound([TOMBSTONES]):
            return [KeptTombstone(*row) for row in await self._connection.fetch(_READ)]

    async def carry(self, tombstones: Collection[KeptTombstone]) -> None:
        """Gathers them: kept from when the first row is replaced until they are laid down."""
        await self._connection.execute(_GATHER)
        await self._connection.executemany(
            _CARRY,
            [
                (each.tenant_id, each.digest, each.kind, each.erasure_id, each.erased_at)
                for each in tombstones
            ],
        )

    async def keep(self, backup_id: UUID, *, loaded: bool) -> None:
        """Notes how far the restore of this backup is, and what was gathered."""
        async with self._connection.transaction():
            await self._connection.execute(_GATHER)
            await self._connection.execute(_KEEP)
            await self._connection.execute(
                "insert into footfall_restore.progress values ($1, $2)", backup_id, loaded
            )

    async def carried(self) -> int:
        """How many are kept."""
        return int(await self._connection.fetchval("select count(*) from footfall_restore.tombstones"))

    async def lay_down(self) -> Sequence[UUID]:
        """Puts those that are carried into their table; the tenants that have any."""
        tables = ["tenants", TOMBSTONES]
        async with self._unbound(tables, keep=True):
            await self._connection.execute(_LAY_DOWN)
            found = await self._connection.fetch(_ERASED_OF)
        return [row["tenant_id"] for row in found]

    async def clear(self, backup_id: UUID) -> None:
        """Removes every row of every table, for this backup."""
        async with self._connection.transaction():
            await self.keep(backup_id, loaded=False)
            await self._truncate([row["name"] for row in await self._tables()])

    async def load(
        self,
        backup_id: UUID,
        tables: Sequence[tuple[TableShape, Iterator[bytes]]],
        sequences: Mapping[str, int],
    ) -> None:
        """Replaces every row of every table by those of this backup, in this order; all of it or nothing.

        A table that is not among them is empty afterwards.
        """
        everywhere = [row["name"] for row in await self._tables()]
        async with self._unbound(everywhere, keep=True):
            for name in everywhere:
                await self._connection.execute(f"alter table {_quoted(name)} disable trigger user")
            await self._truncate(everywhere)
            for shape, chunks in tables:
                await self._connection.copy_to_table(
                    shape.name, schema_name="public", columns=shape.columns, source=_asynchronous(chunks)
                )
            for name, last in sequences.items():
                await self._connection.execute("select setval($1::text::regclass, $2)", _quoted(name), last)
            for name in everywhere:
                await self._connection.execute(f"alter table {_quoted(name)} enable trigger user")
            await self.keep(backup_id, loaded=True)

    async def note_objects(self) -> None:
        """Notes the keys that rows name now, for `named`."""
        async with self._unbound(["images", "staff_face_images"], keep=True):
            await self._connection.execute(_NAMED)

    async def named(self, keys: Collection[str]) -> Collection[str]:
        """Those that a row named when they were noted."""
        return {row["object_key"] for row in await self._connection.fetch(_AMONG, list(keys))}

    async def analyze(self) -> None:
        """Tells the planner what there is now."""
        await self._connection.execute("analyze")

    async def _exists(self, table: str) -> bool:
        return await self._connection.fetchval("select to_regclass($1)", f"public.{table}") is not None

    async def _tables(self) -> Sequence[asyncpg.Record]:
        found: Sequence[asyncpg.Record] = await self._connection.fetch(_TABLES, REVISIONS)
        return found

    async def _truncate(self, names: Sequence[str]) -> None:
        await self._connection.execute(f"truncate {', '.join(map(_quoted, names))}")

    @asynccontextmanager
    async def _unbound(self, names: Collection[str], *, keep: bool = False) -> AsyncIterator[None]:
        """A transaction in which the policies of these tables do not bind the owner; undone unless `keep`."""
        transaction = self._connection.transaction()
        await transaction.start()
        try:
            forced = [
                row["name"] for row in await self._tables() if row["forced"] and row["name"] in set(names)
            ]
            for name in forced:
                await self._connection.execute(f"alter table {_quoted(name)} no force row level security")
            yield
            for name in forced:
                await self._connection.execute(f"alter table {_quoted(name)} force row level security")
        except BaseException:
            await transaction.rollback()
            raise
        if keep:
            await transaction.commit()
        else:
            await transaction.rollback()


@asynccontextmanager
async def open_target(owner_dsn: str) -> AsyncIterator[RestoreTarget]:
    """The database, as its owner."""
    settings = {"application_name": _NAME, "lock_timeout": _LOCK_TIMEOUT, **SETTINGS}
    connection = await asyncpg.connect(owner_dsn, server_settings=settings)
    try:
        yield RestoreTarget(connection)
    finally:
        await connection.close()


def _quoted(table: str) -> str:
    return f"public.{quote_identifier(table)}"


async def _asynchronous(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
