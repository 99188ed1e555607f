"""What people see of jobs, and how they begin one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identity import Principal
from footfall_server.domain.jobs import JobRun
from footfall_server.errors import not_found
from footfall_server.ports import Clock, TimeCursor, Transactions
from footfall_server.services.job_runner import Job, JobRunner
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_for, tenant_of


@dataclass(frozen=True, slots=True)
class JobView:
    """A job of a tenant, when it is due next, and how it went last."""

    job: Job
    next_tick: datetime
    last_run: JobRun | None


class JobService:
    """Lists jobs and runs, and runs one on request."""

    def __init__(self, *, transactions: Transactions, runner: JobRunner, clock: Clock) -> None:
        self._transactions = transactions
        self._runner = runner
        self._clock = clock

    async def jobs(self, principal: Principal) -> Sequence[JobView]:
        """All, by name."""
        async with begin_for(self._transactions, principal) as tx:
            latest = await tx.jobs.latest()
        now = self._clock.now()
        return [
            JobView(job, self._runner.schedule(job.name).next_after(now), latest.get(job.name))
            for job in sorted(self._runner.jobs, key=lambda each: each.name)
        ]

    async def runs(
        self, principal: Principal, job: str, *, before: TimeCursor | None, limit: int
    ) -> Page[JobRun, TimeCursor]:
        """Runs of a job, or of all when it is empty, the newest first."""
        async with begin_for(self._transactions, principal) as tx:
            found = await tx.jobs.list(job, before=before, limit=limit + 1)
        return page_of(found, limit, lambda run: TimeCursor(run.started_at, run.run_id))

    async def run(self, principal: Principal, name: str) -> JobRun:
        """Begins a run on this replica. Raises NOT_FOUND for no job of ours."""
        if name not in {job.name for job in self._runner.jobs}:
            raise not_found("job", name)
        tenant_id, now = tenant_of(principal), self._clock.now()
        async with begin_for(self._transactions, principal) as tx:
            detail = {"job": name}
            await tx.audit.append(
                AuditEntry.of(principal, Action.JOB_RUN, None, at=now, detail=detail, resource="job")
            )
        tick = now
        # Who asks at the moment at which another one did has a run of their own.
        while (
            run := await self._runner.claim(tenant_id, name, tick, requested_by=principal.subject_id)
        ) is None:
            tick += timedelta.resolution
        self._runner.start(tenant_id, run)
        return run
