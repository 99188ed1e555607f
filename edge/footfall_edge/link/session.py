"""One connection to the core, from Hello to its end."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol, cast

import grpc.aio
import structlog
from footfall.v1 import ingest_service_pb2

from footfall_edge import convert
from footfall_edge.camera_health import DesiredCameras
from footfall_edge.link.duty import LinkDuty
from footfall_edge.link.failures import (
    ForeignSpoolError,
    LinkEndedError,
    LinkSilentError,
    TokenExpiringError,
)
from footfall_edge.link.heartbeats import interval_of
from footfall_edge.link.outbox import Outbox
from footfall_edge.link.upload_duty import UploadDuty
from footfall_edge.spool import Spool
from footfall_edge.uploads import ImageUploader

_WELCOME_TIMEOUT_S = 15.0
_SILENT_BEATS = 3
_VERDICT_TIMEOUT_S = 1.0
_READ_BATCH = 64
_log = structlog.get_logger(__name__)

Stream = grpc.aio.StreamStreamCall[ingest_service_pb2.ConnectRequest, ingest_service_pb2.ConnectResponse]


class Cameras(Protocol):
    """Who reads the cameras."""

    def desire(self, desired: DesiredCameras, *, authoritative: bool) -> None:
        """Make this set real; authoritative: even when its revision is older."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCard:
    """How the worker introduces itself."""

    display_name: str
    software_version: str
    model_id: str
    capabilities: tuple[str, ...] = ()


