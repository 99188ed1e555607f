"""RetentionService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import retention_service_pb2, retention_service_pb2_grpc

from footfall_server.rpc import convert_retention
from footfall_server.rpc.call_context import current_principal
from footfall_server.services.retention import RetentionService


class RetentionServicer(retention_service_pb2_grpc.RetentionServiceServicer):
    """Says how long pictures and templates are kept."""

    def __init__(self, *, retention: RetentionService) -> None:
        self._retention = retention

    async def GetRetention(
        self, _request: retention_service_pb2.GetRetentionRequest, _context: Any
    ) -> retention_service_pb2.Retention:
        return convert_retention.to_retention(await self._retention.get(current_principal()))

    async def UpdateRetention(
        self, request: retention_service_pb2.UpdateRetentionRequest, _context: Any
    ) -> retention_service_pb2.Retention:
        values = convert_retention.from_update(request)
        changed = await self._retention.update(current_principal(), values, etag=request.retention.etag)
        return convert_retention.to_retention(changed)

    async def GetSiteRetention(
        self, request: retention_service_pb2.GetSiteRetentionRequest, _context: Any
    ) -> retention_service_pb2.SiteRetention:
        site_id = UUID(request.site_id)
        held = await self._retention.get_site(current_principal(), site_id)
        return convert_retention.to_site_retention(held, site_id)

    async def UpdateSiteRetention(
        self, request: retention_service_pb2.UpdateSiteRetentionRequest, _context: Any
    ) -> retention_service_pb2.SiteRetention:
        site_id, values = convert_retention.from_site_update(request)
        changed = await self._retention.update_site(
            current_principal(), site_id, values, etag=request.site_retention.etag
        )
        return convert_retention.to_site_retention(changed, site_id)
