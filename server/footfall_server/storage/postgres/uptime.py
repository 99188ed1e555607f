"""When cameras were to be read, and when they were, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, text, update

from footfall_server.domain.camera_uptime import PATIENCE, UptimeKind, UptimeSpan
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import camera_uptime

_WANT = text(
    """
insert into camera_uptime (tenant_id, camera_id, kind, started_at, site_id)
select :tenant_id, :camera_id, :kind, :at, :site_id
where not exists (
  select from camera_uptime where camera_id = :camera_id and kind = :kind and ended_at is null
)
on conflict do nothing
"""
)
# One statement for all cameras of a heartbeat: it comes twice a minute from every worker.
_SAW = text(
    """
with seen as (
  select camera_id from cameras where site_id = :site_id and camera_id = any(cast(:camera_ids as uuid[]))
), carried_on as (
  update camera_uptime set ended_at = greatest(ended_at, :at) from seen
  where camera_uptime.camera_id = seen.camera_id and kind = :kind
    and ended_at >= :since and started_at <= :at
  returning camera_uptime.camera_id
)
insert into camera_uptime (tenant_id, camera_id, kind, started_at, ended_at, site_id)
select :tenant_id, camera_id, :kind, :at, :at, :site_id from seen
where camera_id not in (select camera_id from carried_on)
on conflict do nothing
"""
)


class PostgresUptime:
    """UptimeRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def want(self, camera_id: UUID, site_id: UUID, at: datetime, *, wanted: bool) -> None:
        """See UptimeRepository.want."""
        if wanted:
            await self._connection.run(
                _WANT,
                {
                    "tenant_id": self._connection.tenant_id,
                    "camera_id": camera_id,
                    "site_id": site_id,
                    "kind": UptimeKind.WANTED.value,
                    "at": at,
                },
            )
            return
        await self._connection.run(
            update(camera_uptime)
            .where(
                camera_uptime.c.camera_id == camera_id,
                camera_uptime.c.kind == UptimeKind.WANTED.value,
                camera_uptime.c.ended_at.is_(None),
            )
            .values(ended_at=at)
        )

    async def saw(self, site_id: UUID, camera_ids: Collection[UUID], at: datetime) -> None:
        """See UptimeRepository.saw."""
        if camera_ids:
            await self._connection.run(
                _SAW,
                {
                    "tenant_id": self._connection.tenant_id,
                    "site_id": site_id,
                    "camera_ids": list(camera_ids),
                    "kind": UptimeKind.UP.value,
                    "at": at,
                    "since": at - PATIENCE,
                },
            )

    async def between(
        self, site_ids: Collection[UUID], start: datetime, end: datetime
    ) -> Sequence[UptimeSpan]:
        """See UptimeRepository.between."""
        rows = await self._connection.rows(
            select(camera_uptime).where(
                one_of(camera_uptime.c.site_id, site_ids),
                camera_uptime.c.started_at < end,
                or_(camera_uptime.c.ended_at.is_(None), camera_uptime.c.ended_at > start),
            )
        )
        return [
            UptimeSpan(row.camera_id, row.site_id, UptimeKind(row.kind), row.started_at, row.ended_at)
            for row in rows
        ]

    async def purge(self, before: datetime) -> int:
        """See UptimeRepository.purge."""
        return await self._connection.run(delete(camera_uptime).where(camera_uptime.c.ended_at < before))
