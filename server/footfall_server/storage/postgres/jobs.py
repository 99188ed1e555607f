"""Jobs in PostgreSQL."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import tenant_jobs


class PostgresJobs:
    """JobRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def claim(self, job: str, *, at: datetime, not_since: datetime) -> bool:
        """See JobRepository.claim. The row is what two replicas meet at: one of them changes nothing."""
        begun = insert(tenant_jobs).values(
            tenant_id=self._connection.tenant_id, job=job, started_at=at, summary=""
        )
        begun = begun.on_conflict_do_update(
            constraint=tenant_jobs.primary_key,
            set_={"started_at": at, "finished_at": None, "summary": ""},
            where=tenant_jobs.c.started_at < not_since,
        )
        return await self._connection.run(begun) == 1

    async def finish(self, job: str, *, at: datetime, summary: str) -> None:
        """See JobRepository.finish."""
        await self._connection.run(
            update(tenant_jobs).where(tenant_jobs.c.job == job).values(finished_at=at, summary=summary)
        )
