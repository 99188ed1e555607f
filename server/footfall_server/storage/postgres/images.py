"""What is known of images, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Row, delete, func, literal, select, update

from footfall_server.domain.image import FaceImage, ImageState
from footfall_server.domain.retention import ImageCutoffs
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import images, sightings

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

    async def captured_before(self, before: ImageCutoffs, limit: int) -> Sequence[FaceImage]:
        """See ImageRepository.captured_before."""
        # The first condition has an index, the second is what is meant.
        own = func.unnest(
            literal(list(before.of_sites), ARRAY(images.c.site_id.type)),
            literal(list(before.of_sites.values()), ARRAY(images.c.captured_at.type)),
        ).table_valued(Column("site_id", images.c.site_id.type), Column("moment", images.c.captured_at.type))
        own = own.render_derived(name="own")
        of_site = select(own.c.moment).where(own.c.site_id == images.c.site_id).scalar_subquery()
        oldest = (
            select(*_SELECTED)
            .where(
                images.c.captured_at < before.latest,
                images.c.captured_at < func.coalesce(of_site, before.others),
            )
            .order_by(images.c.captured_at, images.c.image_id)
            .limit(limit)
        )
        return [_to_image(row) for row in await self._connection.rows(oldest)]

    async def forget(self, image_ids: Collection[UUID]) -> int:
        """See ImageRepository.forget."""
        gone = delete(images).where(one_of(images.c.image_id, image_ids)).returning(images.c.track_id)
        rows = await self._connection.rows(gone)
        # By the track, which sightings have an index by.
        tracks = {row.track_id for row in rows}
        shown = one_of(sightings.c.track_id, tracks) & one_of(sightings.c.image_id, image_ids)
        await self._connection.run(update(sightings).where(shown).values(image_id=None))
        return len(rows)


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
