"""A worker that does what it is told, by a script: the edge's end of commands."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import grpc.aio
from fakes.edge_client import EdgeClient, linked
from fakes.shop import Metadata, Replica
from fakes.wire_events import JPEG
from footfall.v1 import camera_command_pb2, ingest_service_pb2
from footfall_server.domain.identifiers import new_id
from google.protobuf.timestamp_pb2 import Timestamp

Answer = Callable[[camera_command_pb2.EdgeCommand], camera_command_pb2.CommandResult | None]


def succeeds(command: camera_command_pb2.EdgeCommand) -> camera_command_pb2.CommandResult:
    """Done; with a picture when that was asked for."""
    result = camera_command_pb2.CommandResult(
        command_id=command.command_id,
        state=camera_command_pb2.COMMAND_STATE_SUCCEEDED,
        finish_time=Timestamp(seconds=1_772_000_000),
    )
    if command.kind == camera_command_pb2.COMMAND_KIND_SNAPSHOT:
        result.jpeg = JPEG
    return result


def fails(command: camera_command_pb2.EdgeCommand) -> camera_command_pb2.CommandResult:
    """It could not be done."""
    return camera_command_pb2.CommandResult(
        command_id=command.command_id,
        state=camera_command_pb2.COMMAND_STATE_FAILED,
        detail="the camera refuses the password",
        finish_time=Timestamp(seconds=1_772_000_000),
    )


def says_nothing(_command: camera_command_pb2.EdgeCommand) -> None:
    """It hangs."""


@dataclass(slots=True)
class ScriptedWorker:
    """A worker on its link. `heard` are the commands that came, each as often as it came.

    `watched` is what was last said of previews: width and rate by camera; None while nothing was. A frame
    of `shows`, when there is one, is sent of each camera as soon as it is watched.
    """

    worker_id: UUID
    link: EdgeClient
    answer: Answer = succeeds
    shows: bytes = b""
    heard: list[camera_command_pb2.EdgeCommand] = field(default_factory=list)
    watched: Mapping[UUID, tuple[int, float]] | None = None

    async def report(self, *camera_ids: UUID) -> None:
        """Says that it reads these cameras; it is known when this returns. Not while `work` runs."""
        beat = ingest_service_pb2.Heartbeat(
            sent_time=Timestamp(seconds=1_772_000_000), status=ingest_service_pb2.WORKER_STATUS_ONLINE
        )
        for camera_id in camera_ids:
            beat.cameras.add(camera_id=str(camera_id), state=ingest_service_pb2.CAMERA_STATE_ONLINE)
        # What the first said is committed when the second is answered.
        for _ in range(2):
            await self.link.say(heartbeat=beat)
            while (message := await self.link.hear_any()).WhichOneof("message") != "heartbeat":
                await self._do(message)

    async def show(self, camera_id: UUID, jpeg: bytes) -> None:
        """Sends a frame, as while somebody watches."""
        frame = ingest_service_pb2.EdgePreviewFrame(
            camera_id=str(camera_id), jpeg=jpeg, capture_time=Timestamp(seconds=1_772_000_000)
        )
        frame.faces.add(box={"x": 1, "y": 2, "width": 30, "height": 40}, quality_score=0.5)
        await self.link.say(preview_frame=frame)

    async def work(self) -> None:
        """Answers commands until the link ends."""
        while True:
            await self._do(await self.link.hear_any_time())

    async def _do(self, message: ingest_service_pb2.ConnectResponse) -> None:
        if message.WhichOneof("message") == "command":
            self.heard.append(message.command)
            result = self.answer(message.command)
            if result is not None:
                await self.link.say(command_result=result)
        elif message.WhichOneof("message") == "preview_demand":
            self.watched = {
                UUID(each.camera_id): (each.max_width, each.max_fps)
                for each in message.preview_demand.cameras
            }
            for camera_id in self.watched if self.shows else ():
                await self.show(camera_id, self.shows)


@asynccontextmanager
async def at_work(
    core: Replica,
    metadata: Metadata,
    *camera_ids: UUID,
    worker_id: UUID | None = None,
    answer: Answer = succeeds,
    shows: bytes = b"",
) -> AsyncIterator[ScriptedWorker]:
    """A worker with a link, at work for as long as the context is open."""
    worker_id = worker_id or new_id()
    async with linked(core, metadata, worker_id=worker_id) as (link, _):
        worker = ScriptedWorker(worker_id, link, answer, shows)
        await worker.report(*camera_ids)
        working = asyncio.create_task(worker.work())
        try:
            yield worker
        finally:
            working.cancel()
            # The link of one that has a newer one was ended.
            with contextlib.suppress(asyncio.CancelledError, grpc.aio.AioRpcError):
                await working
