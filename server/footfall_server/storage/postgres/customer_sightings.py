"""Tracks by person, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, and_, case, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from footfall_server.domain.image import ImageState
from footfall_server.domain.sighting import Sighting
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.sightings import COLUMNS, to_sighting
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import images, sightings

_JOINED = sightings.outerjoin(
    images, and_(images.c.tenant_id == sightings.c.tenant_id, images.c.image_id == sightings.c.image_id)
)
_STORED = images.c.state == ImageState.STORED.value


class PostgresCustomerSightings:
    """CustomerSightingRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def page(
        self, customer_id: UUID, *, sites: Collection[UUID] | None, after: TimeCursor | None, limit: int
    ) -> Sequence[Sighting]:
        """See CustomerSightingRepository.page."""
        shown = case((_STORED, sightings.c.image_id)).label("image_id")
        page = (
            select(*(sightings.c[name] for name in COLUMNS if name != "image_id"), shown)
            .select_from(_JOINED)
            .where(sightings.c.customer_id == customer_id)
            .order_by(sightings.c.first_seen_at.desc(), sightings.c.track_id.desc())
            .limit(limit)
        )
        if after is not None:
            page = page.where(
                tuple_(sightings.c.first_seen_at, sightings.c.track_id) < tuple_(after.at, after.resource_id)
            )
        return [to_sighting(row) for row in await self._connection.rows(_within(page, sites))]

    async def best_images(
        self, customer_ids: Collection[UUID], *, sites: Collection[UUID] | None
    ) -> Mapping[UUID, UUID]:
        """See CustomerSightingRepository.best_images."""
        best = (
            select(sightings.c.customer_id, sightings.c.image_id)
            .select_from(_JOINED)
            .where(one_of(sightings.c.customer_id, customer_ids), _STORED)
            .ext(distinct_on(sightings.c.customer_id))
            .order_by(sightings.c.customer_id, sightings.c.quality_score.desc(), sightings.c.track_id.desc())
        )
        rows = await self._connection.rows(_within(best, sites))
        return {row.customer_id: row.image_id for row in rows}


def _within(
    statement: Select[tuple[object, ...]], sites: Collection[UUID] | None
) -> Select[tuple[object, ...]]:
    return statement if sites is None else statement.where(one_of(sightings.c.site_id, sites))
