"""Jobs in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from footfall_server.domain.jobs import JobRun, RunState
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import job_runs

_COLUMNS = (
    job_runs.c.run_id,
    job_runs.c.job,
    job_runs.c.tick,
    job_runs.c.started_at,
    job_runs.c.lease_until,
    job_runs.c.requested_by,
    job_runs.c.attempt,
    job_runs.c.state,
    job_runs.c.finished_at,
    job_runs.c.summary,
    job_runs.c.failure,
)


class PostgresJobs:
    """JobRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def claim(self, run: JobRun) -> JobRun | None:
        """See JobRepository.claim. At the tick's row two replicas meet: one of them changes nothing."""
        begun = insert(job_runs).values(
            tenant_id=self._connection.tenant_id,
            run_id=run.run_id,
            job=run.job,
            tick=run.tick,
            started_at=run.started_at,
            lease_until=run.lease_until,
            requested_by=run.requested_by,
            attempt=run.attempt,
            state=run.state.value,
            summary=dict(run.summary),
            failure=run.failure,
        )
        claimed = begun.on_conflict_do_update(
            constraint="job_runs_tick_key",
            set_={
                "attempt": job_runs.c.attempt + 1,
                "started_at": begun.excluded.started_at,
                "lease_until": begun.excluded.lease_until,
            },
            where=(job_runs.c.state == RunState.RUNNING.value) & (job_runs.c.lease_until <= run.started_at),
        )
        row = await self._connection.first(claimed.returning(*_COLUMNS))
        return None if row is None else _to_run(row)

    async def extend(self, run: JobRun, until: datetime) -> bool:
        """See JobRepository.extend."""
        return await self._change(run, {"lease_until": until})

    async def finish(self, run: JobRun) -> bool:
        """See JobRepository.finish."""
        return await self._change(
            run,
            {
                "state": run.state.value,
                "finished_at": run.finished_at,
                "summary": dict(run.summary),
                "failure": run.failure,
            },
        )

    async def latest(self) -> Mapping[str, JobRun]:
        """See JobRepository.latest."""
        newest = (
            select(*_COLUMNS)
            .ext(distinct_on(job_runs.c.job))
            .order_by(job_runs.c.job, job_runs.c.started_at.desc(), job_runs.c.run_id.desc())
        )
        return {row.job: _to_run(row) for row in await self._connection.rows(newest)}

    async def list(self, job: str, *, before: TimeCursor | None, limit: int) -> Sequence[JobRun]:
        """See JobRepository.list."""
        page = select(*_COLUMNS).order_by(job_runs.c.started_at.desc(), job_runs.c.run_id.desc()).limit(limit)
        if job:
            page = page.where(job_runs.c.job == job)
        if before is not None:
            page = page.where(
                tuple_(job_runs.c.started_at, job_runs.c.run_id) < tuple_(before.at, before.resource_id)
            )
        return [_to_run(row) for row in await self._connection.rows(page)]

    async def forget(self, before: datetime) -> int:
        """See JobRepository.forget."""
        return await self._connection.run(delete(job_runs).where(job_runs.c.finished_at < before))

    async def _change(self, run: JobRun, values: dict[str, Any]) -> bool:
        """Fenced by the attempt: whoever comes back after its lease finds another one there."""
        mine = (job_runs.c.run_id == run.run_id) & (job_runs.c.attempt == run.attempt)
        running = job_runs.c.state == RunState.RUNNING.value
        return await self._connection.run(update(job_runs).where(mine & running).values(values)) == 1


def _to_run(row: Row[Any]) -> JobRun:
    return JobRun(
        run_id=row.run_id,
        job=row.job,
        tick=row.tick,
        started_at=row.started_at,
        lease_until=row.lease_until,
        requested_by=row.requested_by,
        attempt=row.attempt,
        state=RunState(row.state),
        finished_at=row.finished_at,
        summary=row.summary,
        failure=row.failure,
    )
