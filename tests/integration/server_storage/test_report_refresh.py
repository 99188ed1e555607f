"""What keeping a day costs in statements: reports are to be up to date soon after an event."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from customer_samples import a_customer
from database_fixtures import FootfallDatabase
from footfall_server.domain.batch import BatchRecords
from footfall_server.ports.restatements import RestatementFilter
from footfall_server.services.report_days import ReportDays
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.transactions import PostgresTransactions
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from storage_samples import NOON, a_site, a_tenant, a_visit

Statements = list[str]


@pytest.fixture
async def engine(footfall_database: FootfallDatabase) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(footfall_database.app_dsn, limits=PostgresLimits(pool_size=2))
    yield engine
    await engine.dispose()


async def refreshed(engine: AsyncEngine, at: datetime, monkeypatch: pytest.MonkeyPatch) -> Statements:
    """The statements that keep a day once more, after somebody came at a moment of it."""
    transactions = PostgresTransactions(engine)
    tenant, site, person = a_tenant(), a_site(), a_customer()
    days = ReportDays(transactions=transactions)
    async with transactions.begin_platform() as platform:
        await platform.add_tenant(tenant, None)
    async with transactions.begin_exclusive(tenant.tenant_id) as tx:
        await tx.sites.add(site, None)
        await tx.customers.add(person, None)
    said: Statements = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    fetch = TenantConnection.fetch

    async def noted(connection: TenantConnection, statement: str, arguments: Sequence[object]) -> Any:
        said.append(statement)
        return await fetch(connection, statement, arguments)

    for _ in range(2):
        async with transactions.begin_exclusive(tenant.tenant_id) as tx:
            visit = a_visit(site.site_id, person.customer_id, at=at)
            await tx.batches.write(BatchRecords(at=NOON, visits=[visit]))
        said.clear()
        event.listen(engine.sync_engine, "before_cursor_execute", note)
        with monkeypatch.context() as patched:
            patched.setattr(TenantConnection, "fetch", noted)
            await days.refresh(tenant.tenant_id)
        event.remove(engine.sync_engine, "before_cursor_execute", note)
    return said


async def test_what_was_marked_before_there_were_causes_is_counted_and_not_told(
    engine: AsyncEngine, footfall_database: FootfallDatabase
) -> None:
    """As after an upgrade, when all days are counted for the first time."""
    transactions = PostgresTransactions(engine)
    tenant, site, person = a_tenant(), a_site(), a_customer()
    async with transactions.begin_platform() as platform:
        await platform.add_tenant(tenant, None)
    async with transactions.begin_exclusive(tenant.tenant_id) as tx:
        await tx.sites.add(site, None)
        await tx.customers.add(person, None)
        await tx.batches.write(BatchRecords(at=NOON, visits=[a_visit(site.site_id, person.customer_id)]))
    server = await asyncpg.connect(footfall_database.superuser_dsn)
    marked = await server.execute(
        "update report_day_marks set cause = null where tenant_id = $1", tenant.tenant_id
    )
    await server.close()
    assert marked == "UPDATE 1"
    await ReportDays(transactions=transactions).refresh(tenant.tenant_id)
    async with transactions.begin(tenant.tenant_id) as tx:
        assert len(await tx.report_days.each(site.site_id, NOON.date(), NOON.date())) == 1
        everything = RestatementFilter([site.site_id])
        assert await tx.restatements.list(everything, before=None, limit=9) == []


async def test_a_day_that_goes_on_costs_no_statement_for_the_ledger(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on = await refreshed(engine, datetime.now(UTC), monkeypatch)
    over = await refreshed(engine, datetime.now(UTC) - timedelta(days=30), monkeypatch)
    assert not [each for each in going_on if "report_restatements" in each]
    assert [each for each in over if "insert into report_restatements" in each.lower()]
    # What waits is asked, and the restatement is written: of days that are over and changed alone.
    assert len(over) - len(going_on) == 2
