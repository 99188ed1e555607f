"""Pictures on their way between replicas, in PostgreSQL: in a table that is not logged, sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.camera_command import SealedPicture
from footfall_server.domain.change import FrameStored
from footfall_server.storage.postgres.control_words import say
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import pictures

_COLUMNS = tuple(column for column in pictures.c if column.name != "tenant_id")


class PostgresPictures:
    """PictureRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def put(self, picture: SealedPicture) -> None:
        """See PictureRepository.put."""
        values = {column.name: getattr(picture, column.name) for column in _COLUMNS}
        given = insert(pictures).values(tenant_id=self._connection.tenant_id, **values)
        await self._connection.run(
            given.on_conflict_do_update(
                constraint=pictures.primary_key,
                set_={name: given.excluded[name] for name in values if name != "picture_id"},
            )
        )

    async def show(self, frame: SealedPicture) -> None:
        """See PictureRepository.show."""
        await self.put(frame)
        await say(self._connection, FrameStored(self._connection.tenant_id, frame.picture_id))

    async def get(self, picture_id: UUID, now: datetime) -> SealedPicture | None:
        """See PictureRepository.get."""
        row = await self._connection.first(
            select(*_COLUMNS).where(pictures.c.picture_id == picture_id, pictures.c.expires_at > now)
        )
        return None if row is None else SealedPicture(**row._mapping)  # noqa: SLF001 - as it is documented

    async def remove(self, picture_id: UUID) -> None:
        """See PictureRepository.remove."""
        await self._connection.run(delete(pictures).where(pictures.c.picture_id == picture_id))
