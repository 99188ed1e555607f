"""Who runs what of a tenant when, so that several replicas do it once."""

from datetime import datetime
from typing import Protocol


class JobRepository(Protocol):
    """The tenant's jobs."""

    async def claim(self, job: str, *, at: datetime, not_since: datetime) -> bool:
        """Notes that the job begins, unless somebody began it since `not_since`; whether it did."""
        ...

    async def finish(self, job: str, *, at: datetime, summary: str) -> None:
        """Notes what came of it; names nobody."""
        ...
