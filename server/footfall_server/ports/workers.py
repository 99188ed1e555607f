"""A tenant's edge workers."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.worker import Worker


class WorkerRepository(Protocol):
    """The tenant's edge workers."""

    async def admit(self, worker: Worker) -> int:
        """Records a worker that connects; its acked_sequence is ignored.

        Returns the sequence that is acknowledged of worker.spool_id: 0 for a spool not seen before. Raises
        PERMISSION_DENIED when the worker_id is known at another site.
        """
        ...

    async def advance(self, worker_id: UUID, spool_id: UUID, sequence: int, at: datetime) -> None:
        """Raises the acknowledged sequence; one that is lower than the known one changes nothing."""
        ...

    async def seen(self, worker_id: UUID, at: datetime) -> None: ...
