"""Each tick is run once, what was missed is caught up, and what goes wrong is told."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fakes.counting_shop import Shop
from footfall_server.domain.jobs import JobResult, JobRun, RunState
from footfall_server.errors import ErrorKind, FootfallError, unavailable
from footfall_server.services.job_runner import Job, JobRunner, LeaseRules, Schedule
from hypothesis import given
from hypothesis import strategies as st

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
CRONS = ["* * * * *", "*/15 * * * *", "30 2 * * *", "0 3 * * sun", "0 0 1 * *"]


@given(MOMENTS, st.sampled_from(CRONS))
def test_the_last_tick_is_the_one_that_nothing_follows(at: datetime, cron: str) -> None:
    schedule = Schedule(cron)
    tick = schedule.last_until(at)
    assert tick <= at < schedule.next_after(tick)
    assert schedule.last_until(tick) == tick, "a tick is its own last one"
    assert schedule.next_after(tick - timedelta(seconds=1)) == tick


class Work:
    """Does nothing, as it is told."""

    def __init__(self) -> None:
        self.begun = 0
        self.done = 0
        self.fails: BaseException | None = None
        self.has_begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, _tenant_id: UUID) -> JobResult:
        self.begun += 1
        self.has_begun.set()
        await self.may_end.wait()
        if self.fails is not None:
            raise self.fails
        self.done += 1
        return JobResult({"things": self.done})


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.clock.at = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    return shop


@pytest.fixture
def work() -> Work:
    return Work()


def runner(shop: Shop, work: Work, *, cron: str = "30 2 * * *", rules: LeaseRules | None = None) -> JobRunner:
    job = Job("job", cron, "Does nothing.", work)
    return JobRunner(transactions=shop.transactions, clock=shop.clock, jobs=[job], rules=rules)


def only_run(shop: Shop) -> JobRun:
    [run] = shop.tables.job_runs.values()
    return run


async def test_a_run_says_when_it_was_due_and_how_it_went(shop: Shop, work: Work) -> None:
    assert await runner(shop, work).run_due() == 1
    run = only_run(shop)
    assert (run.job, run.state, run.failure) == ("job", RunState.SUCCEEDED, "")
    assert run.tick == datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
    assert run.summary == {"things": 1}
    assert run.finished_at == shop.clock.now()


async def test_only_the_last_tick_is_caught_up(shop: Shop, work: Work) -> None:
    await runner(shop, work).run_due()
    shop.clock.advance(timedelta(days=5))
    assert await runner(shop, work).run_due() == 1
    assert work.done == 2


async def test_who_came_first_has_it(shop: Shop, work: Work) -> None:
    work.may_end.clear()
    first = asyncio.create_task(runner(shop, work).run_due())
    await work.has_begun.wait()
    assert await runner(shop, work).run_due() == 0
    work.may_end.set()
    assert await first == 1
    assert work.begun == 1


async def test_a_run_whose_replica_is_gone_is_taken_over(shop: Shop, work: Work) -> None:
    work.may_end.clear()
    killed = asyncio.create_task(runner(shop, work).run_due())
    await work.has_begun.wait()
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert only_run(shop).state is RunState.RUNNING
    work.may_end.set()
    assert await runner(shop, work).run_due() == 0, "its lease holds"
    shop.clock.advance(LeaseRules().length)
    assert await runner(shop, work).run_due() == 1
    assert (only_run(shop).state, only_run(shop).attempt) == (RunState.SUCCEEDED, 2)
    assert (work.begun, work.done) == (2, 1)


async def test_who_lost_its_run_stops_and_notes_nothing(shop: Shop, work: Work) -> None:
    work.may_end.clear()
    rules = LeaseRules(length=timedelta(milliseconds=30))
    slow = asyncio.create_task(runner(shop, work, rules=rules).run_due())
    await work.has_begun.wait()
    # Somebody else has it by now: this one's clock stood still.
    taken = replace(only_run(shop), attempt=2)
    shop.tables.job_runs[taken.run_id] = taken
    async with asyncio.timeout(10):
        await slow
    assert only_run(shop) == taken
    assert work.done == 0


async def test_a_lease_is_renewed_while_the_work_goes_on(shop: Shop, work: Work) -> None:
    work.may_end.clear()
    rules = LeaseRules(length=timedelta(milliseconds=30))
    slow = asyncio.create_task(runner(shop, work, rules=rules).run_due())
    await work.has_begun.wait()
    first = only_run(shop).lease_until
    shop.clock.advance(timedelta(hours=1))
    async with asyncio.timeout(10):
        while only_run(shop).lease_until == first:  # noqa: ASYNC110 (nobody tells of it)
            await asyncio.sleep(0.005)
    work.may_end.set()
    await slow
    assert (only_run(shop).state, only_run(shop).attempt) == (RunState.SUCCEEDED, 1)


async def test_what_cannot_be_done_now_is_tried_again_and_given_up_at_last(shop: Shop, work: Work) -> None:
    work.fails = unavailable("STORE_UNAVAILABLE", "the object store cannot be reached")
    jobs = runner(shop, work)
    rules = LeaseRules()
    for attempt in range(1, rules.most_attempts):
        assert await jobs.run_due() == 1
        assert (only_run(shop).state, only_run(shop).attempt) == (RunState.RUNNING, attempt)
        assert await jobs.run_due() == 0, "not at once"
        shop.clock.advance(rules.again_after)
    assert await jobs.run_due() == 1
    assert (only_run(shop).state, only_run(shop).failure) == (RunState.FAILED, "STORE_UNAVAILABLE")
    shop.clock.advance(rules.again_after)
    assert await jobs.run_due() == 0


@pytest.mark.parametrize(
    ("fails", "failure"),
    [
        (FootfallError(ErrorKind.FAILED_PRECONDITION, "MODEL_MISMATCH", "another model"), "MODEL_MISMATCH"),
        (RuntimeError("a name that nobody may read"), "INTERNAL"),
    ],
)
async def test_what_fails_is_told_in_a_word(shop: Shop, work: Work, fails: Exception, failure: str) -> None:
    work.fails = fails
    await runner(shop, work).run_due()
    assert (only_run(shop).state, only_run(shop).failure) == (RunState.FAILED, failure)
    work.fails = None
    assert await runner(shop, work).run_due() == 0, "it waits for its next tick"
