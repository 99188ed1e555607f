"""OptOutService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import opt_out_service_pb2, opt_out_service_pb2_grpc
from google.protobuf import empty_pb2

from footfall_server.domain.opt_out import ListedOptOut
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import (
    from_optional_id,
    plain_text,
    to_optional_id,
    to_timestamp,
)
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.opt_outs import OptOutOrder, OptOutService


class OptOutServicer(opt_out_service_pb2_grpc.OptOutServiceServicer):
    """Leaves people out who asked for it."""

    def __init__(self, *, opt_outs: OptOutService, page_tokens: PageTokens) -> None:
        self._opt_outs = opt_outs
        self._page_tokens = page_tokens

    async def CreateOptOut(
        self, request: opt_out_service_pb2.CreateOptOutRequest, _context: Any
    ) -> opt_out_service_pb2.OptOut:
        order = OptOutOrder(
            subject_id=from_optional_id(request.subject_id),
            picture=request.image,
            ticket=plain_text(request.ticket, "ticket"),
            request_id=from_optional_id(request.request_id),
        )
        return _to_opt_out(await self._opt_outs.create(current_principal(), order))

    async def ListOptOuts(
        self, request: opt_out_service_pb2.ListOptOutsRequest, _context: Any
    ) -> opt_out_service_pb2.ListOptOutsResponse:
        principal = current_principal()
        page = await self._opt_outs.list(
            principal,
            plain_text(request.ticket, "ticket"),
            before=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return opt_out_service_pb2.ListOptOutsResponse(
            opt_outs=map(_to_opt_out, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def DeleteOptOut(
        self, request: opt_out_service_pb2.DeleteOptOutRequest, _context: Any
    ) -> empty_pb2.Empty:
        await self._opt_outs.delete(current_principal(), UUID(request.opt_out_id))
        return empty_pb2.Empty()


def _to_opt_out(listed: ListedOptOut) -> opt_out_service_pb2.OptOut:
    opt_out = listed.opt_out
    return opt_out_service_pb2.OptOut(
        opt_out_id=str(opt_out.opt_out_id),
        ticket=opt_out.ticket,
        create_time=to_timestamp(opt_out.created_at),
        create_user_id=to_optional_id(opt_out.created_by),
        erasure_id=to_optional_id(opt_out.erasure_id),
        in_force=listed.in_force,
    )
