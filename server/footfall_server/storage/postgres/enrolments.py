"""Faces that staff were enrolled with, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Row, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.face_event import Embedding, FaceQuality
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import Provenance
from footfall_server.domain.staff import EnrolledFace
from footfall_server.ports import Enrolled
from footfall_server.storage.postgres.embeddings import from_bytes, to_bytes
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import Instant, staff_face_images

_SELECT = """
select faces.*, array(
  select model_id from gallery_faces
  where gallery_faces.tenant_id = faces.tenant_id and gallery_faces.exemplar_id = faces.face_id
  order by model_id) as model_ids
from staff_face_images faces
"""
_OF = text(f"{_SELECT} where staff_id = any(cast(:ids as uuid[])) order by created_at, face_id").bindparams(
    bindparam("ids", type_=ARRAY(Uuid()))
)
_REQUESTED = text(f"{_SELECT} where request_id = :request_id").bindparams(
    bindparam("request_id", type_=Uuid())
)
_COUNTED = text("""
select staff_id, count(*) as faces, max(quality_score) as best_quality,
       (array_agg(face_id order by quality_score desc, face_id))[1] as best_id
from staff_face_images where staff_id = any(cast(:ids as uuid[])) group by staff_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))
_EMBEDDINGS = text("""
select enrolled.face_id, faces.embedding
from staff_face_images enrolled join gallery_faces faces
  on faces.tenant_id = enrolled.tenant_id and faces.exemplar_id = enrolled.face_id
where enrolled.staff_id = any(cast(:ids as uuid[])) and faces.model_id = :model_id
order by enrolled.face_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())), bindparam("model_id", type_=Text()))
_BEHIND = text("""
select faces.face_id, enrolled.face_id as enrolled_id
from gallery_faces faces join staff_face_images enrolled
  on enrolled.tenant_id = faces.tenant_id and enrolled.face_id = faces.exemplar_id
where faces.face_id = any(cast(:ids as uuid[]))
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))
# Whoever was enrolled was in no event: the face names itself.
_TEACH = text("""
with added as (
  insert into gallery_faces (tenant_id, face_id, customer_id, model_id, embedding, quality_score, event_id,
                             created_at, provenance, exemplar_id)
  select :tenant_id, given.face_id, :customer_id, given.model_id, given.embedding, :quality_score,
         :exemplar_id, :at, :provenance, :exemplar_id
  from unnest(:face_ids, :model_ids, :embeddings) given (face_id, model_id, embedding)
  returning tenant_id, face_id
), kept as (
  insert into exemplar_crops (tenant_id, exemplar_id, jpeg, created_at)
  values (:tenant_id, :exemplar_id, :jpeg, :at)
)
insert into index_outbox (tenant_id, face_id, enqueued_at) select tenant_id, face_id, :at from added
""").bindparams(
    bindparam("tenant_id", type_=Uuid()),
    bindparam("customer_id", type_=Uuid()),
    bindparam("exemplar_id", type_=Uuid()),
    bindparam("face_ids", type_=ARRAY(Uuid())),
    bindparam("model_ids", type_=ARRAY(Text())),
    bindparam("embeddings", type_=ARRAY(LargeBinary())),
    bindparam("provenance", type_=Text()),
    bindparam("jpeg", type_=LargeBinary()),
    bindparam("at", type_=Instant),
)
# The outbox comes before the gallery, as for its writer, which may hold some of these faces.
_UNQUEUE = text("""
delete from index_outbox
where face_id = any(array(select face_id from gallery_faces where exemplar_id = any(cast(:ids as uuid[]))))
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))
_REMOVE = text("""
with gone as (
  delete from gallery_faces where exemplar_id = any(cast(:ids as uuid[]))
  returning tenant_id, face_id, model_id
), queued as (
  insert into index_removals (tenant_id, face_id, model_id, enqueued_at)
  select tenant_id, face_id, model_id, :at from gone
  on conflict do nothing
), crops as (
  delete from exemplar_crops where exemplar_id = any(cast(:ids as uuid[]))
), losses as (
  delete from model_change_losses where exemplar_id = any(cast(:ids as uuid[]))
)
delete from staff_face_images where face_id = any(cast(:ids as uuid[]))
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())), bindparam("at", type_=Instant))


