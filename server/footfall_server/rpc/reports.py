"""ReportService."""

# ruff: noqa: N802 - the methods are named by the proto

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from footfall.v1 import report_service_pb2, report_service_pb2_grpc
from google.api import httpbody_pb2  # type: ignore[import-untyped]

from footfall_server.rpc import convert_reports, convert_restatements, convert_stays
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.rpc.report_files import attachment, file_name, from_format
from footfall_server.services.report_export import ReportExport
from footfall_server.services.reports import ReportService
from footfall_server.services.restatements import Restatements
from footfall_server.services.stays import StayService


class ReportServicer(report_service_pb2_grpc.ReportServiceServicer):
    """Counts visits, and tells of days that were over and changed."""

    def __init__(
        self,
        *,
        reports: ReportService,
        export: ReportExport,
        stays: StayService,
        restatements: Restatements,
        page_tokens: PageTokens,
    ) -> None:
        self._reports = reports
        self._export = export
        self._stays = stays
        self._restatements = restatements
        self._page_tokens = page_tokens

    async def GetVisitors(
        self, request: report_service_pb2.GetVisitorsRequest, _context: Any
    ) -> report_service_pb2.GetVisitorsResponse:
        query = convert_reports.from_visitors_request(request)
        compare = convert_reports.from_compared(request)
        return convert_reports.to_visitors(
            await self._reports.visitors(current_principal(), query, compare=compare)
        )

    async def GetDistribution(
        self, request: report_service_pb2.GetDistributionRequest, _context: Any
    ) -> report_service_pb2.GetDistributionResponse:
        principal = current_principal()
        site_ids = convert_reports.from_site_ids(request.site_ids)
        period = convert_reports.from_period(request.start_date, request.end_date)
        scope = convert_reports.from_scope(request.new_visit_scope)
        match request.distribution:
            case report_service_pb2.DISTRIBUTION_GENDER:
                split = await self._reports.by_gender(principal, site_ids, period)
            case report_service_pb2.DISTRIBUTION_DAY_OF_WEEK:
                split = await self._reports.by_weekday(principal, site_ids, period, scope)
            case _:
                split = await self._reports.by_kind(principal, site_ids, period, scope)
        return convert_reports.to_distribution(split, period, request.distribution)

    async def GetDwell(
        self, request: report_service_pb2.GetDwellRequest, _context: Any
    ) -> report_service_pb2.GetDwellResponse:
        query = convert_reports.from_dwell_request(request)
        return convert_stays.to_dwells(await self._stays.dwell(current_principal(), query))

    async def GetOccupancy(
        self, request: report_service_pb2.GetOccupancyRequest, _context: Any
    ) -> report_service_pb2.GetOccupancyResponse:
        period = convert_reports.from_period(request.start_date, request.end_date)
        length = convert_stays.from_step(request.step)
        presence = await self._stays.occupancy(current_principal(), UUID(request.site_id), period, length)
        return convert_stays.to_occupancy(presence, period)

    async def ExportVisitors(
        self, request: report_service_pb2.ExportVisitorsRequest, context: Any
    ) -> AsyncIterator[httpbody_pb2.HttpBody]:
        query = convert_reports.from_visitors_request(request)
        file_format = from_format(request.format)
        pieces = self._export.pieces(
            current_principal(), query, by_site=request.by_site, file_format=file_format
        )
        begun = False
        async with aclosing(pieces) as written:
            async for piece in written:
                if not begun:
                    await context.send_initial_metadata(attachment(file_name(query.period, file_format)))
                    begun = True
                yield httpbody_pb2.HttpBody(content_type=file_format.content_type, data=piece)

    async def ListRestatements(
        self, request: report_service_pb2.ListRestatementsRequest, _context: Any
    ) -> report_service_pb2.ListRestatementsResponse:
        principal = current_principal()
        page = await self._restatements.list(
            principal,
            convert_restatements.from_request(request),
            before=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return report_service_pb2.ListRestatementsResponse(
            restatements=map(convert_restatements.to_restatement, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )
