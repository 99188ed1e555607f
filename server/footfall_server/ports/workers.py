"""A tenant's edge workers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.worker import Worker, WorkerReport, WorkerState, WorkerStatus
from footfall_server.ports.paging import NameCursor


class WorkerRepository(Protocol):
    """The tenant's edge workers.

    Of a worker the newest link alone counts: what an older one has to say changes nothing.
    """

    async def admit(self, worker: Worker) -> int:
        """Records a worker that connects; its acked_sequence is ignored.

        Returns the sequence that is acknowledged of worker.spool_id: 0 for a spool not seen before. What was
        reported before stays; a status of OFFLINE becomes UNKNOWN. Raises PERMISSION_DENIED when the
        worker_id is known at another site.
        """
        ...

    async def advance(self, worker_id: UUID, spool_id: UUID, sequence: int, at: datetime) -> None:
        """Raises the acknowledged sequence; one that is lower than the known one changes nothing."""
        ...

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
        """Keeps a report, and the link alive. Returns the state before; None when another link is newer."""
        ...

    async def end_link(self, worker_id: UUID, session_id: UUID, at: datetime) -> None:
        """The link expires at this time, unless it does before."""
        ...

    async def expire_links(self, now: datetime) -> Sequence[WorkerState]:
        """Marks those OFFLINE whose link expired; returns each once, as it was before."""
        ...

    async def get(self, worker_id: UUID) -> WorkerState | None: ...

    async def find(self, worker_ids: Collection[UUID]) -> Sequence[WorkerState]: ...

    async def of_sites(self, site_ids: Collection[UUID]) -> Sequence[WorkerState]: ...

    async def list(
        self, *, sites: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[WorkerState]:
        """By name; those of some sites, or all."""
        ...

    async def remove(self, worker_id: UUID) -> None:
        """Forgets a worker, and its spools."""
        ...

    async def remove_of_site(self, site_id: UUID) -> None:
        """Forgets the workers of a site, and their spools."""
        ...
