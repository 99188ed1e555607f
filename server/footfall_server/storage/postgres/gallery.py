"""Gallery faces and the outbox of the face index, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import (
    ARRAY,
    Row,
    Uuid,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)

from footfall_server.domain.person import GalleryFace, Provenance
from footfall_server.ports import FacePage, FaceStanding, IndexRemoval
from footfall_server.storage.postgres.embeddings import from_bytes
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import (
    gallery_faces,
    index_outbox,
    index_removals,
    track_faces,
)

_COLUMNS = (
    "face_id",
    "customer_id",
    "model_id",
    "embedding",
    "quality_score",
    "event_id",
    "created_at",
    "exemplar_id",
    "provenance",
    "track_id",
)
_SELECTED = tuple(gallery_faces.c[name] for name in _COLUMNS)
# The outbox comes before the gallery, row by row, as for whoever confirms a lot: no two wait for each other.
# Faces that are waiting already are taken, too: a writer may have put them into the index that is lost and
# be about to say so. `do update` waits for it; `do nothing` would leave it the last word.
_REQUEUE = text("""
with queued as (
  insert into index_outbox (tenant_id, face_id, enqueued_at)
  select tenant_id, face_id, created_at from gallery_faces where model_id = :model_id order by face_id
  on conflict (tenant_id, face_id) do update set not_before = null
  returning tenant_id, face_id
)
update gallery_faces set indexed_at = null
from queued where gallery_faces.tenant_id = queued.tenant_id and gallery_faces.face_id = queued.face_id
""")

_REQUEUE_FACES = text("""
with queued as (
  insert into index_outbox (tenant_id, face_id, enqueued_at)
  select tenant_id, face_id, created_at from gallery_faces where face_id = any(:face_ids) order by face_id
  on conflict (tenant_id, face_id) do update set not_before = null
  returning tenant_id, face_id
)
update gallery_faces set indexed_at = null
from queued where gallery_faces.tenant_id = queued.tenant_id and gallery_faces.face_id = queued.face_id
""").bindparams(bindparam("face_ids", type_=ARRAY(Uuid())))


class PostgresGallery:
    """GalleryRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def take_unindexed(self, limit: int) -> Sequence[GalleryFace]:
        """See GalleryRepository.take_unindexed."""
        rows = await self._connection.rows(
            select(*_SELECTED)
            .join(
                index_outbox,
                and_(
                    index_outbox.c.tenant_id == gallery_faces.c.tenant_id,
                    index_outbox.c.face_id == gallery_faces.c.face_id,
                ),
            )
            .where(or_(index_outbox.c.not_before.is_(None), index_outbox.c.not_before <= func.now()))
            .order_by(index_outbox.c.enqueued_at, index_outbox.c.face_id)
            .limit(limit)
            .with_for_update(of=index_outbox, skip_locked=True)
        )
        return [_to_face(row) for row in rows]

    async def confirm_indexed(self, face_ids: Collection[UUID], at: datetime) -> None:
        """See GalleryRepository.confirm_indexed."""
        await self._connection.run(delete(index_outbox).where(one_of(index_outbox.c.face_id, face_ids)))
        await self._connection.run(
            update(gallery_faces).where(one_of(gallery_faces.c.face_id, face_ids)).values(indexed_at=at)
        )

    async def postpone(self, face_ids: Collection[UUID], until: datetime) -> None:
        """See GalleryRepository.postpone."""
        await self._connection.run(
            update(index_outbox)
            .where(one_of(index_outbox.c.face_id, face_ids))
            .values(not_before=until, attempts=index_outbox.c.attempts + literal_column("1"))
        )

    async def requeue(self, model_id: str) -> int:
        """See GalleryRepository.requeue."""
        return await self._connection.run(_REQUEUE, {"model_id": model_id})

    async def waiting(self, model_id: str, created_before: datetime) -> int:
        """See GalleryRepository.waiting."""
        row = await self._connection.first(
            select(func.count().label("faces")).where(
                gallery_faces.c.model_id == model_id,
                gallery_faces.c.indexed_at.is_(None),
                gallery_faces.c.created_at < created_before,
            )
        )
        return 0 if row is None else int(row.faces)

    async def count_indexed(self, model_id: str) -> int:
        """See GalleryRepository.count_indexed."""
        row = await self._connection.first(
            select(func.count().label("faces")).where(
                gallery_faces.c.model_id == model_id, gallery_faces.c.indexed_at.is_not(None)
            )
        )
        return 0 if row is None else int(row.faces)

    async def indexed(
        self, model_id: str, *, since: datetime | None, after: UUID | None, limit: int
    ) -> FacePage:
        """See GalleryRepository.indexed."""
        page = (
            select(gallery_faces.c.face_id, gallery_faces.c.embedding)
            .where(gallery_faces.c.model_id == model_id, gallery_faces.c.indexed_at.is_not(None))
            .order_by(gallery_faces.c.face_id)
            .limit(limit)
        )
        if since is not None:
            page = page.where(gallery_faces.c.indexed_at >= since)
        if after is not None:
            page = page.where(gallery_faces.c.face_id > after)
        rows = await self._connection.rows(page)
        packed = from_bytes(b"".join(row.embedding for row in rows))
        embeddings = packed.astype(np.float32, copy=False).reshape(len(rows), -1 if rows else 0)
        return FacePage([row.face_id for row in rows], embeddings)

    async def standing(self, model_id: str, after: UUID | None, limit: int) -> Sequence[FaceStanding]:
        """See GalleryRepository.standing."""
        page = (
            select(gallery_faces.c.face_id, gallery_faces.c.indexed_at)
            .where(gallery_faces.c.model_id == model_id)
            .order_by(gallery_faces.c.face_id)
            .limit(limit)
        )
        if after is not None:
            page = page.where(gallery_faces.c.face_id > after)
        return [FaceStanding(row.face_id, row.indexed_at) for row in await self._connection.rows(page)]

    async def requeue_faces(self, face_ids: Collection[UUID]) -> None:
        """See GalleryRepository.requeue_faces."""
        await self._connection.run(_REQUEUE_FACES, {"face_ids": list(face_ids)})

    async def forget_track_faces(self, before: datetime) -> int:
        """See GalleryRepository.forget_track_faces."""
        return await self._connection.run(delete(track_faces).where(track_faces.c.seen_at < before))

    async def being_removed(self, face_ids: Collection[UUID]) -> frozenset[UUID]:
        """See GalleryRepository.being_removed."""
        rows = await self._connection.rows(
            select(index_removals.c.face_id).where(one_of(index_removals.c.face_id, face_ids))
        )
        return frozenset(row.face_id for row in rows)

    async def take_removals(self, limit: int) -> Sequence[IndexRemoval]:
        """See GalleryRepository.take_removals."""
        due = or_(index_removals.c.not_before.is_(None), index_removals.c.not_before <= func.now())
        rows = await self._connection.rows(
            select(index_removals.c.face_id, index_removals.c.model_id)
            .where(due)
            .order_by(index_removals.c.enqueued_at, index_removals.c.face_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [IndexRemoval(row.face_id, row.model_id) for row in rows]

    async def confirm_removed(self, face_ids: Collection[UUID]) -> None:
        """See GalleryRepository.confirm_removed."""
        await self._connection.run(delete(index_removals).where(one_of(index_removals.c.face_id, face_ids)))

    async def postpone_removals(self, face_ids: Collection[UUID], until: datetime) -> None:
        """See GalleryRepository.postpone_removals."""
        await self._connection.run(
            update(index_removals)
            .where(one_of(index_removals.c.face_id, face_ids))
            .values(not_before=until, attempts=index_removals.c.attempts + literal_column("1"))
        )


def _to_face(row: Row[Any]) -> GalleryFace:
    return GalleryFace(
        face_id=row.face_id,
        customer_id=row.customer_id,
        model_id=row.model_id,
        embedding=from_bytes(row.embedding),
        quality_score=row.quality_score,
        event_id=row.event_id,
        created_at=row.created_at,
        exemplar_id=row.exemplar_id,
        provenance=Provenance(row.provenance),
        track_id=row.track_id,
    )
