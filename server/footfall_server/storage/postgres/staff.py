"""What is said of staff, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, Uuid, any_, bindparam, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.staff import StaffDetails, StaffFilter
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import Instant, staff_members

_COLUMNS = (
    "staff_id",
    "employee_number",
    "job_title",
    "email",
    "site_ids",
    "joined_at",
    "left_at",
    "updated_at",
)
# Of somebody of whom nothing was said the details are empty: works everywhere, and did not leave.
_PAGE = text("""
select customers.customer_id
from customers left join staff_members details
  on details.tenant_id = customers.tenant_id and details.staff_id = customers.customer_id
where customers.kind = 'staff' and customers.merged_into is null and customers.state = 'confirmed'
  and customers.number > :after
  and (strpos(lower(customers.display_name), lower(:name)) > 0
       or strpos(lower(details.employee_number), lower(:name)) > 0)
  and (:works_at is null or coalesce(cardinality(details.site_ids), 0) = 0
       or :works_at = any(details.site_ids))
  and (:presence is null
       or (:presence = 'left') = coalesce(details.left_at <= :now, false))
  and (:reach is null or details.site_ids && :reach)
order by customers.number limit :limit
""").bindparams(
    bindparam("name", type_=Text()),
    bindparam("works_at", type_=Uuid()),
    bindparam("presence", type_=Text()),
    bindparam("now", type_=Instant),
    bindparam("reach", type_=ARRAY(Uuid())),
)
_LEAVERS = text("""
select details.staff_id
from staff_members details
join customers root
  on root.tenant_id = details.tenant_id and root.customer_id = details.staff_id
 and root.kind = 'staff' and root.merged_into is null
where details.left_at <= :now
  and exists (
    select from customers member
    where member.root_id = root.customer_id
      and (exists (select from gallery_faces where gallery_faces.customer_id = member.customer_id)
           or exists (select from staff_face_images where staff_face_images.staff_id = member.customer_id)))
order by details.staff_id limit :limit
""").bindparams(bindparam("now", type_=Instant))


class PostgresStaff:
    """StaffRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def find(self, staff_ids: Collection[UUID]) -> Mapping[UUID, StaffDetails]:
        """See StaffRepository.find."""
        rows = await self._connection.rows(
            select(*(staff_members.c[name] for name in _COLUMNS)).where(
                one_of(staff_members.c.staff_id, staff_ids)
            )
        )
        return {row.staff_id: _to_details(row) for row in rows}

    async def save(self, details: StaffDetails) -> None:
        """See StaffRepository.save."""
        values: dict[str, Any] = {name: getattr(details, name) for name in _COLUMNS}
        values["site_ids"] = sorted(details.site_ids)
        statement = insert(staff_members).values(tenant_id=self._connection.tenant_id, **values)
        await self._connection.run(
            statement.on_conflict_do_update(
                constraint="staff_members_pkey",
                set_={name: statement.excluded[name] for name in _COLUMNS[1:]},
            )
        )

    async def page(self, *, matching: StaffFilter, after: int | None, limit: int) -> Sequence[UUID]:
        """See StaffRepository.page."""
        rows = await self._connection.rows(
            _PAGE,
            {
                "after": after or 0,
                "name": matching.name,
                "works_at": matching.works_at,
                "presence": None if matching.presence is None else matching.presence.value,
                "now": matching.now,
                "reach": None if matching.reach is None else sorted(matching.reach),
                "limit": limit,
            },
        )
        return [row.customer_id for row in rows]

    async def leave_site(self, site_id: UUID) -> int:
        """See StaffRepository.leave_site."""
        return await self._connection.run(
            update(staff_members)
            .where(literal(site_id, Uuid()) == any_(staff_members.c.site_ids))
            .values(site_ids=func.array_remove(staff_members.c.site_ids, site_id))
        )

    async def leavers(self, now: datetime, limit: int) -> Sequence[UUID]:
        """See StaffRepository.leavers."""
        rows = await self._connection.rows(_LEAVERS, {"now": now, "limit": limit})
        return [row.staff_id for row in rows]


def _to_details(row: Row[Any]) -> StaffDetails:
    return StaffDetails(
        staff_id=row.staff_id,
        employee_number=row.employee_number,
        job_title=row.job_title,
        email=row.email,
        site_ids=frozenset(row.site_ids),
        joined_at=row.joined_at,
        left_at=row.left_at,
        updated_at=row.updated_at,
    )
