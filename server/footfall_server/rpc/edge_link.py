"""One link of an edge worker: what IngestService.Connect does between Hello and the last word."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

import grpc.aio
import structlog
from footfall.v1 import ingest_service_pb2

from footfall_server.domain.camera_lease import LeaseWord
from footfall_server.domain.identity import Principal
from footfall_server.domain.places import DesiredCameras
from footfall_server.errors import ErrorKind, FootfallError, unavailable
from footfall_server.live.desired_cameras import DesiredCameraFeed
from footfall_server.live.edge_registry import EdgeSession
from footfall_server.ports import Clock
from footfall_server.rpc import convert_leases, convert_links, convert_uploads
from footfall_server.rpc.convert_workers import from_heartbeat
from footfall_server.rpc.edge_commands import LinkCommands
from footfall_server.rpc.edge_gallery import LinkGallery
from footfall_server.rpc.edge_leases import LinkLeases
from footfall_server.rpc.edge_previews import LinkPreviews
from footfall_server.rpc.event_intake import TRANSIENT, EventIntake
from footfall_server.rpc.interceptors.behaviour import Context
from footfall_server.rpc.interceptors.stream_lifetimes import Drain, draining
from footfall_server.services.backoff import Backoff
from footfall_server.services.images import ImageService
from footfall_server.services.workers import WorkerService, site_of

AnswerT = TypeVar("AnswerT")

FIRST_DELAY = timedelta(milliseconds=250)
LONGEST_DELAY = timedelta(seconds=10)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LinkManners:
    """What the core asks of a link, and how much it keeps for one."""

    heartbeat_interval: timedelta = timedelta(seconds=30)
    missed_heartbeats: int = 3
    max_in_flight: int = 256
    max_unsent: int = 64
    max_uploads_waiting: int = 16

    @property
    def patience(self) -> timedelta:
        """After how long a silence the link is given up."""
        return self.heartbeat_interval * self.missed_heartbeats


class Outbox:
    """The one way out of a link: everything said goes through it, and one task writes."""

    def __init__(self, context: Context, *, size: int) -> None:
        self._context = context
        self._waiting: asyncio.Queue[ingest_service_pb2.ConnectResponse | None] = asyncio.Queue(size)

    async def say(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Waits while too much is unsent: a worker that does not read is not read either."""
        await self._waiting.put(message)

    async def end(self) -> None:
        """`run` returns when all that was said is written."""
        await self._waiting.put(None)

    async def run(self) -> None:
        while (message := await self._waiting.get()) is not None:
            await self._context.write(message)


