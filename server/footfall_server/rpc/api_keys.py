"""ApiKeyService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import api_key_service_pb2, api_key_service_pb2_grpc

from footfall_server.rpc import convert_api_keys
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.api_keys import ApiKeyService


class ApiKeyServicer(api_key_service_pb2_grpc.ApiKeyServiceServicer):
    """Manages the keys of a tenant's programs."""

    def __init__(self, *, api_keys: ApiKeyService, page_tokens: PageTokens) -> None:
        self._api_keys = api_keys
        self._page_tokens = page_tokens

    async def CreateApiKey(
        self, request: api_key_service_pb2.CreateApiKeyRequest, _context: Any
    ) -> api_key_service_pb2.CreateApiKeyResponse:
        made = await self._api_keys.create(
            current_principal(),
            convert_api_keys.from_new_api_key(request.api_key),
            request_id=from_optional_id(request.request_id),
        )
        return convert_api_keys.to_created_api_key(made)

    async def GetApiKey(
        self, request: api_key_service_pb2.GetApiKeyRequest, _context: Any
    ) -> api_key_service_pb2.ApiKey:
        return convert_api_keys.to_api_key(
            await self._api_keys.get(current_principal(), UUID(request.api_key_id))
        )

    async def ListApiKeys(
        self, request: api_key_service_pb2.ListApiKeysRequest, _context: Any
    ) -> api_key_service_pb2.ListApiKeysResponse:
        principal = current_principal()
        page = await self._api_keys.list(
            principal,
            site_id=from_optional_id(request.site_id),
            after=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return api_key_service_pb2.ListApiKeysResponse(
            api_keys=map(convert_api_keys.to_api_key, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def RevokeApiKey(
        self, request: api_key_service_pb2.RevokeApiKeyRequest, _context: Any
    ) -> api_key_service_pb2.ApiKey:
        return convert_api_keys.to_api_key(
            await self._api_keys.revoke(current_principal(), UUID(request.api_key_id))
        )
