"""Nobody sees or writes another tenant's rows, in any table that there is or will be.

The tables come from the catalogue, so a new one is covered, or fails here for lacking protection.
"""
# ruff: noqa: S608  # what is put into statements comes from the catalogue

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest
from database_fixtures import FootfallDatabase
from footfall_server.domain.identifiers import new_id

NOT_TENANT_DATA = {"alembic_version"}
APPEND_ONLY = {"audit_log"}
"""Tables whose rows the application may not change at all."""

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
}
FIXED = {
    ("users", "role"): "'tenant_admin'",
    ("tenant_revisions", "compacted"): "0",
    ("customers", "number"): "(random() * 1e15)::bigint",
    ("distinct_pairs", "low_id"): "'00000000-0000-7000-8000-000000000000'",
    ("model_changes", "state"): "'finished'",
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
COMMANDS = ("select", "insert", "update", "delete")


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def _tenant_tables(connection: asyncpg.Connection) -> list[str]:
    return [row["name"] for row in await connection.fetch(TABLES) if row["name"] not in NOT_TENANT_DATA]


async def _insert_statement(connection: asyncpg.Connection, table: str, tenant_id: UUID) -> str:
    """An insert of a valid row of the tenant, made from the catalogue alone."""
    names, values = [], []
    for column in await connection.fetch(COLUMNS, table):
        if not column["needed"] and (table, column["name"]) not in FIXED:
            continue
        names.append(column["name"])
        if column["name"] == "tenant_id":
            values.append(f"'{tenant_id}'::uuid")
        elif column["name"] == "site_id" and table in {"cameras", "api_keys"}:
            values.append("(select site_id from sites limit 1)")
        else:
            values.append(FIXED.get((table, column["name"])) or SAMPLES[column["type"]])
    return f"insert into {table} ({', '.join(names)}) values ({', '.join(values)})"


async def _statement(connection: asyncpg.Connection, command: str, table: str, tenant_id: UUID) -> str:
    match command:
        case "select":
            return f"select * from {table}"
        case "insert":
            return await _insert_statement(connection, table, tenant_id)
        case "update":
            return f"update {table} set tenant_id = tenant_id"
        case _:
            return f"delete from {table}"


async def _set_tenant(connection: asyncpg.Connection, tenant_id: UUID) -> None:
    await connection.execute("select set_config('app.tenant_id', $1, true)", str(tenant_id))


@pytest.fixture
async def tenant_id(footfall_database: FootfallDatabase) -> UUID:
    """A tenant with one row in every table, written as the application writes."""
    tenant_id = new_id()
    async with _connected(footfall_database.app_dsn) as app, app.transaction():
        await _set_tenant(app, tenant_id)
        for table in await _tenant_tables(app):
            await app.execute(await _insert_statement(app, table, tenant_id))
    return tenant_id


async def test_every_table_forces_row_level_security(footfall_database: FootfallDatabase) -> None:
    async with _connected(footfall_database.app_dsn) as app:
        tables = await app.fetch(TABLES)
        assert len(tables) > 15
        for table in tables:
            if table["name"] in NOT_TENANT_DATA:
                continue
            assert table["enabled"], f"{table['name']} has no row-level security"
            assert table["forced"], f"{table['name']} does not force row-level security on its owner"
            columns = {row["name"] for row in await app.fetch(COLUMNS, table["name"])}
            assert "tenant_id" in columns, f"{table['name']} names no tenant"


async def test_policies_check_what_is_read_and_what_is_written(footfall_database: FootfallDatabase) -> None:
    async with _connected(footfall_database.app_dsn) as app:
        for table in await _tenant_tables(app):
            policy = await app.fetchrow(
                "select * from pg_policies where tablename = $1 and policyname = 'tenant_isolation'", table
            )
            assert policy is not None, f"{table} has no tenant policy"
            assert policy["cmd"] == "ALL"
            for clause in ("qual", "with_check"):
                assert "SELECT footfall_current_tenant()" in policy[clause], f"{table}: {policy[clause]}"


@pytest.mark.parametrize("setting", [None, ""])
async def test_without_a_tenant_every_statement_fails(
    footfall_database: FootfallDatabase, tenant_id: UUID, setting: str | None
) -> None:
    for role, dsn in (("app", footfall_database.app_dsn), ("owner", footfall_database.owner_dsn)):
        async with _connected(dsn) as connection:
            for table in await _tenant_tables(connection):
                for command in COMMANDS:
                    statement = await _statement(connection, command, table, tenant_id)
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                        async with connection.transaction():
                            if setting is not None:
                                await connection.execute("set local app.tenant_id = ''")
                            await connection.execute(statement)
                            pytest.fail(f"{role}: {command} on {table} went through without a tenant")


async def test_a_pooled_connection_forgets_its_tenant(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with _connected(footfall_database.app_dsn) as app:
        async with app.transaction():
            await _set_tenant(app, tenant_id)
            assert await app.fetchval("select count(*) from tenants") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="no tenant is set"):
            await app.fetchval("select count(*) from tenants")


async def test_another_tenant_sees_and_changes_nothing(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    intruder = new_id()
    async with _connected(footfall_database.app_dsn) as app:
        for table in await _tenant_tables(app):
            async with app.transaction():
                await _set_tenant(app, intruder)
                assert await app.fetch(f"select * from {table}") == [], f"{table} shows other tenants' rows"
                if table not in APPEND_ONLY:
                    assert await app.execute(f"update {table} set tenant_id = tenant_id") == "UPDATE 0", table
                assert await app.execute(f"delete from {table}") == "DELETE 0", table
            with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                async with app.transaction():
                    await _set_tenant(app, intruder)
                    await app.execute(await _insert_statement(app, table, tenant_id))
                    pytest.fail(f"{table} takes rows of another tenant")
        async with app.transaction():
            await _set_tenant(app, tenant_id)
            for table in await _tenant_tables(app):
                assert await app.fetchval(f"select count(*) from {table}") == 1, table


async def test_a_row_cannot_be_handed_to_another_tenant(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with _connected(footfall_database.app_dsn) as app:
        for table in await _tenant_tables(app):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                async with app.transaction():
                    await _set_tenant(app, tenant_id)
                    await app.execute(f"update {table} set tenant_id = $1", new_id())
                    pytest.fail(f"{table} lets a row go to another tenant")


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
async def test_what_was_written_to_a_log_stays_as_it_was(
    footfall_database: FootfallDatabase, tenant_id: UUID, table: str
) -> None:
    async with _connected(footfall_database.app_dsn) as app, app.transaction():
        await _set_tenant(app, tenant_id)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await app.execute(f"update {table} set tenant_id = tenant_id")


async def test_the_application_owns_nothing_and_bypasses_nothing(footfall_database: FootfallDatabase) -> None:
    async with _connected(footfall_database.superuser_dsn) as server:
        for role in ("footfall_app", "footfall_platform", "footfall_owner"):
            attributes = await server.fetchrow("select * from pg_roles where rolname = $1", role)
            assert attributes is not None
            for privilege in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication"):
                assert not attributes[privilege], f"{role} has {privilege}"
        for role in ("footfall_app", "footfall_platform"):
            assert not await server.fetchval("select rolinherit from pg_roles where rolname = $1", role)
            owned = await server.fetchval(
                "select count(*) from pg_shdepend where refobjid = $1::regrole and deptype = 'o'", role
            )
            assert owned == 0, f"{role} owns something"
        assert not await server.fetchval(
            "select rolcanlogin from pg_roles where rolname = 'footfall_platform'"
        )
        owners = {row["owner"] for row in await server.fetch(TABLES)}
        assert owners == {"footfall_owner"}
    async with _connected(footfall_database.app_dsn) as app:
        for statement in (
            "create table mine (id int)",
            "create schema mine",
            "create temp table mine (id int)",
            "alter table tenants disable row level security",
            "drop policy tenant_isolation on tenants",
            "truncate visits",
            "select * from alembic_version",
            "set role footfall_owner",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(statement)


@pytest.mark.usefixtures("tenant_id")
async def test_the_platform_does_what_signing_in_needs_and_no_more(
    footfall_database: FootfallDatabase,
) -> None:
    allowed = {
        ("tenants", "select"),
        ("tenants", "insert"),
        ("tenants", "update"),
        ("tenants", "delete"),
        ("users", "select"),
        ("users", "delete"),
        ("api_keys", "select"),
        *((table, command) for table in ("setup_tokens",) for command in ("select", "update", "delete")),
        *(
            (table, command)
            for table in ("login_attempts", "oidc_logins")
            for command in ("select", "update", "delete")
        ),
    }
    async with _connected(footfall_database.app_dsn) as app:
        for table in await _tenant_tables(app):
            for command in COMMANDS:
                # Written in the tenant, so that the platform's refusal is what stops it.
                statement = await _statement(app, command, table, new_id())
                transaction = app.transaction()
                await transaction.start()
                await app.execute("set local role footfall_platform")
                try:
                    await app.execute(
                        statement.replace("(select site_id from sites limit 1)", "$$$$::text::uuid")
                    )
                except asyncpg.ForeignKeyViolationError:
                    went_through = True  # may delete tenants, but not one that has sites
                except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidTextRepresentationError):
                    went_through = False
                else:
                    went_through = True
                await transaction.rollback()
                assert went_through == ((table, command) in allowed), f"{command} on {table}"


async def test_the_platform_adds_system_administrators_only(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    add = (
        "insert into users (user_id, tenant_id, email, display_name, role, password_hash) "
        "values (gen_random_uuid(), $1, gen_random_uuid()::text, '', $2, '')"
    )
    async with _connected(footfall_database.app_dsn) as app:
        async with app.transaction():
            await app.execute("set local role footfall_platform")
            await app.execute(add, None, "system_admin")
            assert await app.execute("update users set password_hash = 'x'") != "UPDATE 0"
            there = "select count(*) from users where tenant_id is not null"
            theirs = await app.fetchval(there)
            assert theirs > 0
            assert await app.fetchval(f"{there} and password_hash = 'x'") == 0, "a tenant was touched"
            assert await app.execute("delete from users") != "DELETE 0"
            assert await app.fetchval(there) == theirs, "a tenant's account was removed"
        for statement, arguments in (
            (add, (tenant_id, "tenant_admin")),
            ("update users set role = 'system_admin', tenant_id = null", ()),
            ("update users set email = ''", ()),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                async with app.transaction():
                    await app.execute("set local role footfall_platform")
                    await app.execute(statement, *arguments)
        async with app.transaction():
            await _set_tenant(app, tenant_id)
            assert await app.fetchval("select count(*) from users where tenant_id is null") == 0


async def test_a_tenant_makes_no_system_administrator(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with _connected(footfall_database.app_dsn) as app:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
            async with app.transaction():
                await _set_tenant(app, tenant_id)
                await app.execute("update users set role = 'system_admin', tenant_id = null")
