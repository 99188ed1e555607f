"""Forgetting people, in PostgreSQL.

The statements that run are few and each takes whole sets. The outbox comes before the gallery, as for the
writer of the index, which may hold some of these faces: it finishes first, and the deletion follows.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, TextClause, Uuid, bindparam, text

from footfall_server.domain.erasure import ErasureCounts
from footfall_server.ports import Erased, ErasedFaces
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import Instant

_IDS = "cast(:ids as uuid[])"


def _of_ids(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("ids", type_=ARRAY(Uuid())))


_OUTBOX = _of_ids(f"""
delete from index_outbox
where face_id = any(array(select face_id from gallery_faces where customer_id = any({_IDS})))
""")  # noqa: S608 - here and below: made of constants
_FACES = _of_ids(f"""
with gone as (
  delete from gallery_faces where customer_id = any({_IDS})
  returning tenant_id, face_id, model_id, exemplar_id
), crops as (
  delete from exemplar_crops where exemplar_id = any(array(select exemplar_id from gone))
), losses as (
  delete from model_change_losses where exemplar_id = any(array(select exemplar_id from gone))
), queued as (
  insert into index_removals (tenant_id, face_id, model_id, enqueued_at)
  select tenant_id, face_id, model_id, :at from gone
  on conflict do nothing
)
select array(select distinct face_id from gone order by face_id) as faces
""").bindparams(bindparam("at", type_=Instant))  # noqa: S608
# Images have no index by track, and a track may have more of them than the one that it shows: one pass over
# the tenant's images, against a set of tracks.
_TRACKS = _of_ids(f"""
with gone as (
  delete from sightings where customer_id = any({_IDS}) returning track_id
), faces as (
  delete from track_faces where track_id = any(array(select track_id from gone))
), reasons as (
  delete from decisions where track_id = any(array(select track_id from gone))
), pictures as (
  delete from images using gone where images.track_id = gone.track_id returning images.object_key
)
select array(select track_id from gone order by track_id) as tracks,
       array(select object_key from pictures order by object_key) as object_keys
""")  # noqa: S608
_ENROLLED = _of_ids(f"""
with gone as (delete from staff_face_images where staff_id = any({_IDS}) returning object_key)
select array(select object_key from gone order by object_key) as object_keys
""")  # noqa: S608
_PREVIEW = _of_ids(f"""
with tracks as materialized (
  select track_id from sightings where customer_id = any({_IDS})
)
select (select count(distinct face_id) from gallery_faces where customer_id = any({_IDS})) as faces,
       (select count(*) from tracks) as tracks,
       (select count(*) from visits where customer_id = any({_IDS})) as visits,
       (select count(*) from images where track_id = any(array(select track_id from tracks)))
         + (select count(*) from staff_face_images where staff_id = any({_IDS})) as images
""")  # noqa: S608
_VISITS = _of_ids(f"delete from visits where customer_id = any({_IDS})")  # noqa: S608
_PEOPLE = _of_ids(f"""
with gone as (
  delete from site_people where customer_id = any({_IDS}) returning tenant_id, site_id
), fewer as (
  select tenant_id, site_id, count(*) as people from gone group by tenant_id, site_id
)
update site_people_counts as known set people = greatest(known.people - fewer.people, 0)
from fewer where known.tenant_id = fewer.tenant_id and known.site_id = fewer.site_id
""")  # noqa: S608
# What is told of changed days keeps its numbers, and no longer the merges that changed them.
_MERGES = _of_ids(f"""
with gone as (
  delete from merges where target_id = any({_IDS}) or source_ids && {_IDS} returning merge_id
), ids as materialized (
  select array_agg(merge_id) as merges from gone
), told as (
  update report_restatements
  set merge_ids = array(select each from unnest(merge_ids) as each where each <> all(ids.merges))
  from ids where merge_ids && ids.merges
)
update report_day_marks set merge_id = null from ids where merge_id = any(ids.merges)
""")  # noqa: S608
_REST = tuple(
    _of_ids(statement)
    for statement in (
        f"delete from distinct_pairs where low_id = any({_IDS}) or high_id = any({_IDS})",  # noqa: S608
        f"delete from merge_suggestions where customer_id = any({_IDS}) or other_ids && {_IDS}",  # noqa: S608
        f"delete from staff_members where staff_id = any({_IDS})",  # noqa: S608
        f"delete from customers where customer_id = any({_IDS})",  # noqa: S608
    )
)


class PostgresErasure:
    """ErasureRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def preview(self, customer_ids: Collection[UUID]) -> ErasureCounts:
        """See ErasureRepository.preview."""
        found = await self._one(_PREVIEW, {"ids": list(customer_ids)})
        return ErasureCounts(found.faces, found.tracks, found.visits, found.images)

    async def erase(self, customer_ids: Collection[UUID], at: datetime) -> Erased:
        """See ErasureRepository.erase."""
        ids = {"ids": list(customer_ids)}
        await self._connection.run(_OUTBOX, ids)
        faces = await self._one(_FACES, {**ids, "at": at})
        enrolled = await self._one(_ENROLLED, ids)
        tracks = await self._one(_TRACKS, ids)
        visits = await self._connection.run(_VISITS, ids)
        await self._connection.run(_PEOPLE, ids)
        await self._connection.run(_MERGES, ids)
        for statement in _REST:
            await self._connection.run(statement, ids)
        return Erased(
            face_ids=tuple(faces.faces),
            track_ids=tuple(tracks.tracks),
            visits=visits,
            object_keys=(*tracks.object_keys, *enrolled.object_keys),
        )

    async def erase_faces(self, customer_ids: Collection[UUID], at: datetime) -> ErasedFaces:
        """See ErasureRepository.erase_faces."""
        ids = {"ids": list(customer_ids)}
        await self._connection.run(_OUTBOX, ids)
        faces = await self._one(_FACES, {**ids, "at": at})
        enrolled = await self._one(_ENROLLED, ids)
        return ErasedFaces(len(faces.faces), tuple(enrolled.object_keys))

    async def _one(self, statement: TextClause, parameters: dict[str, Any]) -> Row[Any]:
        row = await self._connection.first(statement, parameters)
        if row is None:
            raise RuntimeError("a statement that counts answered nothing")
        return row
