"""Edge workers in memory."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_places import page_by_name
from fakes.memory_tables import TenantTables
from footfall_server.domain.worker import Worker, WorkerReport, WorkerState, WorkerStatus
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import NameCursor


class MemoryWorkers:
    """Implements WorkerRepository. `hidden` are rows of sites that the transaction does not see."""

    def __init__(self, tables: TenantTables, hidden: TenantTables) -> None:
        self._tables = tables
        self._hidden = hidden

    async def admit(self, worker: Worker) -> int:
        known = {**self._hidden.workers, **self._tables.workers}.get(worker.worker_id)
        if known is not None and known.site_id != worker.site_id:
            raise FootfallError(
                ErrorKind.PERMISSION_DENIED, "PERMISSION_DENIED", "this worker belongs to another site"
            )
        acked = self._tables.acked.setdefault((worker.worker_id, worker.spool_id), 0)
        session_id = max(worker.session_id, known.session_id) if known else worker.session_id
        self._tables.workers[worker.worker_id] = replace(worker, acked_sequence=acked, session_id=session_id)
        status, report = self._tables.reports.get(worker.worker_id, (WorkerStatus.UNKNOWN, WorkerReport()))
        status = WorkerStatus.UNKNOWN if status is WorkerStatus.OFFLINE else status
        self._tables.reports[worker.worker_id] = status, report
        return acked

    async def advance(self, worker_id: UUID, spool_id: UUID, sequence: int, at: datetime) -> None:
        place = (worker_id, spool_id)
        self._tables.acked[place] = max(sequence, self._tables.acked.get(place, 0))
        worker = self._tables.workers.get(worker_id)
        if worker is not None:
            acked = self._tables.acked[place] if worker.spool_id == spool_id else worker.acked_sequence
            self._tables.workers[worker_id] = replace(worker, acked_sequence=acked, last_seen_at=at)

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
        worker = self._tables.workers.get(worker_id)
        if worker is None or worker.session_id != session_id:
            return None
        before = self._state(worker)
        self._tables.workers[worker_id] = replace(
            worker, last_seen_at=max(worker.last_seen_at, at), link_expires_at=link_expires_at
        )
        self._tables.reports[worker_id] = status, report
        return before

    async def end_link(self, worker_id: UUID, session_id: UUID, at: datetime) -> None:
        worker = self._tables.workers.get(worker_id)
        if worker is not None and worker.session_id == session_id:
            self._tables.workers[worker_id] = replace(worker, link_expires_at=min(worker.link_expires_at, at))

    async def expire_links(self, now: datetime) -> Sequence[WorkerState]:
        expired = [state for state in self._states() if state.is_linked and state.link_expires_at <= now]
        for state in expired:
            self._tables.reports[state.worker_id] = WorkerStatus.OFFLINE, state.report
        return expired

    async def get(self, worker_id: UUID) -> WorkerState | None:
        worker = self._tables.workers.get(worker_id)
        return None if worker is None else self._state(worker)

    async def find(self, worker_ids: Collection[UUID]) -> Sequence[WorkerState]:
        return [state for state in self._states() if state.worker_id in worker_ids]

    async def of_sites(self, site_ids: Collection[UUID]) -> Sequence[WorkerState]:
        return [state for state in self._states() if state.site_id in site_ids]

    async def list(
        self, *, sites: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[WorkerState]:
        rows = {state.worker_id: state for state in self._states() if sites is None or state.site_id in sites}
        return page_by_name(rows, after, limit)

    async def remove(self, worker_id: UUID) -> None:
        self._tables.workers.pop(worker_id, None)
        self._tables.reports.pop(worker_id, None)
        for place in [each for each in self._tables.acked if each[0] == worker_id]:
            del self._tables.acked[place]

    async def remove_of_site(self, site_id: UUID) -> None:
        for state in await self.of_sites([site_id]):
            await self.remove(state.worker_id)

    def _states(self) -> Iterable[WorkerState]:
        return [self._state(worker) for worker in self._tables.workers.values()]

    def _state(self, worker: Worker) -> WorkerState:
        status, report = self._tables.reports[worker.worker_id]
        return WorkerState(
            worker_id=worker.worker_id,
            site_id=worker.site_id,
            display_name=worker.display_name,
            software_version=worker.software_version,
            model_id=worker.model_id,
            capabilities=worker.capabilities,
            connected_at=worker.connected_at,
            last_seen_at=worker.last_seen_at,
            link_expires_at=worker.link_expires_at,
            status=status,
            report=report,
        )