class EdgeLink:
    """The tasks of one link. Made for one stream."""

    def __init__(
        self,
        *,
        principal: Principal,
        session: EdgeSession,
        context: Context,
        outbox: Outbox,
        intake: EventIntake,
        cameras: DesiredCameraFeed,
        workers: WorkerService,
        images: ImageService,
        clock: Clock,
        manners: LinkManners,
        drain: Drain,
        commands: LinkCommands,
        previews: LinkPreviews,
        leases: LinkLeases,
        gallery: LinkGallery,
    ) -> None:
        self._gallery = gallery
        self._commands = commands
        self._previews = previews
        self._principal = principal
        self._session = session
        self._context = context
        self._outbox = outbox
        self._intake = intake
        self._cameras = cameras
        self._workers = workers
        self._images = images
        self._clock = clock
        self._manners = manners
        self._drain = drain
        self._leases = leases
        self._uploads: asyncio.Queue[ingest_service_pb2.ConnectRequest] = asyncio.Queue(
            manners.max_uploads_waiting
        )

    async def run(self, told: DesiredCameras) -> None:
        """Returns when the worker hung up and all it said is done with; raises what else ends the link.

        `told` are the cameras that Welcome told of.
        """
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._outbox.run())
            recording = tasks.create_task(self._intake.run())
            side_tasks = [
                tasks.create_task(self._serve_uploads()),
                tasks.create_task(self._tell_of_cameras(told)),
                tasks.create_task(self._commands.tell()),
                tasks.create_task(self._commands.keep_results()),
                tasks.create_task(self._previews.tell()),
                tasks.create_task(self._previews.relay()),
                tasks.create_task(self._leases.tell(self._outbox.say)),
                tasks.create_task(self._gallery.tell(self._outbox.say)),
                tasks.create_task(self._session.watch_replacement()),
            ]
            await self._read_until_drained(tasks)
            if self._drain.has_begun:
                self._intake.give_up_retrying()
            await self._intake.end()
            await recording
            for task in side_tasks:
                task.cancel()
            await self._outbox.end()
            await writing
        if self._drain.has_begun:
            raise draining()

    async def _read_until_drained(self, tasks: asyncio.TaskGroup) -> None:
        reading = tasks.create_task(self._read())
        drained = tasks.create_task(self._drain.begun())
        await asyncio.wait({reading, drained}, return_when=asyncio.FIRST_COMPLETED)
        reading.cancel()
        drained.cancel()

    async def _read(self) -> None:
        """Takes what the worker says until it hangs up. Raises UNAVAILABLE when it is silent for too long."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as silence:
                while True:
                    # Only the wait for the worker counts: one that waits for us is not silent.
                    silence.reschedule(loop.time() + self._manners.patience.total_seconds())
                    message = await self._context.read()
                    silence.reschedule(None)
                    if message is grpc.aio.EOF:
                        return
                    await self._take(message)
        except TimeoutError:
            if silence.expired():
                raise unavailable("LINK_SILENT", "no heartbeat came for too long; connect again") from None
            raise

    async def _take(self, message: ingest_service_pb2.ConnectRequest) -> None:
        match message.WhichOneof("message"):
            case "face_event":
                await self._intake.put(message.face_event)
            case "heartbeat":
                await self._answer_heartbeat(message.heartbeat)
            case "gallery_state":
                self._gallery.take(message.gallery_state)
            case "lease_release":
                await self._leases.release(message.lease_release)
            case "upload_request" | "upload_report":
                await self._uploads.put(message)
            case "command_result":
                await self._commands.take(message.command_result)
            case "preview_frame":
                self._previews.take(message.preview_frame)
            case "hello":
                raise protocol_violation("hello is said once, as the first message")
            case _:
                # Of a worker that can more than this core: it works without being heard, too.
                pass

    async def _answer_heartbeat(self, heartbeat: ingest_service_pb2.Heartbeat) -> None:
        async def say(leases: Sequence[ingest_service_pb2.CameraLease]) -> None:
            now = self._clock.now()
            await self._outbox.say(convert_links.to_heartbeat_answer(heartbeat.sent_time, now, leases))

        status, report = from_heartbeat(heartbeat)
        held = convert_leases.from_held(heartbeat.held_cameras)
        await self._leases.answer(held, report.clock_offset, say)
        log.debug(
            "worker_heartbeat",
            worker_id=str(self._session.worker_id),
            spooled=heartbeat.spooled_events,
            dropped=heartbeat.dropped_events,
        )
        session = self._session
        try:
            await self._workers.report(self._principal, session.worker_id, session.session_id, status, report)
        except FootfallError as error:
            # What it says is worth no more than the next heartbeat.
            if error.kind not in TRANSIENT:
                raise

    async def _serve_uploads(self) -> None:
        """Answers upload messages in their order, however long the store is away."""
        while True:
            message = await self._uploads.get()
            if message.WhichOneof("message") == "upload_request":
                asked = convert_uploads.from_image_ids(message.upload_request.image_ids)
                grants = await _patiently(partial(self._images.grants, self._principal, asked))
                await self._outbox.say(convert_uploads.to_upload_grants(grants))
            else:
                put = convert_uploads.from_image_ids(message.upload_report.image_ids)
                receipt = await _patiently(partial(self._images.report, self._principal, put))
                await self._outbox.say(convert_uploads.to_upload_receipt(receipt))

    async def _tell_of_cameras(self, told: DesiredCameras) -> None:
        backoff = Backoff(first=FIRST_DELAY, limit=LONGEST_DELAY)
        tenant_id, site_id = self._session.tenant_id, site_of(self._principal)
        while True:
            try:
                async with aclosing(self._cameras.sets(tenant_id, site_id)) as sets:
                    async for desired in sets:
                        if desired.cameras != told.cameras:
                            await self._tell_desired(desired)
                        told = desired
                        backoff.succeeded()
            except FootfallError as error:
                if error.kind not in TRANSIENT:
                    raise
                await asyncio.sleep(backoff.failed().total_seconds())

    async def _tell_desired(self, desired: DesiredCameras) -> None:
        async def say(leases: Mapping[UUID, LeaseWord]) -> None:
            await self._outbox.say(convert_links.to_desired_cameras(desired, leases))

        await self._leases.tell_desired(desired, say)


async def _patiently(ask: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
    """Asks until there is an answer, for as long as the link lives."""
    backoff = Backoff(first=FIRST_DELAY, limit=LONGEST_DELAY)
    while True:
        try:
            return await ask()
        except FootfallError as error:
            if error.kind not in TRANSIENT:
                raise
            await asyncio.sleep(backoff.failed().total_seconds())


def protocol_violation(said: str) -> FootfallError:
    """What a message out of its order is answered with."""
    return FootfallError(ErrorKind.INVALID_ARGUMENT, "PROTOCOL_VIOLATION", said)
