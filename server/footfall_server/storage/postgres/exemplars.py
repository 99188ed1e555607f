"""Faces that people are recognised by, as they change hands, in PostgreSQL."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.person import GalleryFace
from footfall_server.domain.track_face import TrackFace
from footfall_server.storage.postgres.embeddings import from_bytes, to_bytes
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import Instant, gallery_faces, index_outbox, track_faces

# The outbox comes before the gallery, as for the writer of the index, which may hold some of these faces.
# The index names owners, so it has to take each of them again.
_MOVE = text("""
with theirs as (
  select tenant_id, face_id from gallery_faces
  where customer_id = any(cast(:owners as uuid[])) and track_id = any(cast(:track_ids as uuid[]))
), queued as (
  insert into index_outbox (tenant_id, face_id, enqueued_at)
  select tenant_id, face_id, :at from theirs order by face_id
  on conflict (tenant_id, face_id) do update set not_before = null
  returning tenant_id, face_id
)
update gallery_faces set customer_id = :to, indexed_at = null
from queued where gallery_faces.tenant_id = queued.tenant_id and gallery_faces.face_id = queued.face_id
""").bindparams(
    bindparam("owners", type_=ARRAY(Uuid())),
    bindparam("track_ids", type_=ARRAY(Uuid())),
    bindparam("to", type_=Uuid()),
    bindparam("at", type_=Instant),
)


class PostgresExemplars:
    """ExemplarRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def owners(self, customer_ids: Collection[UUID]) -> frozenset[UUID]:
        """See ExemplarRepository.owners."""
        rows = await self._connection.rows(
            select(gallery_faces.c.customer_id)
            .where(one_of(gallery_faces.c.customer_id, customer_ids))
            .distinct()
        )
        return frozenset(row.customer_id for row in rows)

    async def move(
        self, track_ids: Collection[UUID], *, owners: Collection[UUID], to: UUID, at: datetime
    ) -> int:
        """See ExemplarRepository.move."""
        return await self._connection.run(
            _MOVE, {"owners": list(owners), "track_ids": list(track_ids), "to": to, "at": at}
        )

    async def best_left(self, track_ids: Collection[UUID]) -> TrackFace | None:
        """See ExemplarRepository.best_left."""
        row = await self._connection.first(
            select(
                track_faces.c.track_id,
                track_faces.c.model_id,
                track_faces.c.embedding,
                track_faces.c.quality_score,
                track_faces.c.event_id,
                track_faces.c.seen_at,
            )
            .where(one_of(track_faces.c.track_id, track_ids))
            .order_by(track_faces.c.quality_score.desc(), track_faces.c.track_id.desc())
            .limit(1)
        )
        if row is None:
            return None
        return TrackFace(
            track_id=row.track_id,
            model_id=row.model_id,
            embedding=from_bytes(row.embedding),
            quality_score=row.quality_score,
            event_id=row.event_id,
            seen_at=row.seen_at,
        )

    async def promote(self, face: GalleryFace) -> None:
        """See ExemplarRepository.promote."""
        tenant_id = self._connection.tenant_id
        await self._connection.run(delete(track_faces).where(track_faces.c.track_id == face.track_id))
        await self._connection.run(
            insert(gallery_faces).values(
                tenant_id=tenant_id,
                face_id=face.face_id,
                customer_id=face.customer_id,
                model_id=face.model_id,
                embedding=to_bytes(face.embedding),
                quality_score=face.quality_score,
                event_id=face.event_id,
                created_at=face.created_at,
                exemplar_id=face.exemplar_id,
                provenance=face.provenance.value,
                track_id=face.track_id,
            )
        )
        await self._connection.run(
            insert(index_outbox).values(
                tenant_id=tenant_id, face_id=face.face_id, enqueued_at=face.created_at
            )
        )
