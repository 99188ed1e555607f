"""AuditService."""

# ruff: noqa: N802 - the methods are named by the proto

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from footfall.v1 import audit_service_pb2, audit_service_pb2_grpc
from google.api import httpbody_pb2  # type: ignore[import-untyped]

from footfall_server.rpc import convert_audit
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.csv_bodies import csv_body
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.audit_log import AuditLogService


class AuditServicer(audit_service_pb2_grpc.AuditServiceServicer):
    """Reads the audit log."""

    def __init__(self, *, audit: AuditLogService, page_tokens: PageTokens) -> None:
        self._audit = audit
        self._page_tokens = page_tokens

    async def ListAuditEntries(
        self, request: audit_service_pb2.ListAuditEntriesRequest, _context: Any
    ) -> audit_service_pb2.ListAuditEntriesResponse:
        principal = current_principal()
        page = await self._audit.list(
            principal,
            matching=convert_audit.from_audit_filter(request),
            before=self._page_tokens.open_number(request, principal),
            limit=page_limit(request.page_size),
        )
        return audit_service_pb2.ListAuditEntriesResponse(
            entries=map(convert_audit.to_audit_entry, page.items),
            next_page_token=self._page_tokens.seal_number(request, principal, page.next_after),
        )

    async def ExportAuditEntries(
        self, request: audit_service_pb2.ExportAuditEntriesRequest, _context: Any
    ) -> AsyncIterator[httpbody_pb2.HttpBody]:
        pieces = self._audit.export(current_principal(), convert_audit.from_audit_filter(request))
        async with aclosing(pieces) as texts:
            async for text in texts:
                yield csv_body(text)
