"""CameraControlService."""

# ruff: noqa: N802 - the methods are named by the proto

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from footfall.v1 import camera_control_service_pb2, camera_control_service_pb2_grpc
from google.api import httpbody_pb2  # type: ignore[import-untyped]
from google.protobuf.empty_pb2 import Empty

from footfall_server.domain.camera_command import CameraCommand, CommandState
from footfall_server.domain.identity import Principal
from footfall_server.domain.preview import PreviewSize
from footfall_server.errors import ErrorKind, FootfallError, unavailable
from footfall_server.live.command_feed import CommandFeed
from footfall_server.live.previews import Previews, WatchedCamera
from footfall_server.rpc import convert_commands
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id
from footfall_server.rpc.convert_workers import to_worker
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.camera_commands import WORKER_RETRY, CameraCommandService
from footfall_server.services.preview_access import PreviewAccess
from footfall_server.services.scope import tenant_of
from footfall_server.services.worker_directory import WorkerDirectory
from footfall_server.services.worker_removal import WorkerRemoval

PREVIEW_CHECK = timedelta(seconds=5)
"""How often it is asked whether a camera may still be watched."""
PREVIEW_SILENCE = timedelta(seconds=15)
"""After how long without a frame the stream says that it lives."""


class CameraControlServicer(camera_control_service_pb2_grpc.CameraControlServiceServicer):
    """Tells workers what to do, and says how they do."""

    def __init__(
        self,
        *,
        workers: WorkerDirectory,
        removal: WorkerRemoval,
        commands: CameraCommandService,
        command_feed: CommandFeed,
        preview_access: PreviewAccess,
        previews: Previews,
        page_tokens: PageTokens,
    ) -> None:
        self._preview_access = preview_access
        self._previews = previews
        self._workers = workers
        self._removal = removal
        self._commands = commands
        self._command_feed = command_feed
        self._page_tokens = page_tokens

    async def SendCommand(
        self, request: camera_control_service_pb2.SendCommandRequest, _context: Any
    ) -> camera_control_service_pb2.CameraCommand:
        principal = current_principal()
        sent = await self._commands.send(principal, convert_commands.from_send_command(request))
        return convert_commands.to_camera_command(await self._finished(principal, sent))

    async def GetSnapshot(
        self, request: camera_control_service_pb2.GetSnapshotRequest, _context: Any
    ) -> httpbody_pb2.HttpBody:
        principal = current_principal()
        sent = await self._commands.send(principal, convert_commands.snapshot_command(request))
        finished = await self._finished(principal, sent)
        if finished.state is CommandState.EXPIRED:
            raise unavailable("WORKER_OFFLINE", "the worker did not answer in time", WORKER_RETRY)
        jpeg = None
        if finished.state is CommandState.SUCCEEDED:
            jpeg = await self._commands.picture_of(principal, finished)
        if jpeg is None:
            raise FootfallError(
                ErrorKind.FAILED_PRECONDITION,
                "NO_PICTURE",
                finished.detail or "the worker sent no picture",
                metadata={"camera_id": request.camera_id},
            )
        return httpbody_pb2.HttpBody(content_type="image/jpeg", data=jpeg)

    async def WatchPreview(
        self, request: camera_control_service_pb2.WatchPreviewRequest, _context: Any
    ) -> AsyncIterator[camera_control_service_pb2.PreviewFrame]:
        principal, camera_id = current_principal(), UUID(request.camera_id)
        loop = asyncio.get_running_loop()
        site_id = await self._preview_access.begin(principal, camera_id)
        camera = WatchedCamera(tenant_of(principal), site_id, camera_id)
        asked = PreviewSize(request.max_width, request.max_fps)
        async with self._previews.watching(camera, asked) as slot:
            checked_at = said_at = loop.time()
            while True:
                frame = await slot.next(PREVIEW_CHECK)
                now = loop.time()
                if frame is not None or now - said_at >= PREVIEW_SILENCE.total_seconds():
                    said_at = now
                    yield camera_control_service_pb2.PreviewFrame.FromString(frame or b"")
                if now - checked_at >= PREVIEW_CHECK.total_seconds():
                    checked_at = now
                    await self._preview_access.check(principal, camera_id)

    async def _finished(self, principal: Principal, sent: CameraCommand) -> CameraCommand:
        """A command once it is over, by its worker's answer or by time."""
        finished = await self._command_feed.finished(tenant_of(principal), sent)
        return finished or await self._commands.give_up(principal, sent.command_id)

    async def ListWorkers(
        self, request: camera_control_service_pb2.ListWorkersRequest, _context: Any
    ) -> camera_control_service_pb2.ListWorkersResponse:
        principal = current_principal()
        page = await self._workers.list(
            principal,
            site_id=from_optional_id(request.site_id),
            after=self._page_tokens.open_name(request, principal),
            limit=page_limit(request.page_size),
        )
        return camera_control_service_pb2.ListWorkersResponse(
            workers=map(to_worker, page.items),
            next_page_token=self._page_tokens.seal_name(request, principal, page.next_after),
            revision=page.revision,
        )

    async def GetWorker(
        self, request: camera_control_service_pb2.GetWorkerRequest, _context: Any
    ) -> camera_control_service_pb2.Worker:
        return to_worker(await self._workers.get(current_principal(), UUID(request.worker_id)))

    async def DeleteWorker(
        self, request: camera_control_service_pb2.DeleteWorkerRequest, _context: Any
    ) -> Empty:
        await self._removal.delete(current_principal(), UUID(request.worker_id))
        return Empty()
