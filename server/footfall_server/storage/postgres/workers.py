"""Edge workers in PostgreSQL."""

from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from footfall_server.domain.worker import Worker
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.storage.postgres.failures import driver_error
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import worker_spools, workers


class PostgresWorkers:
    """WorkerRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def admit(self, worker: Worker) -> int:
        """See WorkerRepository.admit."""
        given = insert(workers).values(
            tenant_id=self._connection.tenant_id,
            worker_id=worker.worker_id,
            site_id=worker.site_id,
            display_name=worker.display_name,
            software_version=worker.software_version,
            spool_id=worker.spool_id,
            connected_at=worker.connected_at,
            last_seen_at=worker.last_seen_at,
        )
        renewed = ("display_name", "software_version", "spool_id", "connected_at", "last_seen_at")
        try:
            admitted = await self._connection.first(
                given.on_conflict_do_update(
                    constraint=workers.primary_key,
                    set_={name: given.excluded[name] for name in renewed},
                    where=workers.c.site_id == given.excluded.site_id,
                ).returning(workers.c.worker_id)
            )
        except DBAPIError as error:
            # In a transaction that sees no other site, the row that is in the way breaks a policy.
            if not isinstance(driver_error(error), asyncpg.InsufficientPrivilegeError):
                raise
            raise _of_another_site(worker) from None
        if admitted is None:
            raise _of_another_site(worker)
        spool = await self._connection.first(
            select(worker_spools.c.acked_sequence).where(
                worker_spools.c.worker_id == worker.worker_id, worker_spools.c.spool_id == worker.spool_id
            )
        )
        return 0 if spool is None else int(spool.acked_sequence)

    async def advance(self, worker_id: UUID, spool_id: UUID, sequence: int, at: datetime) -> None:
        """See WorkerRepository.advance."""
        given = insert(worker_spools).values(
            tenant_id=self._connection.tenant_id,
            worker_id=worker_id,
            spool_id=spool_id,
            acked_sequence=sequence,
        )
        await self._connection.run(
            given.on_conflict_do_update(
                constraint=worker_spools.primary_key,
                set_={"acked_sequence": given.excluded.acked_sequence},
                where=worker_spools.c.acked_sequence < given.excluded.acked_sequence,
            )
        )
        await self.seen(worker_id, at)

    async def seen(self, worker_id: UUID, at: datetime) -> None:
        """See WorkerRepository.seen."""
        await self._connection.run(
            update(workers)
            .where(workers.c.worker_id == worker_id)
            .values(last_seen_at=func.greatest(workers.c.last_seen_at, at))
        )


def _of_another_site(worker: Worker) -> FootfallError:
    return FootfallError(
        ErrorKind.PERMISSION_DENIED,
        "PERMISSION_DENIED",
        f"the worker {worker.worker_id} belongs to another site",
        metadata={"worker_id": str(worker.worker_id)},
    )
