"""Nobody sees or writes another tenant's rows, in any table that there is or will be.

The tables come from the catalogue, so a new one is covered, or fails here for lacking protection.
"""
# ruff: noqa: S608  # what is put into statements comes from the catalogue

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from catalogue import (
    A_SESSION,
    A_SITE,
    APPEND_ONLY,
    COLUMNS,
    COMMANDS,
    NOT_TENANT_DATA,
    OF_THE_DATABASE,
    TABLES,
    connected,
    fill,
    insert_statement,
    set_scope,
    tenant_tables,
)
from catalogue import statement as made_statement
from database_fixtures import FootfallDatabase
from footfall_server.domain.identifiers import new_id

NOT_A_TABLE = {"views": {"visit_times"}}
"""Whatever else a schema may hold that rows can be read through."""

NO_UUID = "$$$$::text::uuid"

FUNCTIONS = {
    "footfall_current_tenant": "as its caller, stable",
    "footfall_current_sites": "as its caller, stable",
    "footfall_audit_hash": "as its caller, immutable",
    "footfall_chain_audit_entry": "as its owner, volatile",
    "footfall_forget_audit_log": "as its owner, volatile",
    **{
        f"footfall_mark_{table}_{event}": "as its owner, volatile"
        for table in ("visits", "sightings", "customers", "site_rules")
        for event in ("insert", "update", "delete")
        if (table, event) != ("customers", "insert")
    },
}
"""Whom each function runs as, and whether it may be asked once per statement."""

PLATFORM_MAY = {
    ("tenants", "SELECT"): "lists the chains",
    ("tenants", "INSERT"): "opens one",
    ("tenants", "UPDATE"): "renames one",
    ("tenants", "DELETE"): "removes one",
    ("users", "SELECT"): "signs in whoever it is, before the tenant is known",
    ("users", "INSERT"): "adds system administrators; a policy refuses everybody else",
    ("users", "UPDATE"): "changes system administrators, in some columns; a policy refuses everybody else",
    ("users", "DELETE"): "removes system administrators; a policy refuses everybody else",
    ("setup_tokens", "SELECT"): "finds the account of who sets a password, before the tenant is known",
    ("setup_tokens", "INSERT"): "makes those of system administrators; a policy refuses everybody else's",
    ("setup_tokens", "UPDATE"): "as above",
    ("setup_tokens", "DELETE"): "uses up those of system administrators, and forgets those that are over",
    ("login_attempts", "SELECT"): "slows down who guesses passwords, before it is known whose",
    ("login_attempts", "INSERT"): "counts a guess; the rows are nobody's",
    ("login_attempts", "UPDATE"): "counts the next one",
    ("login_attempts", "DELETE"): "forgets guesses",
    ("oidc_logins", "SELECT"): "finds the sign-in that somebody comes back from; the rows are nobody's",
    ("oidc_logins", "INSERT"): "keeps a sign-in while the person is with the provider",
    ("oidc_logins", "DELETE"): "uses a sign-in up, and forgets those that are over",
    ("api_keys", "SELECT"): "signs in programs",
    ("report_day_marks", "SELECT"): "finds the tenants with days of reports to keep",
    ("erasures", "SELECT"): "finds the tenants with erasures that are not complete",
    ("job_runs", "SELECT"): "finds the tenants whose jobs are due",
    ("webhooks", "SELECT"): "finds the tenants that have something to be sent; in those columns alone",
    ("audit_log", "SELECT"): "reads the installation's own log; a policy hides tenants' logs",
    ("audit_log", "INSERT"): "writes the installation's own log; a policy refuses tenants' logs",
    ("audit_heads", "SELECT"): "as audit_log",
    ("sessions", "SELECT"): "finds the session of a refresh token",
    ("sessions", "INSERT"): "opens those of system administrators; a policy refuses everybody else's",
    ("sessions", "UPDATE"): "keeps those of system administrators, in some columns",
    ("sessions", "DELETE"): "forgets those that are over",
    ("refresh_tokens", "SELECT"): "finds the session of a refresh token",
    ("refresh_tokens", "INSERT"): "as sessions",
    ("refresh_tokens", "UPDATE"): "as sessions",
    ("revocations", "SELECT"): "tells every replica who is not let in any more",
    ("revocations", "INSERT"): "ends system administrators' access, and a removed tenant's",
    ("revocations", "UPDATE"): "as above",
    ("revocations", "DELETE"): "forgets those that are about no living token any more",
    ("join_tokens", "SELECT"): "finds the tenant of a worker that joins",
    ("camera_commands", "SELECT"): "finds the tenants in which a command expired; in those columns alone",
    ("camera_commands", "DELETE"): "forgets those that are over",
    (
        "pictures",
        "SELECT",
    ): "finds those that are over, in those columns alone: never what they show",
    ("pictures", "DELETE"): "removes those that are over",
    ("preview_demands", "SELECT"): "finds those that are over; in those columns alone",
    ("preview_demands", "DELETE"): "removes those that are over",
    ("workers", "SELECT"): "finds the tenants in which a link expired; in those columns alone",
}
"""All that the role without a tenant may do at all. What policies leave of it is tried below."""

