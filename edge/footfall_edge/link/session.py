"""One connection to the core, from Hello to its end."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, Protocol, cast

import grpc.aio
import structlog
from footfall.v1 import ingest_service_pb2

from footfall_edge import convert
from footfall_edge.camera_health import CameraHealth, DesiredCameras
from footfall_edge.link.failures import (
    ForeignSpoolError,
    LinkEndedError,
    LinkSilentError,
    TokenExpiringError,
)
from footfall_edge.spool import Spool
from footfall_edge.uploads import Grants, ImageUploader, Receipt

_WELCOME_TIMEOUT_S = 15.0
_ANSWER_TIMEOUT_S = 30.0
_SILENT_BEATS = 3
_DEFAULT_HEARTBEAT_S = 15.0
_VERDICT_TIMEOUT_S = 1.0
_TOLERATED_OFFSET_S = 2.0
_READ_BATCH = 64
_OUTBOX = 16
_log = structlog.get_logger(__name__)

Stream = grpc.aio.StreamStreamCall[ingest_service_pb2.ConnectRequest, ingest_service_pb2.ConnectResponse]


class Cameras(Protocol):
    """Who reads the cameras."""

    def desire(self, desired: DesiredCameras, *, authoritative: bool) -> None:
        """Make this set real; authoritative: even when its revision is older."""
        ...

    def health(self) -> Sequence[CameraHealth]:
        """How the cameras do now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCard:
    """How the worker introduces itself."""

    display_name: str
    software_version: str
    model_id: str


class LinkSession:
    """Sends the spool, takes acks, keeps the heart beating, carries uploads.

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
        worker_id: str | None,
        renew_at: float,
        on_welcome: Callable[[], None],
        on_ack: Callable[[int], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._spool = spool
        self._cameras = cameras
        self._uploader = uploader
        self._card = card
        self._worker_id = worker_id
        self._renew_at = renew_at
        self._on_welcome = on_welcome
        self._on_ack = on_ack
        self._clock = clock
        self._outbox: asyncio.Queue[ingest_service_pb2.ConnectRequest] = asyncio.Queue(maxsize=_OUTBOX)
        self._in_flight: deque[int] = deque()
        self._last_sent = 0
        self._released = asyncio.Event()
        self._heard = clock()
        self._grants: asyncio.Future[Grants] | None = None
        self._receipt: asyncio.Future[Receipt] | None = None

    async def run(self) -> NoReturn:
        """Work until the link ends.

        Raises grpc.aio.AioRpcError or LinkEndedError for how it ended, alone or in an ExceptionGroup.
        """
        welcome = await self._introduce()
        resume_after = await self._resume(welcome)
        self._on_welcome()
        self._cameras.desire(convert.from_desired_cameras(welcome.desired_cameras), authoritative=True)
        self._heard = self._clock()
        interval = welcome.heartbeat_interval.ToTimedelta().total_seconds() or _DEFAULT_HEARTBEAT_S
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send())
            tasks.create_task(self._pump(resume_after, max_in_flight=max(welcome.max_in_flight, 1)))
            tasks.create_task(self._beat(interval))
            tasks.create_task(self._watch(interval * _SILENT_BEATS))
            tasks.create_task(self._uploader.run(self))
            await self._receive()
        raise AssertionError("unreachable: _receive never returns")

    async def request_grants(self, image_ids: Sequence[str]) -> Grants:
        """Ask where to put images (UploadExchange)."""
        self._grants = asyncio.get_running_loop().create_future()
        request = ingest_service_pb2.UploadRequest(image_ids=image_ids)
        await self._outbox.put(ingest_service_pb2.ConnectRequest(upload_request=request))
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            return await self._grants

    async def report_uploads(self, image_ids: Sequence[str]) -> Receipt:
        """Say which images were put (UploadExchange)."""
        self._receipt = asyncio.get_running_loop().create_future()
        report = ingest_service_pb2.UploadReport(image_ids=image_ids)
        await self._outbox.put(ingest_service_pb2.ConnectRequest(upload_report=report))
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            return await self._receipt

    async def _introduce(self) -> ingest_service_pb2.Welcome:
        worker_id, spool_id = await self._spool.identity()
        hello = ingest_service_pb2.Hello(
            worker_id=self._worker_id or worker_id,
            spool_id=spool_id,
            display_name=self._card.display_name,
            software_version=self._card.software_version,
            model_id=self._card.model_id,
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
        if welcome.HasField("core_time"):
            offset = (datetime.now(UTC) - convert.from_timestamp(welcome.core_time)).total_seconds()
            if abs(offset) > _TOLERATED_OFFSET_S:
                _log.warning("clock_differs_from_core", ahead_s=round(offset, 1))
        _log.info(
            "link_welcome",
            acked_through=welcome.acked_through,
            max_in_flight=welcome.max_in_flight,
            cameras=len(welcome.desired_cameras.cameras),
        )
        return welcome.acked_through

    async def _send(self) -> NoReturn:
        while True:
            request = await self._outbox.get()
            try:
                await self._stream.write(request)
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
                await self._outbox.put(convert.to_sequenced(sent, event.payload))

    async def _beat(self, interval: float) -> NoReturn:
        while True:
            await self._outbox.put(
                convert.to_heartbeat(
                    at=datetime.now(UTC), depth=await self._spool.depth(), cameras=self._cameras.health()
                )
            )
            await asyncio.sleep(interval)

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
            match message.WhichOneof("message"):
                case "ack":
                    await self._acknowledge(message.ack)
                case "desired_cameras":
                    self._cameras.desire(
                        convert.from_desired_cameras(message.desired_cameras), authoritative=False
                    )
                case "upload_grants":
                    _answer(self._grants, convert.from_upload_grants(message.upload_grants))
                case "upload_receipt":
                    _answer(self._receipt, convert.from_upload_receipt(message.upload_receipt))
                case "heartbeat" | None:
                    # None: a message that is newer than this worker. To be heard was all it had to do.
                    pass
                case "welcome":
                    raise LinkEndedError("the core said welcome twice")

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


def _answer(future: "asyncio.Future[Any] | None", value: object) -> None:
    """Hand an answer to who waits for it; one that came too late is passed over."""
    if future is not None and not future.done():
        future.set_result(value)
