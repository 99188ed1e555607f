"""Inside a tenant, who is confined to sites reaches no row of another one, whatever a service forgets.

As for tenants, the tables come from the catalogue.
"""
# ruff: noqa: S608  # what is put into statements comes from the catalogue

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pytest
from catalogue import APPEND_ONLY, COMMANDS, connected, fill, insert_statement, set_scope, tenant_tables
from catalogue import statement as made_statement
from database_fixtures import FootfallDatabase
from footfall_server.domain.identifiers import new_id
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions

SITED = """
    select c.relname as name
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and a.attname = 'site_id' and not a.attisdropped
    order by c.oid
"""


async def _sited(connection: asyncpg.Connection) -> Sequence[str]:
    return [row["name"] for row in await connection.fetch(SITED)]


@pytest.fixture
async def tenant_id(footfall_database: FootfallDatabase) -> UUID:
    """A tenant with one site, and one row of it in every table."""
    tenant_id = new_id()
    await fill(footfall_database.app_dsn, tenant_id)
    return tenant_id


async def _site_of(app: asyncpg.Connection, tenant_id: UUID) -> UUID:
    async with app.transaction():
        await set_scope(app, tenant_id)
        found: UUID = await app.fetchval("select site_id from sites")
        return found


async def test_every_table_with_a_site_has_the_wall(footfall_database: FootfallDatabase) -> None:
    async with connected(footfall_database.app_dsn) as app:
        tables = await _sited(app)
        assert len(tables) > 11
        for table in tables:
            policy = await app.fetchrow(
                "select * from pg_policies where tablename = $1 and policyname = 'site_isolation'", table
            )
            assert policy is not None, f"{table} has sites and no wall: enable_site_rls"
            assert (policy["cmd"], policy["permissive"]) == ("ALL", "RESTRICTIVE"), table
            assert set(policy["roles"]) == {"footfall_app"}, table
            for clause in ("qual", "with_check"):
                assert "SELECT footfall_current_sites()" in policy[clause], f"{table}: {policy[clause]}"


@pytest.mark.parametrize("setting", [None, ""])
async def test_without_sites_every_statement_fails(
    footfall_database: FootfallDatabase, tenant_id: UUID, setting: str | None
) -> None:
    async with connected(footfall_database.app_dsn) as app:
        for table in await _sited(app):
            for command in COMMANDS:
                statement = await made_statement(app, command, table, tenant_id)
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="no sites are set"):  # noqa: PT012
                    async with app.transaction():
                        await app.execute("select set_config('app.tenant_id', $1, true)", str(tenant_id))
                        if setting is not None:
                            await app.execute("set local app.site_ids = ''")
                        await app.execute(statement)
                        pytest.fail(f"{command} on {table} went through without sites")


@pytest.mark.parametrize("others", ["one", "none"])
async def test_another_site_sees_and_changes_nothing(
    footfall_database: FootfallDatabase, tenant_id: UUID, others: str
) -> None:
    sites = f"{{{new_id()}}}" if others == "one" else "{}"
    async with connected(footfall_database.app_dsn) as app:
        site_id = await _site_of(app, tenant_id)
        for table in await _sited(app):
            async with app.transaction():
                await set_scope(app, tenant_id, sites)
                assert await app.fetch(f"select * from {table}") == [], f"{table} shows other sites' rows"
                if table not in APPEND_ONLY:
                    assert await app.execute(f"update {table} set site_id = site_id") == "UPDATE 0", table
                assert await app.execute(f"delete from {table}") == "DELETE 0", table
            insert = await insert_statement(app, table, tenant_id)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                async with app.transaction():
                    await set_scope(app, tenant_id, sites)
                    await app.execute(insert.replace("(select site_id from sites limit 1)", f"'{site_id}'"))
                    pytest.fail(f"{table} takes rows of another site")
        async with app.transaction():
            await set_scope(app, tenant_id, f"{{{site_id},{new_id()}}}")
            for table in await _sited(app):
                assert await app.fetchval(f"select count(*) from {table}") == 1, table


async def test_a_row_cannot_be_handed_to_another_site(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with connected(footfall_database.app_dsn) as app:
        site_id = await _site_of(app, tenant_id)
        for table in await _sited(app):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                async with app.transaction():
                    await set_scope(app, tenant_id, f"{{{site_id}}}")
                    await app.execute(f"update {table} set site_id = $1", new_id())
                    pytest.fail(f"{table} lets a row go to another site")


async def test_who_works_at_several_sites_is_seen_from_each_of_them(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    here, there, staff_id = new_id(), new_id(), new_id()
    insert = (
        "insert into staff_members"
        " (tenant_id, staff_id, employee_number, job_title, email, site_ids, updated_at)"
        " values ($1, $2, '', '', '', $3, now())"
    )
    count = "select count(*) from staff_members where staff_id = $1"
    async with connected(footfall_database.app_dsn) as app:
        async with app.transaction():
            await set_scope(app, tenant_id, f"{{{here}}}")
            await app.execute(insert, tenant_id, staff_id, [here, there])
        for sites, seen in ((f"{{{there}}}", 1), (f"{{{new_id()}}}", 0), ("{}", 0), ("all", 1)):
            async with app.transaction():
                await set_scope(app, tenant_id, sites)
                assert await app.fetchval(count, staff_id) == seen, sites
        for bad in ([there], []):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):  # noqa: PT012
                async with app.transaction():
                    await set_scope(app, tenant_id, f"{{{here}}}")
                    await app.execute(insert, tenant_id, new_id(), bad)
                    pytest.fail("a row of other sites, or of none, was written")


async def test_the_wall_does_not_open_the_tenants(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with connected(footfall_database.app_dsn) as app:
        site_id = await _site_of(app, tenant_id)
        for table in await tenant_tables(app):
            async with app.transaction():
                await set_scope(app, new_id(), f"{{{site_id}}}")
                assert await app.fetch(f"select * from {table}") == [], table


async def test_the_owners_view_tells_when_and_not_where(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with connected(footfall_database.app_dsn) as app, app.transaction():
        await set_scope(app, tenant_id, "{}")
        assert await app.fetch("select * from visits") == []
        [seen] = await app.fetch("select * from visit_times")
        assert set(seen.keys()) == {"tenant_id", "customer_id", "first_seen_at", "visit_id"}


async def test_the_price_is_one_look_at_the_setting_per_statement(
    footfall_database: FootfallDatabase, tenant_id: UUID
) -> None:
    async with connected(footfall_database.app_dsn) as app, app.transaction():
        await set_scope(app, tenant_id, f"{{{new_id()}}}")
        plan = "\n".join(row[0] for row in await app.fetch("explain (costs off) select * from sightings"))
        filters = [line for line in plan.splitlines() if "Filter" in line or "Cond" in line]
        assert filters
        assert not any("footfall_current_sites()" in line for line in filters), plan


async def test_only_ids_get_into_the_setting(footfall_database: FootfallDatabase, tenant_id: UUID) -> None:
    engine = make_engine(footfall_database.app_dsn)
    transactions = PostgresTransactions(engine)
    for sites in (["all"], ["}"], "all", [None]):
        with pytest.raises(TypeError, match="ids of sites"):
            async with transactions.begin(tenant_id, sites=sites):  # type: ignore[arg-type]
                pytest.fail(f"a transaction for {sites!r} was opened")
    async with transactions.begin(tenant_id, sites=set()) as tx:
        assert list(await tx.sites.list(only=None, after=None, limit=5)) == []
    await engine.dispose()
