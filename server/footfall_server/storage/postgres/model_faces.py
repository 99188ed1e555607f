"""Gallery faces by their model, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Text, Uuid, bindparam, delete, func, select, text

from footfall_server.domain.calibration import SampledFace
from footfall_server.domain.face_event import Embedding
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.models import LackingFace
from footfall_server.storage.postgres.embeddings import from_bytes, to_bytes
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import (
    Instant,
    customer_counters,
    gallery_faces,
    index_outbox,
)

_BEFORE_ALL = UUID(int=0)

_LACKING = text("""
select faces.exemplar_id, crops.jpeg
from gallery_faces faces
left join exemplar_crops crops
  on crops.tenant_id = faces.tenant_id and crops.exemplar_id = faces.exemplar_id
where faces.model_id = :having
  and faces.exemplar_id > :after
  and not exists (select 1 from gallery_faces other
                  where other.exemplar_id = faces.exemplar_id and other.model_id = :model_id)
  and not exists (select 1 from model_change_losses lost
                  where lost.model_change_id = :change_id and lost.exemplar_id = faces.exemplar_id)
order by faces.exemplar_id
limit :limit
""").bindparams(
    bindparam("having", type_=Text()),
    bindparam("model_id", type_=Text()),
    bindparam("after", type_=Uuid()),
    bindparam("change_id", type_=Uuid()),
)
_ADD = text("""
with given as (
  select * from unnest(:face_ids, :exemplar_ids, :embeddings) given (face_id, exemplar_id, embedding)
), added as (
  insert into gallery_faces (tenant_id, face_id, customer_id, model_id, embedding, quality_score, event_id,
                             created_at, provenance, track_id, exemplar_id)
  select faces.tenant_id, given.face_id, faces.customer_id, :model_id, given.embedding, faces.quality_score,
         faces.event_id, faces.created_at, faces.provenance, faces.track_id, faces.exemplar_id
  from given join gallery_faces faces
    on faces.exemplar_id = given.exemplar_id and faces.model_id = :having
  where not exists (select 1 from gallery_faces other
                    where other.exemplar_id = given.exemplar_id and other.model_id = :model_id)
  returning tenant_id, face_id
)
insert into index_outbox (tenant_id, face_id, enqueued_at) select tenant_id, face_id, :at from added
""").bindparams(
    bindparam("face_ids", type_=ARRAY(Uuid())),
    bindparam("exemplar_ids", type_=ARRAY(Uuid())),
    bindparam("embeddings", type_=ARRAY(LargeBinary())),
    bindparam("model_id", type_=Text()),
    bindparam("having", type_=Text()),
    bindparam("at", type_=Instant),
)
_REMOVE = text("""
with gone as (
  delete from gallery_faces where face_id = any(:face_ids) returning tenant_id, face_id, model_id
)
insert into index_removals (tenant_id, face_id, model_id, enqueued_at)
select tenant_id, face_id, model_id, :at from gone
on conflict (tenant_id, face_id) do nothing
""").bindparams(bindparam("face_ids", type_=ARRAY(Uuid())), bindparam("at", type_=Instant))
# An id's hash is as good as a draw, and comes out alike each time.
_SAMPLE = text("""
with owned as (
  select owner.root_id, faces.face_id, md5(faces.face_id::text) as draw
  from gallery_faces faces
  join customers owner on owner.customer_id = faces.customer_id
  join customers root on root.customer_id = owner.root_id and root.state = 'confirmed'
  where faces.model_id = :model_id
), drawn as (
  select root_id from (select distinct root_id from owned) root order by md5(root_id::text) limit :people
), ranked as (
  select owned.root_id, owned.face_id,
         row_number() over (partition by owned.root_id order by owned.draw, owned.face_id) as place
  from owned join drawn on drawn.root_id = owned.root_id
)
select ranked.root_id, coalesce(faces.track_id, faces.exemplar_id) as track_id, faces.embedding
from ranked join gallery_faces faces on faces.face_id = ranked.face_id
where ranked.place <= :faces_of_each
order by md5(ranked.root_id::text), ranked.place
""").bindparams(bindparam("model_id", type_=Text()))


class PostgresModelFaces:
    """ModelFaceRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def lacking(
        self, model_id: str, *, having: str, change_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[LackingFace]:
        """See ModelFaceRepository.lacking."""
        rows = await self._connection.rows(
            _LACKING,
            {
                "model_id": model_id,
                "having": having,
                "change_id": change_id,
                "after": after or _BEFORE_ALL,
                "limit": limit,
            },
        )
        return [LackingFace(row.exemplar_id, row.jpeg or b"") for row in rows]

    async def add(
        self, model_id: str, *, having: str, embeddings: Mapping[UUID, Embedding], at: datetime
    ) -> int:
        """See ModelFaceRepository.add."""
        return await self._connection.run(
            _ADD,
            {
                "face_ids": [new_id() for _ in embeddings],
                "exemplar_ids": list(embeddings),
                "embeddings": [to_bytes(each) for each in embeddings.values()],
                "model_id": model_id,
                "having": having,
                "at": at,
            },
        )

    async def waiting(self, model_id: str, limit: int) -> int:
        """See ModelFaceRepository.waiting."""
        some = (
            select(gallery_faces.c.face_id)
            .where(gallery_faces.c.model_id == model_id, gallery_faces.c.indexed_at.is_(None))
            .limit(limit)
            .subquery()
        )
        [row] = await self._connection.rows(select(func.count().label("faces")).select_from(some))
        return int(row.faces)

    async def remove(self, model_id: str, *, limit: int, at: datetime) -> int:
        """See ModelFaceRepository.remove."""
        rows = await self._connection.rows(
            select(gallery_faces.c.face_id).where(gallery_faces.c.model_id == model_id).limit(limit)
        )
        face_ids = sorted(row.face_id for row in rows)
        # The outbox comes before the gallery, as for its writer, which may hold some of these faces.
        await self._connection.run(delete(index_outbox).where(one_of(index_outbox.c.face_id, face_ids)))
        return await self._connection.run(_REMOVE, {"face_ids": face_ids, "at": at})

    async def sample(self, model_id: str, *, people: int, faces_of_each: int) -> Sequence[SampledFace]:
        """See ModelFaceRepository.sample."""
        rows = await self._connection.rows(
            _SAMPLE, {"model_id": model_id, "people": people, "faces_of_each": faces_of_each}
        )
        return [
            SampledFace(
                root_id=row.root_id,
                track_id=row.track_id,
                embedding=from_bytes(row.embedding),
            )
            for row in rows
        ]

    async def known_people(self) -> int:
        """See ModelFaceRepository.known_people."""
        row = await self._connection.first(select(customer_counters.c.last_number))
        return 0 if row is None else int(row.last_number)
