"""Which cameras are watched, in PostgreSQL: in a table that is not logged."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.change import PreviewWanted
from footfall_server.domain.preview import PreviewDemand, PreviewSize
from footfall_server.storage.postgres.control_words import say
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import preview_demands as demands


class PostgresPreviews:
    """PreviewRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def want(self, demand: PreviewDemand) -> None:
        """See PreviewRepository.want."""
        mine = (demands.c.camera_id == demand.camera_id, demands.c.replica_id == demand.replica_id)
        before = await self._connection.first(select(demands.c.max_width, demands.c.max_fps).where(*mine))
        given = insert(demands).values(
            tenant_id=self._connection.tenant_id,
            camera_id=demand.camera_id,
            replica_id=demand.replica_id,
            site_id=demand.site_id,
            max_width=demand.size.max_width,
            max_fps=demand.size.max_fps,
            watchers=demand.watchers,
            expires_at=demand.expires_at,
        )
        renewed = ("max_width", "max_fps", "watchers", "expires_at")
        await self._connection.run(
            given.on_conflict_do_update(
                constraint=demands.primary_key, set_={name: given.excluded[name] for name in renewed}
            )
        )
        if before is None or PreviewSize(before.max_width, before.max_fps) != demand.size:
            await say(self._connection, PreviewWanted(self._connection.tenant_id, demand.site_id))

    async def unwant(self, camera_id: UUID, replica_id: UUID, site_id: UUID) -> None:
        """See PreviewRepository.unwant."""
        gone = await self._connection.run(
            delete(demands).where(demands.c.camera_id == camera_id, demands.c.replica_id == replica_id)
        )
        if gone:
            await say(self._connection, PreviewWanted(self._connection.tenant_id, site_id))

    async def wanted_at(self, site_id: UUID, now: datetime) -> Sequence[PreviewDemand]:
        """See PreviewRepository.wanted_at."""
        rows = await self._connection.rows(
            select(demands)
            .where(demands.c.site_id == site_id, demands.c.expires_at > now)
            .order_by(demands.c.camera_id, demands.c.replica_id)
        )
        return [
            PreviewDemand(
                site_id=row.site_id,
                camera_id=row.camera_id,
                replica_id=row.replica_id,
                size=PreviewSize(row.max_width, row.max_fps),
                watchers=row.watchers,
                expires_at=row.expires_at,
            )
            for row in rows
        ]

    async def watchers(self, now: datetime) -> int:
        """See PreviewRepository.watchers."""
        row = await self._connection.first(
            select(func.coalesce(func.sum(demands.c.watchers), 0).label("watchers")).where(
                demands.c.expires_at > now
            )
        )
        return 0 if row is None else int(row.watchers)
