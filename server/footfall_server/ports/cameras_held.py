"""Who reads a camera, and who is to."""

from typing import Protocol
from uuid import UUID

from footfall_server.domain.places import Camera
from footfall_server.domain.worker import WorkerState
from footfall_server.ports.transactions import Transaction


class CameraHolders(Protocol):
    """Which worker reads a camera."""

    async def holder_of(self, tx: Transaction, camera: Camera) -> WorkerState | None:
        """The worker that reads the camera and has a link; None when there is none."""
        ...


class CameraAssignments(Protocol):
    """Which worker is to read a camera, when people say so."""

    async def assign(self, tx: Transaction, camera: Camera, worker_id: UUID) -> None:
        """The worker is to read the camera, whoever does now."""
        ...

    async def release(self, tx: Transaction, camera: Camera) -> None:
        """Any worker of the site may read the camera."""
        ...
