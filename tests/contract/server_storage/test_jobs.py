"""Runs of jobs: one of each tick, whoever comes, and whoever comes back too late changes nothing."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from footfall_server.domain.identifiers import new_id
from footfall_server.domain.jobs import JobRun, RunState
from footfall_server.ports import TimeCursor, Transactions
from storage_samples import NOON, minutes


def a_run(job: str = "purge", *, tick: datetime = NOON, at: datetime = NOON) -> JobRun:
    return JobRun(new_id(), job, tick, at, at + minutes(2))


def ended(run: JobRun, *, failure: str = "") -> JobRun:
    state = RunState.FAILED if failure else RunState.SUCCEEDED
    at = run.started_at + minutes(1)
    return replace(run, state=state, finished_at=at, summary={"images": 7}, failure=failure)


async def test_a_tick_is_run_once(transactions: Transactions, tenant_id: UUID) -> None:
    run = a_run()
    async with transactions.begin(tenant_id) as tx:
        assert await tx.jobs.claim(run) == run
        assert await tx.jobs.claim(a_run(at=NOON + minutes(1))) is None, "its lease holds"
        other = a_run("other")
        assert await tx.jobs.claim(other) == other
        later = a_run(tick=NOON + minutes(5), at=NOON + minutes(5))
        assert await tx.jobs.claim(later) == later
    async with transactions.begin(tenant_id) as tx:
        assert await tx.jobs.finish(ended(run))
        assert not await tx.jobs.finish(ended(run, failure="AGAIN")), "it ended before"
        assert await tx.jobs.claim(a_run(at=NOON + timedelta(days=9))) is None, "it is done for good"
        assert (await tx.jobs.list("purge", before=None, limit=9))[-1] == ended(run)


async def test_who_was_away_for_longer_than_its_lease_changes_nothing(
    transactions: Transactions, tenant_id: UUID
) -> None:
    run = a_run()
    async with transactions.begin(tenant_id) as tx:
        await tx.jobs.claim(run)
        assert await tx.jobs.extend(run, NOON + minutes(4))
        assert await tx.jobs.claim(a_run(at=NOON + minutes(3))) is None, "the lease was renewed"
        second = await tx.jobs.claim(a_run(at=NOON + minutes(4)))
    assert second == replace(run, attempt=2, started_at=NOON + minutes(4), lease_until=NOON + minutes(6)), (
        "the same run, begun anew"
    )
    async with transactions.begin(tenant_id) as tx:
        assert not await tx.jobs.extend(run, NOON + minutes(60))
        assert not await tx.jobs.finish(ended(run))
        assert await tx.jobs.finish(ended(second))


async def test_what_is_due_is_told_by_tenant(transactions: Transactions, tenant_id: UUID) -> None:
    async def due(**ticks: datetime) -> list[tuple[str, datetime]]:
        async with transactions.begin_platform() as platform:
            found = await platform.jobs_due(ticks, NOON + minutes(3))
        return [(job, tick) for of, job, tick in found if of == tenant_id]

    assert await due(purge=NOON, expire=NOON) == [("expire", NOON), ("purge", NOON)]
    forgotten = a_run("asked_for", tick=NOON - minutes(9))
    done, going = a_run("purge"), a_run("expire", at=NOON + minutes(2))
    async with transactions.begin(tenant_id) as tx:
        for run in (forgotten, done, going):
            await tx.jobs.claim(run)
        await tx.jobs.finish(ended(done))
    assert await due(purge=NOON, expire=NOON) == [("asked_for", forgotten.tick)], "nobody carries it out"
    assert await due(purge=NOON + minutes(1)) == [
        ("asked_for", forgotten.tick),
        ("purge", NOON + minutes(1)),
    ]


async def test_runs_are_listed_and_forgotten(transactions: Transactions, tenant_id: UUID) -> None:
    names = ("expire", "purge")
    runs = [
        a_run(names[number % 2], tick=NOON + minutes(number), at=NOON + minutes(number // 2))
        for number in range(6)
    ]
    async with transactions.begin(tenant_id) as tx:
        for run in runs:
            await tx.jobs.claim(run)
            await tx.jobs.finish(ended(run))
        newest = sorted(map(ended, runs), key=lambda each: (each.started_at, each.run_id), reverse=True)
        first = await tx.jobs.list("", before=None, limit=4)
        assert list(first) == newest[:4]
        cursor = TimeCursor(first[-1].started_at, first[-1].run_id)
        assert list(await tx.jobs.list("", before=cursor, limit=4)) == newest[4:]
        assert list(await tx.jobs.list("purge", before=None, limit=9)) == [
            each for each in newest if each.job == "purge"
        ]
        assert await tx.jobs.latest() == {"purge": ended(runs[5]), "expire": ended(runs[4])}
        assert await tx.jobs.forget(NOON + minutes(2)) == 2
        assert len(await tx.jobs.list("", before=None, limit=9)) == 4
