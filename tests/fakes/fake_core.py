"""A core on loopback that takes what an edge worker sends and keeps it in memory.

It speaks the protocol of IngestService.Connect to the letter (cumulative acks, rejections, grants only
for acknowledged images, receipts only for what was put), so that a worker which passes here is only
surprised by what a real core adds. Knobs are plain attributes; set them before the worker dials.
"""

import asyncio
import base64
import json
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
import protovalidate
from aiohttp import web
from fakes.fake_leases import FakeLeases
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    camera_command_pb2,
    camera_settings_pb2,
    error_reason_pb2,
    face_event_pb2,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
)
from google.protobuf import any_pb2, duration_pb2, timestamp_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

Outbox = asyncio.Queue[ingest_service_pb2.ConnectResponse]
API_KEY = "ffk_test_0123456789abcdef"


def fake_jwt(lifetime_s: float) -> str:
    """Something with a JWT's shape and honest iat and exp; nobody verifies it here."""
    now = time.time()
    claims = base64.urlsafe_b64encode(json.dumps({"iat": now, "exp": now + lifetime_s}).encode())
    return f"e30.{claims.decode().rstrip('=')}.{time.monotonic_ns()}"


async def abort_with_reason(
    context: "grpc.aio.ServicerContext[object, object]", code: grpc.StatusCode, reason: str
) -> None:
    info = any_pb2.Any()
    info.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="footfall"))
    status = status_pb2.Status(
        code=code_pb2.Code.Value(code.name), message=reason.lower().replace("_", " "), details=[info]
    )
    await context.abort_with_status(rpc_status.to_status(status))