class PostgresEnrolments:
    """EnrolmentRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def of(self, staff_ids: Collection[UUID]) -> Sequence[EnrolledFace]:
        """See EnrolmentRepository.of."""
        return [_to_face(row) for row in await self._connection.rows(_OF, {"ids": list(staff_ids)})]

    async def counted(self, staff_ids: Collection[UUID]) -> Mapping[UUID, Enrolled]:
        """See EnrolmentRepository.counted."""
        rows = await self._connection.rows(_COUNTED, {"ids": list(staff_ids)})
        return {row.staff_id: Enrolled(row.faces, row.best_id, row.best_quality) for row in rows}

    async def embeddings(self, staff_ids: Collection[UUID], model_id: str) -> Mapping[UUID, Embedding]:
        """See EnrolmentRepository.embeddings."""
        rows = await self._connection.rows(_EMBEDDINGS, {"ids": list(staff_ids), "model_id": model_id})
        return {row.face_id: from_bytes(row.embedding) for row in rows}

    async def behind(self, embedding_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """See EnrolmentRepository.behind."""
        rows = await self._connection.rows(_BEHIND, {"ids": list(embedding_ids)})
        return {row.face_id: row.enrolled_id for row in rows}

    async def requested(self, request_id: UUID) -> EnrolledFace | None:
        """See EnrolmentRepository.requested."""
        row = await self._connection.first(_REQUESTED, {"request_id": request_id})
        return None if row is None else _to_face(row)

    async def add(
        self,
        face: EnrolledFace,
        *,
        embeddings: Mapping[str, Embedding],
        aligned_jpeg: bytes,
        request_id: UUID | None,
    ) -> None:
        """See EnrolmentRepository.add."""
        await self._connection.run(
            insert(staff_face_images).values(
                tenant_id=self._connection.tenant_id,
                face_id=face.face_id,
                staff_id=face.staff_id,
                object_key=face.object_key,
                width=face.width,
                height=face.height,
                box=list(face.box),
                landmarks=list(chain.from_iterable(face.landmarks)),
                quality_score=face.quality.score,
                quality_size=face.quality.size,
                quality_pose=face.quality.pose,
                quality_sharpness=face.quality.sharpness,
                quality_exposure=face.quality.exposure,
                inter_ocular_px=face.quality.inter_ocular_px,
                closest_own=face.closest_own,
                created_at=face.created_at,
                created_by=face.created_by,
                request_id=request_id,
            )
        )
        await self._connection.run(
            _TEACH,
            {
                "tenant_id": self._connection.tenant_id,
                "customer_id": face.staff_id,
                "exemplar_id": face.face_id,
                "face_ids": [new_id() for _ in embeddings],
                "model_ids": list(embeddings),
                "embeddings": [to_bytes(each) for each in embeddings.values()],
                "quality_score": face.quality.score,
                "provenance": Provenance.ENROLLED.value,
                "jpeg": aligned_jpeg,
                "at": face.created_at,
            },
        )

    async def remove(self, face_ids: Collection[UUID], at: datetime) -> None:
        """See EnrolmentRepository.remove."""
        ids = {"ids": list(face_ids)}
        await self._connection.run(_UNQUEUE, ids)
        await self._connection.run(_REMOVE, {**ids, "at": at})


def _to_face(row: Row[Any]) -> EnrolledFace:
    left, top, width, height = row.box
    numbers = iter(row.landmarks)
    return EnrolledFace(
        face_id=row.face_id,
        staff_id=row.staff_id,
        object_key=row.object_key,
        width=row.width,
        height=row.height,
        box=(left, top, width, height),
        landmarks=tuple(zip(numbers, numbers, strict=True)),
        quality=FaceQuality(
            score=row.quality_score,
            size=row.quality_size,
            pose=row.quality_pose,
            sharpness=row.quality_sharpness,
            exposure=row.quality_exposure,
            inter_ocular_px=row.inter_ocular_px,
        ),
        created_at=row.created_at,
        created_by=row.created_by,
        closest_own=row.closest_own,
        model_ids=tuple(row.model_ids),
    )
