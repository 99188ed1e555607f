"""The tables as the catalogue has them, and statements that are made from that alone.

A table that is added later is in every test that walks them, or fails there for lacking protection.
"""
# ruff: noqa: S608  # what is put into statements comes from the catalogue

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

NOT_TENANT_DATA = {"alembic_version"}
APPEND_ONLY = {"audit_log", "audit_heads"}
"""Tables whose rows the application may neither change nor delete."""
OF_THE_DATABASE = {"audit_heads"}
"""Tables that only the database itself writes: a trigger, as rows of another one come."""

SAMPLES = {
    "uuid": "gen_random_uuid()",
    "text": "gen_random_uuid()::text",
    "timestamp with time zone": "now()",
    "interval": "interval '1 hour'",
    "boolean": "true",
    "bigint": "(random() * 1e15)::bigint",
    "integer": "1",
    "double precision": "0.5",
    "bytea": "'\\x00'::bytea",
    "date": "current_date",
    "uuid[]": "array[gen_random_uuid()]",
    "text[]": "array['a']",
    "double precision[]": "array[0.5]",
    "jsonb": "'{}'::jsonb",
}
A_SITE = "(select site_id from sites limit 1)"
FIXED = {
    ("camera_uptime", "kind"): "'up'",
    ("users", "role"): "'tenant_admin'",
    ("tenant_revisions", "compacted"): "0",
    ("customers", "number"): "(random() * 1e15)::bigint",
    ("distinct_pairs", "low_id"): "'00000000-0000-7000-8000-000000000000'",
    ("model_changes", "state"): "'finished'",
    ("job_runs", "state"): "'running'",
    ("erasures", "kind"): "'customer'",
    ("erasures", "receipt"): "''",
    ("erasure_tombstones", "kind"): "'track'",
    ("erasure_tombstones", "digest"): "sha256(gen_random_uuid()::text::bytea)",
    ("opt_out_tracks", "digest"): "sha256(gen_random_uuid()::text::bytea)",
    ("webhook_deliveries", "state"): "'dead'",
    ("retention_rules", "site_id"): A_SITE,
}
TABLES = """
    select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
           pg_get_userbyid(c.relowner) as owner
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    order by c.oid
"""
COLUMNS = """
    select a.attname as name, format_type(a.atttypid, null) as type,
           (a.attnotnull and not a.atthasdef) or a.attname = 'tenant_id' as needed
    from pg_attribute a
    where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
"""
A_SESSION = "(select session_id from sessions limit 1)"
COMMANDS = ("select", "insert", "update", "delete")


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def tenant_tables(connection: asyncpg.Connection) -> list[str]:
    return [row["name"] for row in await connection.fetch(TABLES) if row["name"] not in NOT_TENANT_DATA]


async def insert_statement(connection: asyncpg.Connection, table: str, tenant_id: UUID) -> str:
    """An insert of a valid row of the tenant, made from the catalogue alone."""
    names, values = [], []
    for column in await connection.fetch(COLUMNS, table):
        if not column["needed"] and (table, column["name"]) not in FIXED:
            continue
        names.append(column["name"])
        if column["name"] == "tenant_id":
            values.append(f"'{tenant_id}'::uuid")
        elif column["name"] == "site_id" and table != "sites":
            values.append(A_SITE)
        elif (table, column["name"]) == ("refresh_tokens", "session_id"):
            values.append(A_SESSION)
        else:
            values.append(FIXED.get((table, column["name"])) or SAMPLES[column["type"]])
    return f"insert into {table} ({', '.join(names)}) values ({', '.join(values)})"


async def statement(connection: asyncpg.Connection, command: str, table: str, tenant_id: UUID) -> str:
    match command:
        case "select":
            return f"select * from {table}"
        case "insert":
            return await insert_statement(connection, table, tenant_id)
        case "update":
            return f"update {table} set tenant_id = tenant_id"
        case _:
            return f"delete from {table}"


async def set_scope(connection: asyncpg.Connection, tenant_id: UUID, sites: str = "all") -> None:
    """As a transaction begins. `sites` is "all", or an array of ids as PostgreSQL writes it."""
    await connection.execute(
        "select set_config('app.tenant_id', $1, true), set_config('app.site_ids', $2, true)",
        str(tenant_id),
        sites,
    )


async def fill(dsn: str, tenant_id: UUID) -> None:
    """One row in every table, written as the application writes."""
    async with connected(dsn) as app, app.transaction():
        await set_scope(app, tenant_id)
        for table in await tenant_tables(app):
            if table not in OF_THE_DATABASE:
                await app.execute(await insert_statement(app, table, tenant_id))
        # The rows of others leave marks as well.
        await app.execute(
            "delete from report_day_marks "
            "where mark_id <> (select mark_id from report_day_marks order by mark_id limit 1)"
        )
