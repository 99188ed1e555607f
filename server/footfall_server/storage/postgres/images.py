"""What is known of images, in PostgreSQL."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from footfall_server.domain.image import FaceImage, ImageState
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import images

_COLUMNS = (
    "image_id",
    "site_id",
    "track_id",
    "object_key",
    "content_type",
    "size_bytes",
    "state",
    "captured_at",
)
_SELECTED = tuple(images.c[name] for name in _COLUMNS)


class PostgresImages:
    """ImageRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def find(self, image_ids: Collection[UUID]) -> Mapping[UUID, FaceImage]:
        """See ImageRepository.find."""
        rows = await self._connection.rows(select(*_SELECTED).where(one_of(images.c.image_id, image_ids)))
        return {row.image_id: _to_image(row) for row in rows}

    async def mark_stored(self, image_ids: Collection[UUID], at: datetime) -> None:
        """See ImageRepository.mark_stored. The first time counts."""
        await self._connection.run(
            update(images)
            .where(one_of(images.c.image_id, image_ids), images.c.state != ImageState.STORED.value)
            .values(state=ImageState.STORED.value, stored_at=at)
        )


def _to_image(row: Row[Any]) -> FaceImage:
    return FaceImage(
        image_id=row.image_id,
        site_id=row.site_id,
        track_id=row.track_id,
        object_key=row.object_key,
        content_type=row.content_type,
        size_bytes=row.size_bytes,
        state=ImageState(row.state),
        captured_at=row.captured_at,
    )
