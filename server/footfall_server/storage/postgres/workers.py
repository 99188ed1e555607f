"""Edge workers in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, case, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from footfall_server.domain.worker import Worker, WorkerReport, WorkerState, WorkerStatus
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import NameCursor
from footfall_server.storage.postgres.failures import driver_error
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import worker_spools, workers

COLUMNS = (
    workers.c.worker_id,
    workers.c.site_id,
    workers.c.display_name,
    workers.c.software_version,
    workers.c.model_id,
    workers.c.capabilities,
    workers.c.connected_at,
    workers.c.last_seen_at,
    workers.c.link_expires_at,
    workers.c.status,
    workers.c.report,
)

_REPORT = TypeAdapter(WorkerReport)
_RENEWED = (
    "display_name",
    "software_version",
    "model_id",
    "capabilities",
    "spool_id",
    "connected_at",
    "last_seen_at",
    "link_expires_at",
)


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
            model_id=worker.model_id,
            capabilities=list(worker.capabilities),
            spool_id=worker.spool_id,
            connected_at=worker.connected_at,
            last_seen_at=worker.last_seen_at,
            session_id=worker.session_id,
            link_expires_at=worker.link_expires_at,
            status=WorkerStatus.UNKNOWN.value,
        )
        renewed: dict[str, ColumnElement[Any]] = {name: given.excluded[name] for name in _RENEWED}
        # Two links may be let in in the other order than they came: see EdgeRegistry.
        renewed["session_id"] = func.greatest(workers.c.session_id, given.excluded.session_id)
        renewed["status"] = case(
            (workers.c.status == WorkerStatus.OFFLINE.value, WorkerStatus.UNKNOWN.value),
            else_=workers.c.status,
        )
        try:
            admitted = await self._connection.first(
                given.on_conflict_do_update(
                    constraint=workers.primary_key,
                    set_=renewed,
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
        await self._connection.run(
            update(workers)
            .where(workers.c.worker_id == worker_id)
            .values(last_seen_at=func.greatest(workers.c.last_seen_at, at))
        )

    async def report(
        self,
        worker_id: UUID,
        session_id: UUID,
        status: WorkerStatus,
        report: WorkerReport,
        *,
        at: datetime,
        link_expires_at: datetime,
    ) -> WorkerState | None:
        """See WorkerRepository.report. One statement: it comes from every worker, twice a minute."""
        before = (
            select(*COLUMNS)
            .where(workers.c.worker_id == worker_id, workers.c.session_id == session_id)
            .with_for_update()
            .cte("before")
        )
        row = await self._connection.first(
            update(workers)
            .where(workers.c.worker_id == before.c.worker_id)
            .values(
                status=status.value,
                report=_REPORT.dump_json(report).decode(),
                last_seen_at=func.greatest(workers.c.last_seen_at, at),
                link_expires_at=link_expires_at,
            )
            .returning(*before.c)
        )
        return None if row is None else _to_state(row)

    async def end_link(self, worker_id: UUID, session_id: UUID, at: datetime) -> None:
        """See WorkerRepository.end_link."""
        await self._connection.run(
            update(workers)
            .where(
                workers.c.worker_id == worker_id,
                workers.c.session_id == session_id,
                workers.c.link_expires_at > at,
            )
            .values(link_expires_at=at)
        )

    async def expire_links(self, now: datetime) -> Sequence[WorkerState]:
        """See WorkerRepository.expire_links. Of two who ask at once one is answered: the other waits."""
        before = (
            select(*COLUMNS)
            .where(workers.c.status != WorkerStatus.OFFLINE.value, workers.c.link_expires_at <= now)
            .with_for_update()
            .cte("before")
        )
        rows = await self._connection.rows(
            update(workers)
            .where(workers.c.worker_id == before.c.worker_id)
            .values(status=WorkerStatus.OFFLINE.value)
            .returning(*before.c)
        )
        return [_to_state(row) for row in rows]

    async def get(self, worker_id: UUID) -> WorkerState | None:
        """See WorkerRepository.get."""
        row = await self._connection.first(select(*COLUMNS).where(workers.c.worker_id == worker_id))
        return None if row is None else _to_state(row)

    async def find(self, worker_ids: Collection[UUID]) -> Sequence[WorkerState]:
        """See WorkerRepository.find."""
        rows = await self._connection.rows(select(*COLUMNS).where(one_of(workers.c.worker_id, worker_ids)))
        return [_to_state(row) for row in rows]

    async def of_sites(self, site_ids: Collection[UUID]) -> Sequence[WorkerState]:
        """See WorkerRepository.of_sites."""
        rows = await self._connection.rows(select(*COLUMNS).where(one_of(workers.c.site_id, site_ids)))
        return [_to_state(row) for row in rows]

    async def list(
        self, *, sites: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[WorkerState]:
        """See WorkerRepository.list."""
        page = select(*COLUMNS).order_by(workers.c.name_key, workers.c.worker_id).limit(limit)
        if sites is not None:
            page = page.where(one_of(workers.c.site_id, sites))
        if after is not None:
            page = page.where(
                tuple_(workers.c.name_key, workers.c.worker_id)
                > tuple_(func.lower(after.name), after.resource_id)
            )
        return [_to_state(row) for row in await self._connection.rows(page)]

    async def remove(self, worker_id: UUID) -> None:
        """See WorkerRepository.remove."""
        await self._forget(workers.c.worker_id == worker_id)

    async def remove_of_site(self, site_id: UUID) -> None:
        """See WorkerRepository.remove_of_site."""
        await self._forget(workers.c.site_id == site_id)

    async def _forget(self, which: ColumnElement[bool]) -> None:
        gone = delete(workers).where(which).returning(workers.c.worker_id)
        worker_ids = [row.worker_id for row in await self._connection.rows(gone)]
        await self._connection.run(delete(worker_spools).where(one_of(worker_spools.c.worker_id, worker_ids)))


def _to_state(row: Row[Any]) -> WorkerState:
    """A worker from a row that has COLUMNS."""
    return WorkerState(
        worker_id=row.worker_id,
        site_id=row.site_id,
        display_name=row.display_name,
        software_version=row.software_version,
        model_id=row.model_id,
        capabilities=tuple(row.capabilities),
        connected_at=row.connected_at,
        last_seen_at=row.last_seen_at,
        link_expires_at=row.link_expires_at,
        status=WorkerStatus(row.status),
        report=_REPORT.validate_json(row.report),
    )


def _of_another_site(worker: Worker) -> FootfallError:
    return FootfallError(
        ErrorKind.PERMISSION_DENIED,
        "PERMISSION_DENIED",
        f"the worker {worker.worker_id} belongs to another site",
        metadata={"worker_id": str(worker.worker_id)},
    )
