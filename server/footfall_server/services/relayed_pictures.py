"""Pictures on their way from the replica that has them to the one that is asked for them."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.camera_command import SealedPicture
from footfall_server.ports import Clock, Transaction


class Seal(Protocol):
    """What the replicas share and the database has not."""

    def seal(self, tenant_id: UUID, picture_id: UUID, picture: bytes) -> bytes: ...

    def open(self, tenant_id: UUID, picture_id: UUID, sealed: bytes) -> bytes | None:
        """None for what was sealed as another picture, or with a key that is gone."""
        ...


class RelayedPictures:
    """PictureRelay: seals what it puts down, and takes up what another replica of the same keys put down."""

    def __init__(self, *, seal: Seal, clock: Clock, replica_id: UUID) -> None:
        self._seal = seal
        self._clock = clock
        self.replica_id = replica_id

    async def put(
        self, tx: Transaction, picture_id: UUID, site_id: UUID, picture: bytes, expires_at: datetime
    ) -> None:
        """See PictureRelay.put."""
        await tx.pictures.put(self._sealed(tx, picture_id, site_id, picture, expires_at))

    async def take(self, tx: Transaction, picture_id: UUID) -> bytes | None:
        """See PictureRelay.take."""
        found = await tx.pictures.get(picture_id, self._clock.now())
        if found is None:
            return None
        await tx.pictures.remove(picture_id)
        return self._seal.open(tx.tenant_id, picture_id, found.sealed)

    async def show(
        self, tx: Transaction, camera_id: UUID, site_id: UUID, frame: bytes, expires_at: datetime
    ) -> None:
        """See PictureRelay.show."""
        await tx.pictures.show(self._sealed(tx, camera_id, site_id, frame, expires_at))

    async def look(self, tx: Transaction, camera_id: UUID) -> bytes | None:
        """See PictureRelay.look."""
        found = await tx.pictures.get(camera_id, self._clock.now())
        if found is None or found.replica_id == self.replica_id:
            return None
        return self._seal.open(tx.tenant_id, camera_id, found.sealed)

    def _sealed(
        self, tx: Transaction, picture_id: UUID, site_id: UUID, picture: bytes, expires_at: datetime
    ) -> SealedPicture:
        return SealedPicture(
            picture_id=picture_id,
            site_id=site_id,
            replica_id=self.replica_id,
            sealed=self._seal.seal(tx.tenant_id, picture_id, picture),
            expires_at=expires_at,
        )
