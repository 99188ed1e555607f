"""ErasureService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import erasure_service_pb2, erasure_service_pb2_grpc

from footfall_server.auth.erasure_key import ErasureKey
from footfall_server.rpc import convert_erasures
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id, plain_text
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.erasures import ErasureService
from footfall_server.services.subject_search import SubjectSearch


class ErasureServicer(erasure_service_pb2_grpc.ErasureServiceServicer):
    """Forgets people who ask for it."""

    def __init__(
        self,
        *,
        erasures: ErasureService,
        subjects: SubjectSearch,
        key: ErasureKey,
        page_tokens: PageTokens,
    ) -> None:
        self._erasures = erasures
        self._subjects = subjects
        self._key = key
        self._page_tokens = page_tokens

    async def FindErasureSubjects(
        self, request: erasure_service_pb2.FindErasureSubjectsRequest, _context: Any
    ) -> erasure_service_pb2.FindErasureSubjectsResponse:
        ticket = plain_text(request.ticket, "ticket")
        return convert_erasures.to_found(
            await self._subjects.find(current_principal(), request.image, ticket)
        )

    async def PreviewErasure(
        self, request: erasure_service_pb2.PreviewErasureRequest, _context: Any
    ) -> erasure_service_pb2.PreviewErasureResponse:
        person, counts = await self._erasures.preview(current_principal(), UUID(request.subject_id))
        return convert_erasures.to_preview(person, counts)

    async def CreateErasure(
        self, request: erasure_service_pb2.CreateErasureRequest, _context: Any
    ) -> erasure_service_pb2.Erasure:
        erasure = await self._erasures.erase(
            current_principal(),
            UUID(request.subject_id),
            plain_text(request.ticket, "ticket"),
            request_id=from_optional_id(request.request_id),
        )
        return convert_erasures.to_erasure(erasure)

    async def GetErasure(
        self, request: erasure_service_pb2.GetErasureRequest, _context: Any
    ) -> erasure_service_pb2.Erasure:
        found = await self._erasures.get(current_principal(), UUID(request.erasure_id))
        return convert_erasures.to_erasure(found)

    async def ListErasures(
        self, request: erasure_service_pb2.ListErasuresRequest, _context: Any
    ) -> erasure_service_pb2.ListErasuresResponse:
        principal = current_principal()
        page = await self._erasures.list(
            principal,
            plain_text(request.ticket, "ticket"),
            before=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return erasure_service_pb2.ListErasuresResponse(
            erasures=map(convert_erasures.to_erasure, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def GetErasureKey(
        self, _request: erasure_service_pb2.GetErasureKeyRequest, _context: Any
    ) -> erasure_service_pb2.ErasureKey:
        return erasure_service_pb2.ErasureKey(key_id=self._key.key_id, public_key=self._key.public_pem)
