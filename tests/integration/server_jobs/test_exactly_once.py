"""Two replicas, one of which dies in the middle: every tick of every job is done once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from database_fixtures import FootfallDatabase
from fakes.manual_clock import START, ManualClock
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.jobs import JobResult, RunState
from footfall_server.domain.places import Tenant
from footfall_server.services.job_runner import Job, JobRunner, LeaseRules
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions

TICKS = 200
JOBS = ("purge", "recluster")


class Ledger:
    """What was done, by tenant, job and minute. Work is over when it is noted here."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.done: Counter[tuple[UUID, str, str]] = Counter()
        self.hangs = False
        self.hanging = asyncio.Event()

    def job(self, name: str) -> Job:
        async def work(tenant_id: UUID) -> JobResult:
            if self.hangs:
                self.hanging.set()
                await asyncio.Event().wait()
            await asyncio.sleep(0)
            self.done[tenant_id, name, self._clock.now().isoformat()] += 1
            return JobResult({"things": 1})

        return Job(name, "* * * * *", "Notes that it was done.", work)


@pytest.fixture
async def replicas(footfall_database: FootfallDatabase) -> AsyncIterator[list[PostgresTransactions]]:
    engines = [make_engine(footfall_database.app_dsn) for _ in range(2)]
    yield [PostgresTransactions(engine) for engine in engines]
    for engine in engines:
        await engine.dispose()


async def test_each_tick_is_done_once_though_a_replica_dies(replicas: list[PostgresTransactions]) -> None:
    clock = ManualClock(START)
    ledger = Ledger(clock)
    first, second = (
        JobRunner(
            transactions=transactions,
            clock=clock,
            jobs=[ledger.job(name) for name in JOBS],
            rules=LeaseRules(length=timedelta(minutes=2)),
        )
        for transactions in replicas
    )
    tenants = [Tenant(new_id(), f"Tenant {new_id()}", START, START) for _ in range(2)]
    async with replicas[0].begin_platform() as platform:
        for tenant in tenants:
            await platform.add_tenant(tenant, None)

    alive = [first, second]
    for tick in range(TICKS):
        if tick == TICKS // 2:
            ledger.hangs = True
            dying = asyncio.create_task(first.run_due())
            await asyncio.wait_for(ledger.hanging.wait(), 20)
            dying.cancel()
            await asyncio.gather(dying, return_exceptions=True)
            ledger.hangs = False
            alive = [second]
        await asyncio.gather(*(each.run_due() for each in alive))
        clock.advance(timedelta(minutes=1))
    # What the dead one had begun is taken over once its lease is over, and that was long ago.
    assert await second.run_due() == len(tenants) * len(JOBS)
    for tenant in tenants:
        async with replicas[1].begin(tenant.tenant_id) as tx:
            runs = await tx.jobs.list("", before=None, limit=1000)
        of_tick = Counter((run.job, run.tick) for run in runs)
        assert set(of_tick.values()) == {1}
        assert len(of_tick) == len(JOBS) * (TICKS + 1)
        assert {run.state for run in runs} == {RunState.SUCCEEDED}
        again = [run for run in runs if run.attempt > 1]
        assert len(again) <= 1, "one was under way when its replica died"
    ours = {each.tenant_id for each in tenants}
    done = sum(count for (tenant_id, *_), count in ledger.done.items() if tenant_id in ours)
    assert done == len(tenants) * len(JOBS) * (TICKS + 1)
