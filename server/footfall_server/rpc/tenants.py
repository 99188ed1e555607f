"""TenantService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import tenant_service_pb2, tenant_service_pb2_grpc
from google.protobuf.empty_pb2 import Empty

from footfall_server.rpc import convert_places, convert_tenant_settings
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id, name
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.tenant_removal import TenantRemoval
from footfall_server.services.tenant_settings import TenantSettingsService
from footfall_server.services.tenants import TenantService


class TenantServicer(tenant_service_pb2_grpc.TenantServiceServicer):
    """Manages the chains that share the installation."""

    def __init__(
        self,
        *,
        tenants: TenantService,
        settings: TenantSettingsService,
        removal: TenantRemoval,
        page_tokens: PageTokens,
    ) -> None:
        self._tenants = tenants
        self._settings = settings
        self._removal = removal
        self._page_tokens = page_tokens

    async def CreateTenant(
        self, request: tenant_service_pb2.CreateTenantRequest, _context: Any
    ) -> tenant_service_pb2.Tenant:
        tenant = await self._tenants.create(
            current_principal(),
            name(request.tenant.display_name, "tenant.display_name"),
            request_id=from_optional_id(request.request_id),
        )
        return convert_places.to_tenant(tenant)

    async def GetTenant(
        self, request: tenant_service_pb2.GetTenantRequest, _context: Any
    ) -> tenant_service_pb2.Tenant:
        return convert_places.to_tenant(await self._tenants.get(UUID(request.tenant_id)))

    async def ListTenants(
        self, request: tenant_service_pb2.ListTenantsRequest, _context: Any
    ) -> tenant_service_pb2.ListTenantsResponse:
        principal = current_principal()
        page = await self._tenants.list(
            after=self._page_tokens.open_name(request, principal), limit=page_limit(request.page_size)
        )
        return tenant_service_pb2.ListTenantsResponse(
            tenants=map(convert_places.to_tenant, page.items),
            next_page_token=self._page_tokens.seal_name(request, principal, page.next_after),
        )

    async def UpdateTenant(
        self, request: tenant_service_pb2.UpdateTenantRequest, _context: Any
    ) -> tenant_service_pb2.Tenant:
        tenant_id, display_name = convert_places.from_tenant_update(request)
        return convert_places.to_tenant(
            await self._tenants.update(current_principal(), tenant_id, display_name=display_name)
        )

    async def DeleteTenant(self, request: tenant_service_pb2.DeleteTenantRequest, _context: Any) -> Empty:
        await self._removal.delete(current_principal(), UUID(request.tenant_id))
        return Empty()

    async def GetTenantSettings(
        self, _request: tenant_service_pb2.GetTenantSettingsRequest, _context: Any
    ) -> tenant_service_pb2.TenantSettings:
        return convert_tenant_settings.to_settings(await self._settings.get(current_principal()))

    async def UpdateTenantSettings(
        self, request: tenant_service_pb2.UpdateTenantSettingsRequest, _context: Any
    ) -> tenant_service_pb2.TenantSettings:
        values = convert_tenant_settings.from_settings_update(request)
        return convert_tenant_settings.to_settings(await self._settings.update(current_principal(), values))
