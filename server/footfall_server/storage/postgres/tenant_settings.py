"""A tenant's settings in PostgreSQL: columns of its own row, which the tenant's policy shows it alone."""

from sqlalchemy import select, update

from footfall_server.domain.report_period import Weekday
from footfall_server.domain.tenant_settings import TenantSettings
from footfall_server.errors import not_found
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import tenants


class PostgresTenantSettings:
    """TenantSettingsRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def get(self) -> TenantSettings:
        """See TenantSettingsRepository.get."""
        mine = tenants.c.tenant_id == self._connection.tenant_id
        row = await self._connection.first(
            select(tenants.c.week_start, tenants.c.business_day_start).where(mine)
        )
        if row is None:
            return TenantSettings()
        return TenantSettings(Weekday(row.week_start), row.business_day_start)

    async def save(self, settings: TenantSettings) -> None:
        """See TenantSettingsRepository.save."""
        mine = tenants.c.tenant_id == self._connection.tenant_id
        changed = await self._connection.run(
            update(tenants)
            .where(mine)
            .values(week_start=settings.week_start.value, business_day_start=settings.business_day_start)
        )
        if not changed:
            raise not_found("tenant", self._connection.tenant_id)
