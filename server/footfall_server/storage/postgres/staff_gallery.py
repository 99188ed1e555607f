"""The faces of a tenant's staff in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, select, text

from footfall_server.domain.staff_gallery import MOST_FACES, StaffFace
from footfall_server.storage.postgres.embeddings import from_bytes
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import gallery_faces, staff_gallery

# A row without staff is of a face that was somebody's; both sides are null for one that is gone for good.
_CHANGED = f"""
with present as (
  select faces.face_id, member.root_id as staff_id
  from customers staff
  join customers member on member.root_id = staff.customer_id
  join gallery_faces faces on faces.customer_id = member.customer_id and faces.model_id = :model_id
  where staff.kind = 'staff' and staff.root_id = staff.customer_id
  order by faces.created_at, faces.face_id
  limit {MOST_FACES}
), changed as (
  select coalesce(present.face_id, known.face_id) as face_id, present.staff_id
  from present
  full join (select face_id, staff_id from staff_gallery where model_id = :model_id) known
    on known.face_id = present.face_id
  where present.staff_id is distinct from known.staff_id
)
"""  # noqa: S608 - made of constants; whatever comes from outside is a parameter
_IS_CURRENT = text(f"{_CHANGED} select not exists (select from changed) as is_current")  # noqa: S608
# Microseconds, so that a database that was restored from a backup gives no version twice.
_REFRESH = text(
    f"""{_CHANGED}, base as (
      select greatest(coalesce(max(version), 0),
                      floor(extract(epoch from clock_timestamp()) * 1000000)::bigint) as version
      from staff_gallery where model_id = :model_id
    )
    insert into staff_gallery (tenant_id, model_id, face_id, staff_id, version, changed_at)
    select :tenant_id, :model_id, face_id, staff_id,
           base.version + row_number() over (order by face_id), clock_timestamp()
    from changed cross join base
    on conflict (tenant_id, model_id, face_id) do update
    set staff_id = excluded.staff_id, version = excluded.version, changed_at = excluded.changed_at
    """  # noqa: S608 - as above
)


class PostgresStaffGallery:
    """StaffGalleryRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def is_current(self, model_id: str) -> bool:
        """See StaffGalleryRepository.is_current."""
        row = await self._connection.first(_IS_CURRENT, {"model_id": model_id})
        return row is not None and bool(row.is_current)

    async def model_ids(self) -> Sequence[str]:
        """See StaffGalleryRepository.model_ids."""
        some = select(staff_gallery.c.model_id).where(staff_gallery.c.staff_id.is_not(None)).distinct()
        return [row.model_id for row in await self._connection.rows(some.order_by(staff_gallery.c.model_id))]

    async def refresh(self, model_id: str) -> int:
        """See StaffGalleryRepository.refresh."""
        return await self._connection.run(
            _REFRESH, {"model_id": model_id, "tenant_id": self._connection.tenant_id}
        )

    async def version(self, model_id: str) -> int:
        """See StaffGalleryRepository.version."""
        newest = select(func.coalesce(func.max(staff_gallery.c.version), 0).label("version"))
        row = await self._connection.first(newest.where(staff_gallery.c.model_id == model_id))
        return 0 if row is None else int(row.version)

    async def after(self, model_id: str, version: int, limit: int) -> Sequence[StaffFace]:
        """See StaffGalleryRepository.after."""
        rows = await self._connection.rows(
            select(
                staff_gallery.c.face_id,
                staff_gallery.c.staff_id,
                staff_gallery.c.version,
                gallery_faces.c.embedding,
            )
            .select_from(staff_gallery)
            .outerjoin(
                gallery_faces,
                and_(
                    gallery_faces.c.tenant_id == staff_gallery.c.tenant_id,
                    gallery_faces.c.face_id == staff_gallery.c.face_id,
                ),
            )
            .where(staff_gallery.c.model_id == model_id, staff_gallery.c.version > version)
            .order_by(staff_gallery.c.version)
            .limit(limit)
        )
        return [
            # One that was erased a moment ago has no vector any more: it is nobody's.
            StaffFace(row.face_id, None, row.version)
            if row.staff_id is None or row.embedding is None
            else StaffFace(row.face_id, row.staff_id, row.version, from_bytes(row.embedding))
            for row in rows
        ]

    async def purge(self, before: datetime) -> int:
        """See StaffGalleryRepository.purge."""
        return await self._connection.run(
            delete(staff_gallery).where(
                staff_gallery.c.staff_id.is_(None), staff_gallery.c.changed_at < before
            )
        )
