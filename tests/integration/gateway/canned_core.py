"""A small core with canned answers, as a program: `canned_core.py PORT NAME KEYS_FOLDER`.

Only its keys are real: it tells those that are in the folder when it is asked.
"""
# ruff: noqa: N802 - the methods are named by the API

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    image_service_pb2,
    image_service_pb2_grpc,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
    live_service_pb2,
    live_service_pb2_grpc,
    report_service_pb2,
    report_service_pb2_grpc,
    site_service_pb2,
    site_service_pb2_grpc,
    visit_service_pb2,
    visit_service_pb2_grpc,
)
from footfall_server.auth.keys import load_keys
from footfall_server.rpc.convert_accounts import to_jwks
from google.api import httpbody_pb2
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

SERVER_OPTIONS = (
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
)
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
OLDEST_REVISION = 100
Context = grpc.aio.ServicerContext


def rich_status(code: int, message: str, *details: object) -> grpc.Status:
    status = status_pb2.Status(code=code, message=message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return rpc_status.to_status(status)


def error_info(reason: str) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(reason=reason, domain="footfall", metadata={"hint": "canned"})


class Turnstile(auth_service_pb2_grpc.AuthServiceServicer):
    """Each GetMe lets Watch say one more thing, so that tests see messages come one by one."""

    def __init__(self, turns: asyncio.Semaphore, keys: Path) -> None:
        self._turns = turns
        self._keys = keys

    async def GetJwks(
        self, _request: auth_service_pb2.GetJwksRequest, _context: Context
    ) -> auth_service_pb2.GetJwksResponse:
        return to_jwks(load_keys(self._keys).jwks())

    async def IssueToken(
        self, _request: auth_service_pb2.IssueTokenRequest, context: Context
    ) -> auth_service_pb2.IssueTokenResponse:
        """Says what came with the call, where its caller can read it."""
        told = {key: str(value) for key, value in context.invocation_metadata() or ()}
        return auth_service_pb2.IssueTokenResponse(access_token=json.dumps(told))

    async def GetMe(
        self, _request: auth_service_pb2.GetMeRequest, context: Context
    ) -> auth_service_pb2.Principal:
        self._turns.release()
        metadata = dict(context.invocation_metadata() or ())
        return auth_service_pb2.Principal(display_name=str(metadata.get("authorization", "")))


class Sites(site_service_pb2_grpc.SiteServiceServicer):
    def __init__(self, name: str) -> None:
        self._name = name

    async def ListSites(
        self, request: site_service_pb2.ListSitesRequest, _context: Context
    ) -> site_service_pb2.ListSitesResponse:
        site = site_service_pb2.Site(display_name=self._name)
        return site_service_pb2.ListSitesResponse(sites=[site] * max(1, request.page_size))

    async def CreateSite(
        self, request: site_service_pb2.CreateSiteRequest, context: Context
    ) -> site_service_pb2.Site:
        if not request.site.display_name:
            violation = error_details_pb2.BadRequest.FieldViolation(
                field="site.display_name", description="must not be empty"
            )
            bad = error_details_pb2.BadRequest(field_violations=[violation])
            await context.abort_with_status(
                rich_status(code_pb2.INVALID_ARGUMENT, "bad site", error_info("INVALID_FIELD"), bad)
            )
        return request.site


class Visits(visit_service_pb2_grpc.VisitServiceServicer):
    async def GetVisit(
        self, _request: visit_service_pb2.GetVisitRequest, context: Context
    ) -> visit_service_pb2.Visit:
        await context.abort_with_status(
            rich_status(code_pb2.NOT_FOUND, "no such visit", error_info("VISIT_NOT_FOUND"))
        )
        raise AssertionError


class Live(live_service_pb2_grpc.LiveServiceServicer):
    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns

    async def Watch(
        self, request: live_service_pb2.WatchRequest, context: Context
    ) -> AsyncIterator[live_service_pb2.WatchResponse]:
        if request.after_revision and request.after_revision < OLDEST_REVISION:
            await context.abort_with_status(
                rich_status(code_pb2.OUT_OF_RANGE, "too old", error_info("REVISION_COMPACTED"))
            )
        await context.send_initial_metadata(())
        for revision in range(request.after_revision + 1, request.after_revision + 4):
            await self._turns.acquire()
            yield live_service_pb2.WatchResponse(revision=revision)


PICTURES = {
    report_service_pb2.REPORT_FORMAT_PNG: ("image/png", b"\x89PNG\r\n\x1a\n\x00\xff"),
    report_service_pb2.REPORT_FORMAT_PDF: ("application/pdf", b"%PDF-1.4\n\x00\xff"),
}
"""Reports as files: their beginnings, and bytes that are no text."""


class Images(image_service_pb2_grpc.ImageServiceServicer):
    async def GetImage(
        self, _request: image_service_pb2.GetImageRequest, _context: Context
    ) -> httpbody_pb2.HttpBody:
        return httpbody_pb2.HttpBody(content_type="image/jpeg", data=JPEG)


class Reports(report_service_pb2_grpc.ReportServiceServicer):
    async def ExportVisitors(
        self, request: report_service_pb2.ExportVisitorsRequest, context: Context
    ) -> AsyncIterator[httpbody_pb2.HttpBody]:
        kind, data = PICTURES.get(request.format, ("", b""))
        if kind:
            await context.send_initial_metadata(
                (("content-disposition", f'attachment; filename="footfall.{kind.rpartition("/")[2]}"'),)
            )
            for start in range(0, len(data), 4):
                yield httpbody_pb2.HttpBody(content_type=kind, data=data[start : start + 4])
            return
        for line in ("start_date,visits\r\n", f"{request.start_date},7\r\n"):
            yield httpbody_pb2.HttpBody(content_type="text/csv; charset=utf-8", data=line.encode())


class Ingest(ingest_service_pb2_grpc.IngestServiceServicer):
    async def RecordFace(
        self, request: ingest_service_pb2.RecordFaceRequest, _context: Context
    ) -> ingest_service_pb2.RecordFaceResponse:
        return ingest_service_pb2.RecordFaceResponse(event_id=request.event.event_id)

    async def Connect(
        self, requests: AsyncIterator[ingest_service_pb2.ConnectRequest], _context: Context
    ) -> AsyncIterator[ingest_service_pb2.ConnectResponse]:
        async for request in requests:
            if request.WhichOneof("message") == "hello":
                yield ingest_service_pb2.ConnectResponse(welcome=ingest_service_pb2.Welcome(max_in_flight=7))
            else:
                ack = ingest_service_pb2.Ack(acked_through=request.face_event.sequence)
                yield ingest_service_pb2.ConnectResponse(ack=ack)


async def serve(port: int, name: str, keys: Path) -> None:
    server = grpc.aio.server(options=SERVER_OPTIONS)
    turns = asyncio.Semaphore(0)
    health = HealthServicer()
    auth_service_pb2_grpc.add_AuthServiceServicer_to_server(Turnstile(turns, keys), server)
    site_service_pb2_grpc.add_SiteServiceServicer_to_server(Sites(name), server)
    visit_service_pb2_grpc.add_VisitServiceServicer_to_server(Visits(), server)
    live_service_pb2_grpc.add_LiveServiceServicer_to_server(Live(turns), server)
    image_service_pb2_grpc.add_ImageServiceServicer_to_server(Images(), server)
    report_service_pb2_grpc.add_ReportServiceServicer_to_server(Reports(), server)
    ingest_service_pb2_grpc.add_IngestServiceServicer_to_server(Ingest(), server)
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    reflection.enable_server_reflection(["footfall.v1.SiteService", reflection.SERVICE_NAME], server)
    await health.set("", health_pb2.HealthCheckResponse.SERVING)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await server.stop(grace=0.5)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