IN_SOME_COLUMNS = {
    (table, "SELECT")
    for table in (
        "workers",
        "camera_commands",
        "pictures",
        "preview_demands",
        "report_day_marks",
        "job_runs",
        "erasures",
        "webhooks",
    )
}

NEEDS_MORE = {
    (table, command)
    for table, command in PLATFORM_MAY
    if command in {"INSERT", "UPDATE"} or (table, command) in IN_SOME_COLUMNS
} - {
    ("tenants", "INSERT"),
    ("tenants", "UPDATE"),
    # Of these every column may be changed, in rows of no tenant: of tenants' none is found.
    ("setup_tokens", "UPDATE"),
    ("login_attempts", "UPDATE"),
}
"""What policies or columns refuse of made-up rows, which name a tenant and every column."""


@pytest.fixture
async def tenant_id(footfall_database: FootfallDatabase) -> UUID:
    """A tenant with one row in every table."""
    tenant_id = new_id()
    await fill(footfall_database.app_dsn, tenant_id)
    return tenant_id


async def test_every_table_forces_row_level_security(footfall_database: FootfallDatabase) -> None:
    async with connected(footfall_database.app_dsn) as app:
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
    async with connected(footfall_database.app_dsn) as app:
        for table in await tenant_tables(app):
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
        async with connected(dsn) as connection:
            for table in await tenant_tables(connection):
                for command in COMMANDS:
                    statement = await made_statement(connection, command, table, tenant_id)
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                        async with connection.transaction():
                            if setting is not None:
                                await connection.execute("set local app.tenant_id = ''")
                            await connection.execute(statement)
                            pytest.fail(f"{role}: {command} on {table} went through without a tenant")


async def test_a_pooled_connection_forgets_its_tenant(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with connected(footfall_database.app_dsn) as app:
        async with app.transaction():
            await set_scope(app, tenant_id)
            assert await app.fetchval("select count(*) from tenants") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="no tenant is set"):
            await app.fetchval("select count(*) from tenants")


async def test_another_tenant_sees_and_changes_nothing(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    intruder = new_id()
    async with connected(footfall_database.app_dsn) as app:
        for table in await tenant_tables(app):
            async with app.transaction():
                await set_scope(app, intruder)
                assert await app.fetch(f"select * from {table}") == [], f"{table} shows other tenants' rows"
                if table not in APPEND_ONLY:
                    assert await app.execute(f"update {table} set tenant_id = tenant_id") == "UPDATE 0", table
                    assert await app.execute(f"delete from {table}") == "DELETE 0", table
            with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                async with app.transaction():
                    await set_scope(app, intruder)
                    await app.execute(await insert_statement(app, table, tenant_id))
                    pytest.fail(f"{table} takes rows of another tenant")
        async with app.transaction():
            await set_scope(app, tenant_id)
            for table in await tenant_tables(app):
                assert await app.fetchval(f"select count(*) from {table}") == 1, table


async def test_a_row_cannot_be_handed_to_another_tenant(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with connected(footfall_database.app_dsn) as app:
        for table in await tenant_tables(app):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                async with app.transaction():
                    await set_scope(app, tenant_id)
                    await app.execute(f"update {table} set tenant_id = $1", new_id())
                    pytest.fail(f"{table} lets a row go to another tenant")


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("role", ["footfall_app", "footfall_platform"])
async def test_what_was_written_to_a_log_stays_as_it_was(
    footfall_database: FootfallDatabase, tenant_id: UUID, table: str, role: str
) -> None:
    statements = [f"update {table} set tenant_id = tenant_id", f"delete from {table}", f"truncate {table}"]
    if table in OF_THE_DATABASE:
        statements.append(f"insert into {table} select * from {table}")
    async with connected(footfall_database.app_dsn) as app:
        for tampering in statements:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):  # noqa: PT012
                async with app.transaction():
                    await set_scope(app, tenant_id)
                    await app.execute(f"set local role {role}")
                    await app.execute(tampering)
                    pytest.fail(f"{role} may {tampering}")


async def test_a_log_is_not_forgotten_before_its_tenant_is(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    forget = "select footfall_forget_audit_log($1)"
    async with connected(footfall_database.app_dsn) as app:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):  # noqa: PT012
            async with app.transaction():
                await set_scope(app, tenant_id)
                await app.execute(forget, tenant_id)
        for log_id in (tenant_id, UUID(int=0)):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="goes with the tenant"):  # noqa: PT012
                async with app.transaction():
                    await app.execute("set local role footfall_platform")
                    await app.execute(forget, log_id)
        async with app.transaction():
            await set_scope(app, tenant_id)
            assert await app.fetchval("select count(*) from audit_log") == 1


async def test_the_place_in_a_log_is_not_for_the_writer_to_choose(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with connected(footfall_database.app_dsn) as app, app.transaction():
        await set_scope(app, tenant_id)
        before = await app.fetchrow("select * from audit_heads")
        await app.execute(await insert_statement(app, "audit_log", tenant_id))
        row = await app.fetchrow("select * from audit_log order by sequence desc limit 1")
        after = await app.fetchrow("select * from audit_heads")
    assert row["sequence"] == before["sequence"] + 1 == after["sequence"]
    assert row["previous_hash"] == before["hash"]
    assert row["hash"] == after["hash"] != b"\x00", "the sample row asks for another hash"


async def test_the_application_owns_nothing_and_bypasses_nothing(footfall_database: FootfallDatabase) -> None:
    async with connected(footfall_database.superuser_dsn) as server:
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
    async with connected(footfall_database.app_dsn) as app:
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
    # Of what it may do at all, made-up rows get through where no policy asks for more.
    allowed = {(table, command.lower()) for table, command in PLATFORM_MAY.keys() - NEEDS_MORE}
    async with connected(footfall_database.app_dsn) as app:
        for table in await tenant_tables(app):
            for command in COMMANDS:
                # Written in the tenant, so that the platform's refusal is what stops it.
                statement = await made_statement(app, command, table, new_id())
                transaction = app.transaction()
                await transaction.start()
                await app.execute("set local role footfall_platform")
                try:
                    await app.execute(statement.replace(A_SITE, NO_UUID).replace(A_SESSION, NO_UUID))
                except asyncpg.ForeignKeyViolationError:
                    went_through = True  # may delete tenants, but not one that has sites
                except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidTextRepresentationError):
                    went_through = False
                else:
                    went_through = True
                await transaction.rollback()
                assert went_through == ((table, command) in allowed), f"{command} on {table}"


async def test_the_platform_reads_and_writes_its_own_log_only(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    own = UUID(int=0)
    async with connected(footfall_database.app_dsn) as app:
        async with app.transaction():
            await app.execute("set local role footfall_platform")
            await app.execute(await insert_statement(app, "audit_log", own))
            for table in ("audit_log", "audit_heads"):
                found = await app.fetch(f"select tenant_id from {table}")
                assert {row["tenant_id"] for row in found} == {own}, table
        async with app.transaction():
            await set_scope(app, tenant_id)
            assert await app.fetchval("select count(*) from audit_log where tenant_id = $1", own) == 0


async def test_the_platform_adds_system_administrators_only(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    add = (
        "insert into users (user_id, tenant_id, email, display_name, role, password_hash) "
        "values (gen_random_uuid(), $1, gen_random_uuid()::text, '', $2, '')"
    )
    async with connected(footfall_database.app_dsn) as app:
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
            await set_scope(app, tenant_id)
            assert await app.fetchval("select count(*) from users where tenant_id is null") == 0


async def test_the_platform_keeps_what_belongs_to_no_tenant_and_forgets_what_is_over(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    add_session = (
        "insert into sessions (session_id, tenant_id, user_id, method, created_at, last_used_at, "
        "idle_ends_at, ends_at) values (gen_random_uuid(), $1, gen_random_uuid(), '', now(), now(), $2, $2)"
    )
    add_revocation = (
        "insert into revocations (subject_or_session_id, tenant_id, not_before, until) "
        "values (gen_random_uuid(), $1, $2, $2)"
    )
    add_setup_token = (
        "insert into setup_tokens (setup_token_id, tenant_id, user_id, secret_hash, created_at, expires_at) "
        "values (gen_random_uuid(), $1, gen_random_uuid(), '', now(), $2)"
    )
    later = datetime.now(UTC) + timedelta(hours=1)
    async with connected(footfall_database.app_dsn) as app:
        for add in (add_session, add_revocation, add_setup_token):
            async with app.transaction():
                await app.execute("set local role footfall_platform")
                await app.execute(add, None, later)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                async with app.transaction():
                    await app.execute("set local role footfall_platform")
                    await app.execute(add, tenant_id, later)
        async with app.transaction():
            await app.execute("set local role footfall_platform")
            changes = {
                "sessions": "revoked_at = now()",
                "revocations": "until = until",
                "setup_tokens": "secret_hash = ''",
            }
            for table, change in changes.items():
                changed = await app.fetch(f"update {table} set {change} returning tenant_id")
                assert {row["tenant_id"] for row in changed} == {None}, f"{table} of a tenant are changed"
            assert await app.fetch("select from sessions where tenant_id = $1 for update", tenant_id) == []
            for table, end in (("sessions", "ends_at"), ("revocations", "until")):
                assert await app.execute(f"delete from {table} where {end} > now()") == "DELETE 0", table
                over = f"delete from {table} where {end} < now() returning tenant_id"
                assert tenant_id in {row["tenant_id"] for row in await app.fetch(over)}, table
        async with app.transaction():
            await set_scope(app, tenant_id)
            await app.execute("delete from setup_tokens")
            await app.execute(add_setup_token, tenant_id, later)
            await app.execute(add_setup_token, tenant_id, datetime.now(UTC) - timedelta(hours=1))
        async with app.transaction():
            await app.execute("set local role footfall_platform")
            gone = await app.fetch("delete from setup_tokens returning tenant_id, expires_at > now() as good")
            assert (None, True) in {tuple(row) for row in gone}, "a system administrator's is not used up"
            assert (tenant_id, False) in {tuple(row) for row in gone}, "what is over is not forgotten"
            assert (tenant_id, True) not in {tuple(row) for row in gone}, "a tenant's good one was removed"


async def test_a_tenant_makes_no_system_administrator(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with connected(footfall_database.app_dsn) as app:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
            async with app.transaction():
                await set_scope(app, tenant_id)
                await app.execute("update users set role = 'system_admin', tenant_id = null")


RELATIONS = """
    select c.relname as name, pg_get_userbyid(c.relowner) as owner, c.relkind::text as kind, c.relispartition
    from pg_class c
    where c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and c.relnamespace::regnamespace::text not like 'pg_toast%' and c.relkind not in ('r', 'i', 't', 'I')
"""


async def test_nothing_else_than_tables_shows_rows(footfall_database: FootfallDatabase) -> None:
    """Policies hold for tables. Materialised views and foreign tables have none, and partitions their own."""
    async with connected(footfall_database.superuser_dsn) as server:
        found = {(row["kind"], row["name"]): row["owner"] for row in await server.fetch(RELATIONS)}
        views = {("v", name) for name in NOT_A_TABLE["views"]}
        assert found.keys() == views, f"say here what protects {set(found) ^ views}"
        assert set(found.values()) == {"footfall_owner"}
        schemas = await server.fetch(
            "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
        )
        assert [row["nspname"] for row in schemas] == ["public"]


@pytest.mark.usefixtures("tenant_id")
async def test_a_view_is_behind_the_tenants_wall(footfall_database: FootfallDatabase) -> None:
    async with connected(footfall_database.app_dsn) as app:
        for view in NOT_A_TABLE["views"]:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="no tenant is set"):
                await app.fetch(f"select * from {view}")
            async with app.transaction():
                await set_scope(app, new_id())
                assert await app.fetch(f"select * from {view}") == []
            for privilege in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
                assert not await app.fetchval("select has_table_privilege($1, $2)", view, privilege)
            async with app.transaction():
                await app.execute("set local role footfall_platform")
                assert not await app.fetchval("select has_table_privilege($1, 'SELECT')", view)


async def test_functions_run_as_is_said_here_and_not_for_everybody(
    footfall_database: FootfallDatabase,
) -> None:
    async with connected(footfall_database.superuser_dsn) as server:
        rows = await server.fetch(
            "select p.oid::regprocedure::text as signature, proname, prosecdef, "
            "  provolatile::text as volatility, pg_get_userbyid(proowner) as owner "
            "from pg_proc p where pronamespace = 'public'::regnamespace"
        )
        who = {False: "as its caller", True: "as its owner"}
        how = {"s": "stable", "i": "immutable", "v": "volatile"}
        found = {row["proname"]: f"{who[row['prosecdef']]}, {how[row['volatility']]}" for row in rows}
        assert found == FUNCTIONS
        for row in rows:
            assert row["owner"] == "footfall_owner"
            allowed = await server.fetchval(
                "select has_function_privilege('public', $1, 'EXECUTE')", row["signature"]
            )
            assert not allowed, f"everybody may call {row['proname']}"


async def test_everybody_means_nobody(footfall_database: FootfallDatabase) -> None:
    """No privilege on a relation is granted to PUBLIC, now or for what is made later."""
    async with connected(footfall_database.superuser_dsn) as server:
        granted = await server.fetch(
            "select c.relname, acl.privilege_type from pg_class c, aclexplode(c.relacl) acl "
            "where acl.grantee = 0 and c.relnamespace = 'public'::regnamespace"
        )
        assert granted == []
        defaults = await server.fetch(
            "select d.defaclobjtype from pg_default_acl d, aclexplode(d.defaclacl) acl where acl.grantee = 0"
        )
        assert defaults == []
        assert not await server.fetchval("select has_schema_privilege('public', 'public', 'CREATE')")
        assert not await server.fetchval(
            "select has_database_privilege('public', current_database(), 'CONNECT')"
        )


async def test_the_platform_has_these_privileges_and_no_other(footfall_database: FootfallDatabase) -> None:
    async with connected(footfall_database.superuser_dsn) as server:
        relations = [*await tenant_tables(server), *NOT_TENANT_DATA, *NOT_A_TABLE["views"]]
        found = set()
        for relation in relations:
            for privilege in ("SELECT", "INSERT", "UPDATE"):
                asked = "select has_any_column_privilege('footfall_platform', $1, $2)"
                if await server.fetchval(asked, relation, privilege):
                    found.add((relation, privilege))
            for privilege in ("DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
                asked = "select has_table_privilege('footfall_platform', $1, $2)"
                if await server.fetchval(asked, relation, privilege):
                    found.add((relation, privilege))
        assert found == PLATFORM_MAY.keys()
        policies = await server.fetch(
            "select tablename, policyname from pg_policies where 'footfall_platform' = any(roles)"
        )
        assert {row["tablename"] for row in policies} == {table for table, _ in PLATFORM_MAY}
        for table in await tenant_tables(server):
            assert not await server.fetchval(
                "select true from pg_policies where tablename = $1 and 'public' = any(roles)", table
            ), f"a policy of {table} is for everybody"
