"""IngestService."""

# ruff: noqa: N802 - the methods are named by the proto

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

import grpc.aio
from footfall.v1 import ingest_service_pb2, ingest_service_pb2_grpc

from footfall_server.domain.camera_lease import LeaseWord
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.errors import EventRefusedError, FootfallError, under
from footfall_server.finishing import finished
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.live.command_feed import CommandFeed
from footfall_server.live.desired_cameras import DesiredCameraFeed
from footfall_server.live.edge_registry import EdgeRegistry, EdgeSession
from footfall_server.live.preview_source import PreviewSource
from footfall_server.ports import Clock
from footfall_server.rpc import convert_links
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_faces import from_face_event, to_recorded
from footfall_server.rpc.edge_commands import LinkCommands
from footfall_server.rpc.edge_gallery import LinkGallery
from footfall_server.rpc.edge_leases import LinkLeases
from footfall_server.rpc.edge_link import EdgeLink, LinkManners, Outbox, protocol_violation
from footfall_server.rpc.edge_previews import LinkPreviews
from footfall_server.rpc.event_intake import EventIntake, Reserve
from footfall_server.rpc.interceptors.behaviour import Context
from footfall_server.rpc.interceptors.stream_lifetimes import Drain
from footfall_server.rpc.message_rules import MessageRules
from footfall_server.services.batching import MicroBatcher
from footfall_server.services.camera_commands import CameraCommandService
from footfall_server.services.camera_leases import CameraLeases
from footfall_server.services.face_ingest import FaceIngest
from footfall_server.services.images import ImageService
from footfall_server.services.scope import tenant_of
from footfall_server.services.staff_galleries import StaffGalleries
from footfall_server.services.workers import Introduction, WorkerService, site_of


class IngestServicer(ingest_service_pb2_grpc.IngestServiceServicer):
    """Takes what cameras saw."""

    def __init__(
        self,
        *,
        ingest: FaceIngest,
        batcher: MicroBatcher,
        workers: WorkerService,
        images: ImageService,
        registry: EdgeRegistry,
        cameras: DesiredCameraFeed,
        commands: CameraCommandService,
        command_feed: CommandFeed,
        preview_source: Callable[[UUID, UUID], PreviewSource],
        leases: CameraLeases,
        galleries: StaffGalleries,
        feed: ChangeFeed,
        rules: MessageRules,
        clock: Clock,
        drain: Drain,
        manners: LinkManners,
        reserve: Reserve,
    ) -> None:
        self._ingest = ingest
        self._batcher = batcher
        self._workers = workers
        self._images = images
        self._registry = registry
        self._cameras = cameras
        self._commands = commands
        self._command_feed = command_feed
        self._preview_source = preview_source
        self._leases = leases
        self._galleries = galleries
        self._feed = feed
        self._rules = rules
        self._clock = clock
        self._drain = drain
        self._manners = manners
        self._reserve = reserve

    async def RecordFace(
        self, request: ingest_service_pb2.RecordFaceRequest, _context: Any
    ) -> ingest_service_pb2.RecordFaceResponse:
        event = from_face_event(request.event, "event.")
        try:
            return to_recorded(await self._batcher.record(current_principal(), event))
        except FootfallError as error:
            raise under("event.", error) from None

    async def BatchRecordFaces(
        self, request: ingest_service_pb2.BatchRecordFacesRequest, _context: Any
    ) -> ingest_service_pb2.BatchRecordFacesResponse:
        events = [from_face_event(event, f"events[{index}].") for index, event in enumerate(request.events)]
        try:
            results = await self._ingest.record_many(current_principal(), events)
        except EventRefusedError as error:
            raise under(f"events[{error.index}].", error) from None
        return ingest_service_pb2.BatchRecordFacesResponse(results=map(to_recorded, results))

    async def Connect(self, _requests: Any, context: Context) -> None:  # type: ignore[override]
        principal = current_principal()
        hello = await self._hello(context)
        if hello is None:
            return
        session_id = new_id()
        acked_through = await self._workers.admit(principal, hello, session_id)
        left = False
        try:
            # Only a worker that was let in replaces the link that it had before.
            async with self._registry.open(
                tenant_id=tenant_of(principal), worker_id=hello.worker_id, session_id=session_id
            ) as session:
                await self._serve(principal, hello, acked_through, session, context)
            left = True
        finally:
            await finished(self._end(principal, hello.worker_id, session_id, left=left))

    async def _end(self, principal: Principal, worker_id: UUID, session_id: UUID, *, left: bool) -> None:
        """Notes that the link ended. Where that fails it is found out when no heartbeat comes any more."""
        with contextlib.suppress(FootfallError):
            await self._workers.end_link(principal, worker_id, session_id, left=left)

    async def _hello(self, context: Context) -> Introduction | None:
        """The worker's introduction; None when it hangs up without one. Raises PROTOCOL_VIOLATION."""
        try:
            async with asyncio.timeout(self._manners.patience.total_seconds()):
                first = await context.read()
        except TimeoutError:
            raise protocol_violation("hello did not come in time") from None
        if first is grpc.aio.EOF:
            return None
        if first.WhichOneof("message") != "hello":
            raise protocol_violation("the first message is hello")
        return convert_links.from_hello(first.hello)

    async def _serve(
        self,
        principal: Principal,
        hello: Introduction,
        acked_through: int,
        session: EdgeSession,
        context: Context,
    ) -> None:
        async with aclosing(self._cameras.sets(session.tenant_id, site_of(principal))) as sets:
            desired = await anext(sets)
        # Left to the first message, headers would be half sent when something ends the link during its
        # writing; gRPC then cannot send a status any more, and the worker would wait for one.
        await context.send_initial_metadata(())
        outbox = Outbox(context, size=self._manners.max_unsent)
        leases = LinkLeases(
            principal=principal, worker_id=hello.worker_id, leases=self._leases, feed=self._feed
        )

        async def welcome(granted: Mapping[UUID, LeaseWord]) -> None:
            await outbox.say(
                convert_links.to_welcome(
                    acked_through=acked_through,
                    desired=desired,
                    leases=granted,
                    max_in_flight=self._manners.max_in_flight,
                    heartbeat_interval=self._manners.heartbeat_interval,
                    now=self._clock.now(),
                )
            )

        await leases.tell_desired(desired, welcome)
        intake = EventIntake(
            principal=principal,
            worker_id=hello.worker_id,
            spool_id=hello.spool_id,
            batcher=self._batcher,
            workers=self._workers,
            rules=self._rules,
            say=outbox.say,
            max_in_flight=self._manners.max_in_flight,
            reserve=self._reserve,
        )
        link = EdgeLink(
            principal=principal,
            session=session,
            context=context,
            outbox=outbox,
            intake=intake,
            cameras=self._cameras,
            workers=self._workers,
            images=self._images,
            clock=self._clock,
            manners=self._manners,
            drain=self._drain,
            commands=LinkCommands(
                principal=principal,
                session=session,
                say=outbox.say,
                feed=self._command_feed,
                commands=self._commands,
            ),
            previews=LinkPreviews(
                source=self._preview_source(session.tenant_id, site_of(principal)), say=outbox.say
            ),
            leases=leases,
            gallery=LinkGallery(principal=principal, galleries=self._galleries),
        )
        await link.run(desired)
