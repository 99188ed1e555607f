"""footfall-server reports verify, as an operator runs it, on a real database."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from customer_samples import a_customer
from database_fixtures import FootfallDatabase
from footfall_server import report_administration
from footfall_server.__main__ import main
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.report_days import KeptDay
from footfall_server.ports import Transactions
from footfall_server.services.report_days import ReportDays
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from storage_samples import NOON, a_site, a_tenant, a_visit

TODAY = NOON.date().isoformat()
Said = Mapping[str, object]


class CommandLine:
    """Runs the command in this process."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured

    def __call__(self, *arguments: str, code: int = 0) -> tuple[Said, str]:
        """The one line of JSON that it said on stdout, or nothing; and its stderr."""
        exited = 0
        try:
            main(("reports", "verify", *arguments))
        except SystemExit as left:
            exited = int(left.code or 0)
        out, err = self._captured.readouterr()
        assert exited == code, f"{arguments}: {err}"
        assert out.count("\n") <= 1
        return json.loads(out or "{}"), err


@pytest.fixture
def run(
    footfall_database: FootfallDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    for name in os.environ:
        if name.startswith("FOOTFALL_SERVER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FOOTFALL_SERVER_POSTGRES__DSN", footfall_database.app_dsn)
    # Is the whole process's.
    monkeypatch.setattr(report_administration, "configure_logging", lambda **_: None)
    return CommandLine(capsys)


@asynccontextmanager
async def opened(database: FootfallDatabase) -> AsyncIterator[Transactions]:
    engine = make_engine(database.app_dsn, limits=PostgresLimits(pool_size=2))
    yield PostgresTransactions(engine)
    await engine.dispose()


async def a_kept_chain(database: FootfallDatabase) -> tuple[UUID, UUID]:
    """A tenant and its site, of which a day with two visits is kept."""
    tenant, site, people = a_tenant(), a_site(), [a_customer(), a_customer()]
    async with opened(database) as transactions:
        async with transactions.begin_platform() as platform:
            await platform.add_tenant(tenant, None)
        async with transactions.begin_exclusive(tenant.tenant_id) as tx:
            await tx.sites.add(site, None)
            for each in people:
                await tx.customers.add(each, None)
            visits = [a_visit(site.site_id, each.customer_id) for each in people]
            await tx.batches.write(BatchRecords(at=NOON, visits=visits))
        await ReportDays(transactions=transactions).refresh(tenant.tenant_id)
    return tenant.tenant_id, site.site_id


async def keep_wrong(database: FootfallDatabase, tenant_id: UUID, site_id: UUID) -> None:
    """One of the two visits is missing in the day."""
    async with opened(database) as transactions, transactions.begin_exclusive(tenant_id) as tx:
        [right] = await tx.report_days.each(site_id, NOON.date(), NOON.date())
        await tx.report_days.keep([KeptDay(site_id, right.day, right.visits[:4])], [])


def test_days_that_are_kept_wrong_are_told_and_mended(
    footfall_database: FootfallDatabase, run: CommandLine
) -> None:
    tenant_id, site_id = asyncio.run(a_kept_chain(footfall_database))
    asyncio.run(a_kept_chain(footfall_database))
    said, progress = run()
    assert said == {"days": 2, "differing": 0, "repaired": 0, "differences": []}
    assert f"site {site_id}: until {TODAY}" in progress
    asyncio.run(keep_wrong(footfall_database, tenant_id, site_id))
    said, complaint = run(code=1)
    assert (said["days"], said["differing"], said["repaired"]) == (2, 1, 0)
    place = {"tenant_id": str(tenant_id), "site_id": str(site_id), "day": TODAY}
    numbers = ("visits", "unique_visitors", "new_visits", "new_visits_here")
    assert said["differences"] == [{**place, "field": name, "kept": 1, "computed": 2} for name in numbers]
    assert "--repair has them counted anew" in complaint
    mine = ("--tenant-id", str(tenant_id), "--site-id", str(site_id))
    assert run(*mine, "--from", "2001-01-01", "--to", "2001-12-31")[0]["days"] == 0
    said, _ = run(*mine, "--from", TODAY, "--to", TODAY, "--repair")
    assert (said["days"], said["differing"], said["repaired"]) == (1, 1, 1)
    assert run()[0]["differing"] == 0


def test_what_cannot_be_meant_is_refused_in_one_line(run: CommandLine) -> None:
    nobody = str(new_id())
    assert "by --tenant-id" in run("--site-id", nobody, code=1)[1]
    assert "not be before --from" in run("--from", "2026-03-02", "--to", "2026-03-01", code=1)[1]
    assert "must be a day" in run("--from", "yesterday", code=2)[1]
    assert nobody in run("--tenant-id", nobody, code=1)[1]
