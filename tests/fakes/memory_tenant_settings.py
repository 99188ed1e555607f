"""Fake of what a tenant settles for itself."""

from uuid import UUID

from fakes.memory_tables import TenantTables
from footfall_server.domain.tenant_settings import TenantSettings


class MemoryTenantSettings:
    """Implements TenantSettingsRepository."""

    def __init__(self, tenant_id: UUID, tables: TenantTables) -> None:
        self._tenant_id = tenant_id
        self._tables = tables

    async def get(self) -> TenantSettings:
        return self._tables.settings.get(self._tenant_id, TenantSettings())

    async def save(self, settings: TenantSettings) -> None:
        self._tables.settings[self._tenant_id] = settings
