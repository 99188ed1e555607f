"""Commands to a tenant's workers, and pictures on their way between replicas."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.camera_command import CameraCommand, CommandState, SealedPicture


class CommandRepository(Protocol):
    """The tenant's commands. Each is finished once: by its worker, or by time."""

    async def add(self, command: CameraCommand, request_id: UUID | None) -> CameraCommand:
        """Adds a command, or gives the one that was added with the same request_id.

        The commit says so to the replica that has the worker's link (CommandSent). Raises NOT_FOUND when the
        request was another site's.
        """
        ...

    async def get(self, command_id: UUID) -> CameraCommand | None: ...

    async def waiting_for(self, worker_id: UUID, now: datetime) -> Sequence[CameraCommand]:
        """Those that the worker may still begin, oldest first."""
        ...

    async def finish(
        self, command_id: UUID, worker_id: UUID, state: CommandState, detail: str, at: datetime
    ) -> CameraCommand | None:
        """Finishes a command of the worker; returns it as it is then.

        None when it is over already, or another worker's. The commit says so to who waits (CommandFinished).
        """
        ...

    async def expire(self, now: datetime) -> Sequence[CameraCommand]:
        """Marks those EXPIRED that wait for longer than they may; returns each once, as it is then."""
        ...


class PictureRepository(Protocol):
    """Pictures on their way between replicas: kept for seconds, and never in a backup."""

    async def put(self, picture: SealedPicture) -> None:
        """Keeps the picture in place of an older one with the same id."""
        ...

    async def show(self, frame: SealedPicture) -> None:
        """As put, of a camera's frame: the commit says so to the replicas (FrameStored)."""
        ...

    async def get(self, picture_id: UUID, now: datetime) -> SealedPicture | None:
        """None when it is not there or expired."""
        ...

    async def remove(self, picture_id: UUID) -> None: ...