class LinkSession:
    """Sends the spool, takes acks, and lets the duties speak.

    Only one task writes the stream (gRPC allows no more): the others put into its outbox.
    """

    def __init__(
        self,
        *,
        stream: Stream,
        spool: Spool,
        cameras: Cameras,
        uploader: ImageUploader,
        card: WorkerCard,
        duties: Sequence[LinkDuty],
        worker_id: str | None,
        renew_at: float,
        on_welcome: Callable[[], None],
        on_ack: Callable[[int], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._spool = spool
        self._cameras = cameras
        self._card = card
        self._duties = (*duties, UploadDuty(uploader))
        self._worker_id = worker_id
        self._renew_at = renew_at
        self._on_welcome = on_welcome
        self._on_ack = on_ack
        self._clock = clock
        self._outbox = Outbox()
        self._in_flight: deque[int] = deque()
        self._last_sent = 0
        self._anonymous: frozenset[str] = frozenset()
        self._released = asyncio.Event()
        self._heard = clock()

    async def run(self) -> NoReturn:
        """Work until the link ends.

        Raises grpc.aio.AioRpcError or LinkEndedError for how it ended, alone or in an ExceptionGroup.
        """
        asked_at = self._clock()
        welcome = await self._introduce()
        resume_after = await self._resume(welcome)
        self._on_welcome()
        for duty in self._duties:
            duty.begin(welcome, asked_at=asked_at)
        self._desire(welcome.desired_cameras, authoritative=True)
        self._heard = self._clock()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send())
            tasks.create_task(self._pump(resume_after, max_in_flight=max(welcome.max_in_flight, 1)))
            tasks.create_task(self._watch(interval_of(welcome) * _SILENT_BEATS))
            for duty in self._duties:
                tasks.create_task(duty.run(self._outbox))
            await self._receive()
        raise AssertionError("unreachable: _receive never returns")

    async def hang_up(self) -> None:
        """Say no more; the core, once it has heard all that was said before, ends the link."""
        await self._outbox.put_end()

    async def _introduce(self) -> ingest_service_pb2.Welcome:
        worker_id, spool_id = await self._spool.identity()
        hello = ingest_service_pb2.Hello(
            worker_id=self._worker_id or worker_id,
            spool_id=spool_id,
            display_name=self._card.display_name,
            software_version=self._card.software_version,
            model_id=self._card.model_id,
            capabilities=self._card.capabilities,
        )
        try:
            async with asyncio.timeout(_WELCOME_TIMEOUT_S):
                await self._stream.write(ingest_service_pb2.ConnectRequest(hello=hello))
                answer = await self._read()
        except TimeoutError:
            raise LinkEndedError("no welcome came") from None
        if answer.WhichOneof("message") != "welcome":
            raise LinkEndedError("the core's first message was not a welcome")
        return answer.welcome

    async def _resume(self, welcome: ingest_service_pb2.Welcome) -> int:
        """Release what the core had committed when the last link broke; returns where to go on."""
        depth = await self._spool.depth()
        if welcome.acked_through > depth.last_sequence:
            # Sequences that are given out next would pass for done. Events are known by their ids,
            # so sending all of them in a new line records none twice.
            await self._spool.renew()
            raise ForeignSpoolError("the core knows more of this spool than the spool; a new line is begun")
        await self._spool.acknowledge(welcome.acked_through)
        self._last_sent = welcome.acked_through
        _log.info(
            "link_welcome",
            acked_through=welcome.acked_through,
            max_in_flight=welcome.max_in_flight,
            cameras=len(welcome.desired_cameras.cameras),
        )
        return welcome.acked_through

    async def _send(self) -> NoReturn:
        while True:
            request = await self._outbox.take()
            try:
                if request is None:
                    await self._stream.done_writing()
                else:
                    await self._stream.write(request)
                self._outbox.written()
            except asyncio.InvalidStateError:
                # The stream is over; _receive is about to learn how it ended and says so better.
                await asyncio.sleep(_VERDICT_TIMEOUT_S)
                raise LinkEndedError("the stream is closed") from None

    async def _pump(self, sent: int, *, max_in_flight: int) -> NoReturn:
        while True:
            while len(self._in_flight) >= max_in_flight:
                self._released.clear()
                await self._released.wait()
            room = min(max_in_flight - len(self._in_flight), _READ_BATCH)
            for event in await self._spool.read_after(sent, room):
                sent = event.sequence
                self._last_sent = sent
                self._in_flight.append(sent)
                await self._outbox.put(convert.to_sequenced(sent, event.payload, self._anonymous))

    async def _watch(self, patience: float) -> NoReturn:
        """End the link when the core is silent, or when the token is about to end."""
        while True:
            now = self._clock()
            if now - self._heard >= patience:
                raise LinkSilentError(f"the core was not heard for {patience:.0f} s")
            if now >= self._renew_at:
                raise TokenExpiringError("the token ends soon")
            await asyncio.sleep(min(self._heard + patience, self._renew_at) - now)

    async def _receive(self) -> NoReturn:
        while True:
            message = await self._read()
            self._heard = self._clock()
            for duty in self._duties:
                duty.receive(message)
            match message.WhichOneof("message"):
                case "ack":
                    await self._acknowledge(message.ack)
                case "desired_cameras":
                    self._desire(message.desired_cameras, authoritative=False)
                case "welcome":
                    raise LinkEndedError("the core said welcome twice")
                case _:
                    # A duty's, or newer than this worker: to be heard was all it had to do.
                    pass

    def _desire(self, message: ingest_service_pb2.DesiredCameras, *, authoritative: bool) -> None:
        desired = convert.from_desired_cameras(message)
        # From now on: what waits in the spool was noted when people were recognised there.
        self._anonymous = frozenset(
            camera.camera_id for camera in desired.cameras if camera.settings.anonymous
        )
        self._cameras.desire(desired, authoritative=authoritative)

    async def _acknowledge(self, ack: ingest_service_pb2.Ack) -> None:
        if ack.acked_through > self._last_sent:
            # To believe it would delete events that were never sent.
            raise LinkEndedError("the core acknowledged more than was sent")
        rejections = [convert.from_rejection(rejection) for rejection in ack.rejections]
        for rejection in rejections:
            _log.error("event_rejected", sequence=rejection.sequence, reason=rejection.reason)
        await self._spool.acknowledge(ack.acked_through, rejections)
        while self._in_flight and self._in_flight[0] <= ack.acked_through:
            self._in_flight.popleft()
        self._released.set()
        self._on_ack(ack.acked_through)

    async def _read(self) -> ingest_service_pb2.ConnectResponse:
        message = await self._stream.read()
        if message is grpc.aio.EOF:
            raise LinkEndedError("the core closed the link")
        return cast("ingest_service_pb2.ConnectResponse", message)
