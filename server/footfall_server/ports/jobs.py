"""Who runs what of a tenant when, so that several replicas do it once."""

from datetime import datetime
from typing import Protocol


class JobRepository(Protocol):
    """The tenant's jobs."""

    async def claim(self, job: str, *, at: datetime, not_since: datetime) -> bool:
        """Whether the job is the caller's to run now: nobody began it since `not_since`. Notes that it did."""
        ...

    async def finish(self, job: str, *, at: datetime, summary: str) -> None:
        """Notes what came of it; names nobody."""
        ...
