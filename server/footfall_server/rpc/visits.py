"""VisitService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import explanation_pb2, visit_service_pb2, visit_service_pb2_grpc

from footfall_server.rpc import convert_visits
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_explanations import to_explanation
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.explanations import ExplanationService
from footfall_server.services.visits import VisitService


class VisitServicer(visit_service_pb2_grpc.VisitServiceServicer):
    """Reads visits."""

    def __init__(
        self, *, visits: VisitService, explanations: ExplanationService, page_tokens: PageTokens
    ) -> None:
        self._visits = visits
        self._explanations = explanations
        self._page_tokens = page_tokens

    async def ListVisits(
        self, request: visit_service_pb2.ListVisitsRequest, _context: Any
    ) -> visit_service_pb2.ListVisitsResponse:
        principal = current_principal()
        page = await self._visits.list(
            principal,
            matching=convert_visits.from_visit_filter(request),
            after=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return visit_service_pb2.ListVisitsResponse(
            visits=map(convert_visits.to_visit, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
            revision=page.revision,
        )

    async def GetVisit(
        self, request: visit_service_pb2.GetVisitRequest, _context: Any
    ) -> visit_service_pb2.Visit:
        return convert_visits.to_visit(await self._visits.get(current_principal(), UUID(request.visit_id)))

    async def ExplainVisit(
        self, request: visit_service_pb2.ExplainVisitRequest, _context: Any
    ) -> visit_service_pb2.ExplainVisitResponse:
        visit, explanations = await self._explanations.of_visit(current_principal(), UUID(request.visit_id))
        return visit_service_pb2.ExplainVisitResponse(
            visit=convert_visits.to_visit(visit), explanations=map(to_explanation, explanations)
        )

    async def ExplainEvent(
        self, request: visit_service_pb2.ExplainEventRequest, _context: Any
    ) -> explanation_pb2.Explanation:
        return to_explanation(await self._explanations.of_event(current_principal(), UUID(request.event_id)))
