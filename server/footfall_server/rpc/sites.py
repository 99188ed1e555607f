"""SiteService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import site_service_pb2, site_service_pb2_grpc
from google.protobuf.empty_pb2 import Empty

from footfall_server.rpc import convert_places
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.sites import SiteService


class SiteServicer(site_service_pb2_grpc.SiteServiceServicer):
    """Manages a tenant's shops."""

    def __init__(self, *, sites: SiteService, page_tokens: PageTokens) -> None:
        self._sites = sites
        self._page_tokens = page_tokens

    async def CreateSite(
        self, request: site_service_pb2.CreateSiteRequest, _context: Any
    ) -> site_service_pb2.Site:
        site = await self._sites.create(
            current_principal(),
            convert_places.from_new_site(request.site),
            request_id=from_optional_id(request.request_id),
        )
        return convert_places.to_site(site)

    async def GetSite(self, request: site_service_pb2.GetSiteRequest, _context: Any) -> site_service_pb2.Site:
        return convert_places.to_site(await self._sites.get(current_principal(), UUID(request.site_id)))

    async def ListSites(
        self, request: site_service_pb2.ListSitesRequest, _context: Any
    ) -> site_service_pb2.ListSitesResponse:
        principal = current_principal()
        page = await self._sites.list(
            principal,
            after=self._page_tokens.open_name(request, principal),
            limit=page_limit(request.page_size),
        )
        return site_service_pb2.ListSitesResponse(
            sites=map(convert_places.to_site, page.items),
            next_page_token=self._page_tokens.seal_name(request, principal, page.next_after),
        )

    async def UpdateSite(
        self, request: site_service_pb2.UpdateSiteRequest, _context: Any
    ) -> site_service_pb2.Site:
        site_id, values = convert_places.from_site_update(request)
        return convert_places.to_site(await self._sites.update(current_principal(), site_id, values))

    async def DeleteSite(self, request: site_service_pb2.DeleteSiteRequest, _context: Any) -> Empty:
        await self._sites.delete(current_principal(), UUID(request.site_id))
        return Empty()
