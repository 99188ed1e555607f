"""Who runs what of a tenant when, so that several replicas do it once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.jobs import JobRun
from footfall_server.ports.paging import TimeCursor

JobTick = tuple[UUID, str, datetime]
"""A tenant, a job of it, and when it was due."""


class JobRepository(Protocol):
    """The tenant's jobs."""

    async def claim(self, run: JobRun) -> JobRun | None:
        """Notes that a run begins, and gives it as it is now; None when its tick was run, or is being run.

        One whose lease ended is begun anew, as its next attempt.
        """
        ...

    async def extend(self, run: JobRun, until: datetime) -> bool:
        """Renews the lease; False when the run is somebody else's by now."""
        ...

    async def finish(self, run: JobRun) -> bool:
        """Notes how the run ended; False, and nothing happens, when it is somebody else's by now."""
        ...

    async def latest(self) -> Mapping[str, JobRun]:
        """The last run of each job that ever ran."""
        ...

    async def list(self, job: str, *, before: TimeCursor | None, limit: int) -> Sequence[JobRun]:
        """Runs of a job, or of all jobs when it is empty: the newest first, by when they began last."""
        ...

    async def forget(self, before: datetime) -> int:
        """Removes runs that ended before a moment; how many."""
        ...
