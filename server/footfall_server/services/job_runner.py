"""Runs what is done once in a while for each tenant, every time on one replica."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from footfall_server.domain.identifiers import new_id
from footfall_server.domain.jobs import JobResult, JobRun, RunState
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock, Transactions

LOOK_EVERY: Final = timedelta(minutes=1)
"""How often is looked for what was missed, and for runs whose replica is gone."""
_LOOK_BACK: Final = (timedelta(hours=1), timedelta(days=1), timedelta(days=8), timedelta(days=63))
"""Where the last tick is looked for: a schedule is told forwards only."""
_PASSING: Final = frozenset({ErrorKind.UNAVAILABLE, ErrorKind.ABORTED})

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done for a tenant when the five fields of `cron` say so, in UTC.

    `work` may be begun again after a replica that did it is gone, so to repeat it must do no harm. `purpose`
    says in a sentence what it is for.
    """

    name: str
    cron: str
    purpose: str
    work: Callable[[UUID], Awaitable[JobResult]]


@dataclass(frozen=True, slots=True)
class LeaseRules:
    """How long a run is its replica's, and when one is tried again that could not be done now."""

    length: timedelta = timedelta(minutes=2)
    again_after: timedelta = timedelta(minutes=5)
    most_attempts: int = 5


class Schedule:
    """When a job is due."""

    def __init__(self, cron: str) -> None:
        self.trigger = CronTrigger.from_crontab(cron, timezone=UTC)

    def next_after(self, at: datetime) -> datetime:
        """The first tick after a moment."""
        found: datetime | None = self.trigger.get_next_fire_time(at, at)
        if found is None:
            raise ValueError("the schedule has no next tick")
        return found

    def last_until(self, at: datetime) -> datetime:
        """The newest tick that is not after a moment."""
        for back in _LOOK_BACK:
            tick = self.next_after(at - back)
            if tick > at:
                continue
            while (following := self.next_after(tick)) <= at:
                tick = following
            return tick
        raise ValueError("the schedule has no tick within two months")


class JobRunner:
    """Runs on every replica. A tick of a tenant's job is claimed in the database, so one of them does it.

    The schedule wakes it at each tick; once a minute it looks for ticks that were missed while no replica was
    there, the last one of each job, and takes runs over whose replica is gone.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        clock: Clock,
        jobs: Sequence[Job],
        rules: LeaseRules | None = None,
        each_look: Callable[[], Awaitable[object]] | None = None,
        ended: Callable[[JobRun], None] = lambda _: None,
    ) -> None:
        """each_look: what this replica does for itself whenever it looks; ended: hears of runs that ended."""
        self._transactions = transactions
        self._clock = clock
        self._jobs: Mapping[str, Job] = {job.name: job for job in jobs}
        self._schedules = {job.name: Schedule(job.cron) for job in jobs}
        self._rules = rules or LeaseRules()
        self._each_look = each_look
        self._ended = ended
        self._asked: set[asyncio.Task[object]] = set()

    @property
    def jobs(self) -> Sequence[Job]:
        """All that it runs."""
        return list(self._jobs.values())

    def schedule(self, name: str) -> Schedule:
        """When a job is due."""
        return self._schedules[name]

    async def run(self) -> None:
        """Runs what is due for as long as the process lives. What is under way then is anybody's."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        for name, schedule in self._schedules.items():
            scheduler.add_job(
                self._look, schedule.trigger, args=[name], coalesce=True, misfire_grace_time=None
            )
        scheduler.start()
        try:
            while True:
                await asyncio.sleep(LOOK_EVERY.total_seconds())
                await self._look()
        finally:
            scheduler.shutdown(wait=False)
            for task in tuple(self._asked):
                task.cancel()
            await asyncio.gather(*self._asked, return_exceptions=True)

    async def _look(self, *names: str) -> None:
        try:
            await self.run_due(names)
        except FootfallError as error:
            _log.warning("jobs_wait", reason=error.reason)

    async def run_due(self, names: Sequence[str] = ()) -> int:
        """Does what is due, of these jobs or of all, and nobody else does. Returns how many runs."""
        now = self._clock.now()
        if self._each_look is not None:
            await self._each_look()
        ticks = {name: self._schedules[name].last_until(now) for name in names or self._jobs}
        async with self._transactions.begin_platform() as platform:
            due = await platform.jobs_due(ticks, now)
        done = 0
        for tenant_id, name, tick in due:
            if name in self._jobs:
                run = await self.claim(tenant_id, name, tick)
                done += run is not None
                if run is not None:
                    await self.carry_out(tenant_id, run)
        return done

    async def claim(
        self, tenant_id: UUID, name: str, tick: datetime, *, requested_by: UUID | None = None
    ) -> JobRun | None:
        """Begins the run of a tick; None when it is or was somebody else's."""
        now = self._clock.now()
        run = JobRun(new_id(), name, tick, now, now + self._rules.length, requested_by)
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            return await tx.jobs.claim(run)

    def start(self, tenant_id: UUID, run: JobRun) -> None:
        """Carries a claimed run out beside whatever goes on."""
        task: asyncio.Task[object] = asyncio.create_task(self.carry_out(tenant_id, run))
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def carry_out(self, tenant_id: UUID, run: JobRun) -> JobRun:
        """Does a claimed run, and notes how it went. Raises what keeps that from being noted."""
        log = _log.bind(job=run.job, tenant_id=str(tenant_id), attempt=run.attempt)
        work = asyncio.ensure_future(self._jobs[run.job].work(tenant_id))
        keeping = asyncio.create_task(self._keep(tenant_id, run, work))
        try:
            result = await work
        except FootfallError as error:
            if error.kind in _PASSING and run.attempt < self._rules.most_attempts:
                log.warning("job_waits", reason=error.reason)
                await self._extend(tenant_id, run, self._rules.again_after)
                return run
            result = JobResult({}, error.reason)
        except asyncio.CancelledError:
            if keeping.done() and not keeping.cancelled():
                log.warning("job_lost_to_another_replica")
                return run
            raise
        except Exception:  # of whatever work: the run is over, and the jobs of others go on
            log.exception("job_failed")
            result = JobResult({}, "INTERNAL")
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError, FootfallError):
                await keeping
        ended = replace(
            run,
            state=RunState.FAILED if result.failure else RunState.SUCCEEDED,
            finished_at=self._clock.now(),
            summary=dict(result.summary),
            failure=result.failure,
        )
        async with self._transactions.begin(tenant_id) as tx:
            noted = await tx.jobs.finish(ended)
        if noted:
            self._ended(ended)
        log.info("job_done", noted=noted, failure=result.failure, **result.summary)
        return ended

    async def _keep(self, tenant_id: UUID, run: JobRun, work: asyncio.Future[JobResult]) -> None:
        """Renews the lease while the work goes on. Who lost it stops: somebody else has begun anew."""
        while True:
            await asyncio.sleep(self._rules.length.total_seconds() / 3)
            try:
                if not await self._extend(tenant_id, run, self._rules.length):
                    work.cancel()
                    return
            except FootfallError as error:
                # The next time may come before the lease ends.
                _log.warning("job_lease_not_renewed", job=run.job, reason=error.reason)

    async def _extend(self, tenant_id: UUID, run: JobRun, length: timedelta) -> bool:
        async with self._transactions.begin(tenant_id) as tx:
            return await tx.jobs.extend(run, self._clock.now() + length)