@dataclass
class FakeCore:
    """Knobs, and what was seen. One worker at a time."""

    cameras: Sequence[tuple[str, str]] = ()
    max_in_flight: int = 256
    heartbeat_s: float = 15.0
    token_lifetime_s: float = 900.0
    acks: bool = True
    ack_every: int = 1
    answers_heartbeats: bool = True
    clock_ahead_s: float = 0.0
    leases: FakeLeases | None = None
    settings: camera_settings_pb2.CameraSettings | None = None
    reject_event_ids: set[str] = field(default_factory=set)
    reject_every_key: bool = False
    wants_images: bool = True
    loses_puts: int = 0
    store_is_down: bool = False
    keeps_content: bool = True
    forgets_acks: int = 0

    committed: dict[str, face_event_pb2.FaceEvent] = field(default_factory=dict)
    received: list[tuple[int, str]] = field(default_factory=list)
    duplicates: int = 0
    hellos: list[ingest_service_pb2.Hello] = field(default_factory=list)
    heartbeats: list[ingest_service_pb2.Heartbeat] = field(default_factory=list)
    releases: list[ingest_service_pb2.HeldCamera] = field(default_factory=list)
    tokens_issued: list[str] = field(default_factory=list)
    tokens_used: list[str] = field(default_factory=list)
    announced: set[str] = field(default_factory=set)
    images: dict[str, bytes] = field(default_factory=dict)
    put_types: list[str] = field(default_factory=list)
    grants: int = 0
    puts_refused: int = 0
    gallery_states: list[ingest_service_pb2.GalleryState] = field(default_factory=list)
    gallery: ingest_service_pb2.GalleryDelta | None = None
    previews: list[ingest_service_pb2.EdgePreviewFrame] = field(default_factory=list)
    command_results: list[camera_command_pb2.CommandResult] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    acked: dict[str, int] = field(default_factory=dict)
    most_in_flight: int = 0
    url: str = ""
    port: int = 0

    def __post_init__(self) -> None:
        self.changed = asyncio.Condition()
        self._validator = protovalidate.Validator()
        self._unacknowledged: deque[int] = deque()
        self._streams: set[asyncio.Task[None]] = set()
        self._end_with: asyncio.Future[tuple[grpc.StatusCode, str]] = asyncio.Future()
        self._push: asyncio.Queue[ingest_service_pb2.ConnectResponse] = asyncio.Queue()
        self._server: grpc.aio.Server | None = None
        self._store: web.AppRunner | None = None
        self.store_url = ""

    # What tests do

    async def until(self, condition: object, what: str, within: float = 30.0) -> None:
        """Wait until condition() holds; fail with a sentence and the state."""
        assert callable(condition)
        try:
            async with asyncio.timeout(within), self.changed:
                await self.changed.wait_for(condition)
        except TimeoutError:
            raise AssertionError(
                f"within {within:.0f} s not: {what} (committed {len(self.committed)},"
                f" hellos {len(self.hellos)}, images {len(self.images)}, heartbeats {len(self.heartbeats)})"
            ) from None

    async def push(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Say something to the worker unasked."""
        await self._push.put(message)

    async def command(
        self,
        kind: "camera_command_pb2.CommandKind.ValueType",
        camera_id: str,
        *,
        command_id: str = "",
        expires_in_s: float = 10.0,
    ) -> str:
        """Tell the worker to do something; returns the command's id."""
        command_id = command_id or str(uuid.uuid4())
        command = camera_command_pb2.EdgeCommand(command_id=command_id, camera_id=camera_id, kind=kind)
        command.expire_time.FromNanoseconds(self.now().ToNanoseconds() + int(expires_in_s * 1e9))
        await self.push(ingest_service_pb2.ConnectResponse(command=command))
        return command_id

    async def watch(self, *cameras: tuple[str, int, float]) -> None:
        """Somebody watches these cameras now, at most so wide and so often, and no others."""
        demand = ingest_service_pb2.PreviewDemand(
            cameras=[
                ingest_service_pb2.WatchedCamera(camera_id=camera_id, max_width=width, max_fps=fps)
                for camera_id, width, fps in cameras
            ]
        )
        await self.push(ingest_service_pb2.ConnectResponse(preview_demand=demand))

    async def answer(self, command_id: str) -> camera_command_pb2.CommandResult:
        """The worker's newest answer to a command, as soon as there is one."""
        await self.until(lambda: any(one.command_id == command_id for one in self.command_results), "answer")
        return next(one for one in reversed(self.command_results) if one.command_id == command_id)

    def end_link(self, code: grpc.StatusCode, reason: str) -> None:
        """End the present stream with a status."""
        self._end_with.set_result((code, reason))

    async def start(self, port: int = 0, *, tls: tuple[bytes, bytes] | None = None) -> None:
        """Listen; tls: private key and certificate, PEM."""
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        auth_service_pb2_grpc.add_AuthServiceServicer_to_server(_Auth(self), self._server)
        ingest_service_pb2_grpc.add_IngestServiceServicer_to_server(_Ingest(self), self._server)
        address = f"127.0.0.1:{port}"
        self.port = (
            self._server.add_secure_port(address, grpc.ssl_server_credentials([tls]))
            if tls
            else self._server.add_insecure_port(address)
        )
        await self._server.start()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Die, as a process does: streams break, the port is closed."""
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    async def start_store(self) -> None:
        app = web.Application()
        app.router.add_put("/{image_id}", self._take_put)
        self._store = web.AppRunner(app, access_log=None)
        await self._store.setup()
        site = web.TCPSite(self._store, "127.0.0.1", 0)
        await site.start()
        host, port = self._store.addresses[0][:2]
        self.store_url = f"http://{host}:{port}"

    async def close(self) -> None:
        await self.stop()
        if self._store is not None:
            await self._store.cleanup()

    async def _take_put(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.store_is_down or self.loses_puts > 0:
            self.loses_puts = max(self.loses_puts - 1, 0)
            self.puts_refused += 1
            return web.Response(status=503)
        self.images[request.match_info["image_id"]] = body if self.keeps_content else b""
        self.put_types.append(request.headers.get("Content-Type", ""))
        await self.tell()
        return web.Response()

    # What the servicers do

    async def tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def now(self) -> timestamp_pb2.Timestamp:
        """The core's clock."""
        time_now = timestamp_pb2.Timestamp()
        time_now.FromNanoseconds(time.time_ns() + int(self.clock_ahead_s * 1e9))
        return time_now

    def check(self, message: object) -> None:
        for violation in self._validator.collect_violations(message):  # type: ignore[arg-type]
            self.violations.append(f"{type(message).__name__}: {violation.proto.message}")

    def record(
        self, spool_id: str, message: ingest_service_pb2.SequencedFaceEvent
    ) -> ingest_service_pb2.EventRejection | None:
        event = message.event
        self.received.append((message.sequence, event.event_id))
        while self._unacknowledged and self._unacknowledged[0] <= self.acked.get(spool_id, 0):
            self._unacknowledged.popleft()
        self._unacknowledged.append(message.sequence)
        self.most_in_flight = max(self.most_in_flight, len(self._unacknowledged))
        if event.event_id in self.reject_event_ids:
            return ingest_service_pb2.EventRejection(
                sequence=message.sequence,
                event_id=event.event_id,
                reason=error_reason_pb2.ERROR_REASON_CAMERA_NOT_FOUND,
                description="camera_id: there is no such camera",
            )
        self.check(event)
        if event.event_id in self.committed:
            self.duplicates += 1
        else:
            if not self.keeps_content:
                event.ClearField("embedding")
                event.ClearField("aligned_jpeg")
            self.committed[event.event_id] = event
            self.announced.add(event.image.image_id)
        return None


class _Auth(auth_service_pb2_grpc.AuthServiceServicer):
    def __init__(self, core: FakeCore) -> None:
        self._core = core

    async def IssueToken(  # noqa: N802 (its name on the wire)
        self, request: Any, context: Any
    ) -> auth_service_pb2.IssueTokenResponse:
        core = self._core
        if core.reject_every_key or request.api_key != API_KEY:
            await abort_with_reason(context, grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS")
        token = fake_jwt(core.token_lifetime_s)
        core.tokens_issued.append(token)
        await core.tell()
        expire = timestamp_pb2.Timestamp()
        expire.FromSeconds(int(time.time() + core.token_lifetime_s))
        return auth_service_pb2.IssueTokenResponse(
            access_token=token, token_type="Bearer", expire_time=expire
        )


class _Ingest(ingest_service_pb2_grpc.IngestServiceServicer):
    def __init__(self, core: FakeCore) -> None:
        self._core = core

    async def Connect(self, _requests: Any, context: Any) -> None:  # noqa: N802 (its name on the wire)
        core = self._core
        metadata = dict(context.invocation_metadata())
        token = metadata.get("authorization", "").removeprefix("Bearer ")
        if token not in core.tokens_issued:
            await abort_with_reason(context, grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
        core.tokens_used.append(token)
        first = await context.read()
        if first is grpc.aio.EOF or first.WhichOneof("message") != "hello":
            await abort_with_reason(context, grpc.StatusCode.INVALID_ARGUMENT, "PROTOCOL_VIOLATION")
        core.check(first.hello)
        core.hellos.append(first.hello)
        core._end_with = asyncio.get_running_loop().create_future()
        core._unacknowledged.clear()
        spool_id = first.hello.spool_id
        if core.forgets_acks and spool_id in core.acked:
            # As if it had died between an event and its note of the sequence.
            core.acked[spool_id] = max(core.acked[spool_id] - core.forgets_acks, 0)
        await context.write(ingest_service_pb2.ConnectResponse(welcome=self._welcome(first.hello)))
        await core.tell()
        outbox: asyncio.Queue[ingest_service_pb2.ConnectResponse] = asyncio.Queue()
        tasks = [
            asyncio.create_task(self._receive(context, first.hello, outbox)),
            asyncio.create_task(self._send(context, outbox)),
            asyncio.create_task(self._forward(outbox)),
        ]
        try:
            await asyncio.wait([*tasks, core._end_with], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if core._end_with.done():
            code, reason = core._end_with.result()
            await abort_with_reason(context, code, reason)

    def _welcome(self, hello: ingest_service_pb2.Hello) -> ingest_service_pb2.Welcome:
        core = self._core
        leases = core.leases.renew(hello.worker_id, self._wanted()) if core.leases else []
        lease_of = {lease.camera_id: lease for lease in leases}
        heartbeat = duration_pb2.Duration()
        heartbeat.FromNanoseconds(int(core.heartbeat_s * 1e9))
        return ingest_service_pb2.Welcome(
            acked_through=core.acked.get(hello.spool_id, 0),
            max_in_flight=core.max_in_flight,
            heartbeat_interval=heartbeat,
            core_time=core.now(),
            desired_cameras=ingest_service_pb2.DesiredCameras(
                revision=1,
                cameras=[
                    ingest_service_pb2.CameraSpec(
                        camera_id=camera_id,
                        source_url=url,
                        display_name="Door",
                        settings=core.settings,
                        lease=lease_of.get(camera_id),
                    )
                    for camera_id, url in core.cameras
                ],
            ),
        )

    async def _forward(self, outbox: Outbox) -> None:
        while True:
            await outbox.put(await self._core._push.get())

    async def _send(self, context: Any, outbox: Outbox) -> None:
        while True:
            await context.write(await outbox.get())

    async def _receive(self, context: Any, hello: ingest_service_pb2.Hello, outbox: Outbox) -> None:
        core, spool_id, worker_id = self._core, hello.spool_id, hello.worker_id
        waiting = last = 0
        rejections = []
        while (message := await context.read()) is not grpc.aio.EOF:
            match message.WhichOneof("message"):
                case "face_event":
                    rejection = core.record(spool_id, message.face_event)
                    rejections += [rejection] if rejection else []
                    waiting += 1
                    last = message.face_event.sequence
                case _:
                    await self._take(message, worker_id, outbox)
            # A heartbeat ends a lot that is not full: whoever sent the last event is not kept waiting.
            kind = message.WhichOneof("message")
            ends_lot = waiting >= core.ack_every if kind == "face_event" else kind == "heartbeat"
            if core.acks and waiting and ends_lot and (kind == "face_event" or core.ack_every > 1):
                waiting = 0
                core.acked[spool_id] = last
                ack = ingest_service_pb2.Ack(acked_through=last, rejections=rejections)
                rejections = []
                await outbox.put(ingest_service_pb2.ConnectResponse(ack=ack))
            await core.tell()

    async def _take(self, message: ingest_service_pb2.ConnectRequest, worker_id: str, outbox: Outbox) -> None:
        core, kind = self._core, message.WhichOneof("message") or ""
        said = getattr(message, kind)
        core.check(said)
        match kind:
            case "heartbeat":
                core.heartbeats.append(said)
                if core.answers_heartbeats:
                    answer = ingest_service_pb2.HeartbeatAnswer(
                        sent_time=said.sent_time,
                        core_time=core.now(),
                        leases=core.leases.renew(worker_id, self._wanted()) if core.leases else [],
                    )
                    await outbox.put(ingest_service_pb2.ConnectResponse(heartbeat=answer))
            case "upload_request":
                await outbox.put(self._grant(said.image_ids))
            case "upload_report":
                receipt = ingest_service_pb2.UploadReceipt(
                    stored_image_ids=[one for one in said.image_ids if one in core.images],
                    missing_image_ids=[one for one in said.image_ids if one not in core.images],
                )
                await outbox.put(ingest_service_pb2.ConnectResponse(upload_receipt=receipt))
            case "gallery_state":
                core.gallery_states.append(said)
                if core.gallery is not None and said.version != core.gallery.version:
                    await outbox.put(ingest_service_pb2.ConnectResponse(gallery_delta=core.gallery))
            case "preview_frame" | "command_result":
                (core.previews if kind == "preview_frame" else core.command_results).append(said)
            case "lease_release":
                core.releases.extend(said.cameras)
                if core.leases:
                    core.leases.release(worker_id, said.cameras)

    def _wanted(self) -> list[str]:
        return [camera_id for camera_id, _ in self._core.cameras]

    def _grant(self, image_ids: Sequence[str]) -> ingest_service_pb2.ConnectResponse:
        core = self._core
        wanted = [
            one for one in image_ids if core.wants_images and one in core.announced and one not in core.images
        ]
        core.grants += len(wanted)
        return ingest_service_pb2.ConnectResponse(
            upload_grants=ingest_service_pb2.UploadGrants(
                grants=[
                    ingest_service_pb2.UploadGrant(image_id=one, put_url=f"{core.store_url}/{one}")
                    for one in wanted
                ],
                unwanted_image_ids=[one for one in image_ids if one not in wanted],
            )
        )


@asynccontextmanager
async def fake_core(**knobs: object) -> AsyncIterator[FakeCore]:
    """A running core and object store."""
    core = FakeCore(**knobs)  # type: ignore[arg-type]
    await core.start()
    await core.start_store()
    try:
        yield core
    finally:
        with suppress(Exception):
            await core.close()
