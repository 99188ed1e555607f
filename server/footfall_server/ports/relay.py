"""Pictures from one replica to another."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.ports.transactions import Transaction


class PictureRelay(Protocol):
    """Puts pictures down for other replicas, sealed, and takes up theirs. `replica_id` is this one."""

    @property
    def replica_id(self) -> UUID: ...

    async def put(
        self, tx: Transaction, picture_id: UUID, site_id: UUID, picture: bytes, expires_at: datetime
    ) -> None:
        """Puts a picture down in place of an older one with the same id."""
        ...

    async def take(self, tx: Transaction, picture_id: UUID) -> bytes | None:
        """Takes a picture up, and away; None when it is not there any more."""
        ...

    async def show(
        self, tx: Transaction, camera_id: UUID, site_id: UUID, frame: bytes, expires_at: datetime
    ) -> None:
        """Puts a camera's newest frame down; the commit says so to the replicas (FrameStored)."""
        ...

    async def look(self, tx: Transaction, camera_id: UUID) -> bytes | None:
        """A camera's newest frame that another replica put down; None when there is none."""
        ...
