"""All of a tenant's people and faces, in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from footfall_server.domain.person import IdentityState
from footfall_server.ports.clustering import OwnedFace
from footfall_server.storage.postgres.embeddings import from_bytes
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import (
    customers,
    distinct_pairs,
    gallery_faces,
    sightings,
    track_faces,
)


class PostgresPopulation:
    """PopulationRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def exemplars(self, model_id: str, after: UUID | None, limit: int) -> Sequence[OwnedFace]:
        """See PopulationRepository.exemplars."""
        owner, root = customers.alias("owner"), customers.alias("root")
        page = (
            select(
                gallery_faces.c.face_id,
                root.c.customer_id.label("root_id"),
                root.c.state,
                gallery_faces.c.embedding,
                gallery_faces.c.quality_score,
            )
            .join(owner, owner.c.customer_id == gallery_faces.c.customer_id)
            .join(root, root.c.customer_id == owner.c.root_id)
            .where(gallery_faces.c.model_id == model_id)
            .order_by(gallery_faces.c.face_id)
            .limit(limit)
        )
        if after is not None:
            page = page.where(gallery_faces.c.face_id > after)
        return [_to_face(row) for row in await self._connection.rows(page)]

    async def track_faces(self, model_id: str, after: UUID | None, limit: int) -> Sequence[OwnedFace]:
        """See PopulationRepository.track_faces."""
        page = (
            select(
                track_faces.c.track_id.label("face_id"),
                customers.c.customer_id.label("root_id"),
                customers.c.state,
                track_faces.c.embedding,
                track_faces.c.quality_score,
            )
            .join(sightings, sightings.c.track_id == track_faces.c.track_id)
            .join(customers, customers.c.customer_id == sightings.c.customer_id)
            .where(track_faces.c.model_id == model_id)
            .order_by(track_faces.c.track_id)
            .limit(limit)
        )
        if after is not None:
            page = page.where(track_faces.c.track_id > after)
        return [_to_face(row) for row in await self._connection.rows(page)]

    async def distinct_pairs(self) -> Sequence[tuple[UUID, UUID]]:
        """See PopulationRepository.distinct_pairs."""
        low, high = customers.alias("low"), customers.alias("high")
        rows = await self._connection.rows(
            select(low.c.root_id.label("one"), high.c.root_id.label("other"))
            .select_from(distinct_pairs)
            .join(low, low.c.customer_id == distinct_pairs.c.low_id)
            .join(high, high.c.customer_id == distinct_pairs.c.high_id)
        )
        return [(row.one, row.other) for row in rows]


def _to_face(row: Row[Any]) -> OwnedFace:
    return OwnedFace(
        face_id=row.face_id,
        root_id=row.root_id,
        is_waiting=row.state == IdentityState.WAITING.value,
        embedding=from_bytes(row.embedding),
        quality_score=row.quality_score,
    )
