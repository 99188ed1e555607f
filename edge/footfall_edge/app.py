"""Composition root: every object of the edge worker, and how long it lives."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from datetime import datetime
from importlib.metadata import version
from typing import Any

import aiohttp
import structlog

from footfall_edge import convert
from footfall_edge.camera_health import CameraSpec
from footfall_edge.camera_source import CameraSource, parse_source
from footfall_edge.capture import CameraReader
from footfall_edge.desired_cache import DesiredCache
from footfall_edge.event_spooling import SpoolSink
from footfall_edge.face_analyst import FaceAnalyst, TellingRules
from footfall_edge.face_event import FaceEvent
from footfall_edge.frame_slot import FrameSlot
from footfall_edge.inference import InferencePool
from footfall_edge.link.core_link import CoreLink
from footfall_edge.link.session import WorkerCard
from footfall_edge.link.sign_in import SignIn, sign_in_of
from footfall_edge.pipeline import CameraPipeline
from footfall_edge.ports import FaceVision
from footfall_edge.settings import EdgeSettings
from footfall_edge.spool import Spool
from footfall_edge.status_file import StatusFile
from footfall_edge.supervisor import CameraSupervisor
from footfall_edge.uploads import ImageUploader, PresignedStore

_PUT_TIMEOUT_S = 30.0
_DRAIN_S = 1.0
_log = structlog.get_logger(__name__)


async def run_edge(settings: EdgeSettings, vision: FaceVision, stop: asyncio.Event) -> None:
    """Work until stop is set; then tell what is in view, let the core take it, and return.

    Raises SpoolError when the data folder cannot be used, BadIdentityError when the certificate in it cannot.
    """
    sign_in = sign_in_of(settings)
    async with contextlib.AsyncExitStack() as stack:
        spool = await Spool.open(settings.data_dir / "spool.sqlite", max_bytes=settings.spool_max_bytes)
        stack.push_async_callback(spool.close)
        pool = await stack.enter_async_context(InferencePool(threads=settings.threads))
        http = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_PUT_TIMEOUT_S))
        )
        sink = SpoolSink(spool=spool, encode=_encode)

        def make_pipeline(spec: CameraSpec) -> CameraPipeline:
            return CameraPipeline(
                spec=spec,
                source=parse_source(spec.source_url),
                analyst=FaceAnalyst(
                    camera_id=spec.camera_id,
                    vision=vision,
                    rules=TellingRules(ripe_after_s=settings.ripe_after_s),
                ),
                pool=pool,
                sink=sink,
                make_reader=_make_reader,
                analysis_fps=settings.analysis_fps,
            )

        cameras = CameraSupervisor(
            make_pipeline=make_pipeline, cache=DesiredCache(settings.data_dir / "desired_cameras.json")
        )
        link = CoreLink(
            dial=sign_in.dial,
            tokens=sign_in.tokens,
            worker_id=sign_in.worker_id,
            spool=spool,
            cameras=cameras,
            uploader=ImageUploader(spool=spool, store=PresignedStore(http)),
            card=WorkerCard(
                display_name=settings.name,
                software_version=version("footfall"),
                model_id=vision.model_id,
            ),
        )
        spools_id, _ = await spool.identity()
        status = StatusFile(
            path=settings.data_dir / "status.json",
            version=version("footfall"),
            spool=spool,
            link_status=lambda: {
                "worker_id": sign_in.worker_id() or spools_id,
                **_link_status(link),
                **_certificate_status(sign_in),
            },
            camera_health=cameras.health,
        )
        known_as = sign_in.worker_id() or spools_id
        _log.info("edge_started", worker_id=known_as, model_id=vision.model_id, name=settings.name)
        if sign_in.keep is not None:
            await stack.enter_async_context(_in_background(sign_in.keep()))
        async with _in_background(status.run()), _in_background(link.run()):
            async with _in_background(cameras.run()) as working:
                await _first_of(stop, working)
            # The cameras are closed and what they saw is on disk: give the core a moment to take it.
            await link.drain(within_s=_DRAIN_S)
        _log.info("edge_stopped")


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set stop on SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


@contextlib.asynccontextmanager
async def _in_background(work: Any) -> AsyncIterator["asyncio.Task[None]"]:
    """Run beside the block and cancel at its end; what breaks down by itself is raised there."""
    task: asyncio.Task[None] = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _first_of(stop: asyncio.Event, *tasks: "asyncio.Task[None]") -> None:
    """Return when stop is set or one of the tasks is done."""
    waiting = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


def _make_reader(spec: CameraSpec, source: CameraSource, slot: FrameSlot) -> CameraReader:
    return CameraReader(camera_id=spec.camera_id, source=source, slot=slot)


def _encode(event: FaceEvent) -> bytes:
    return convert.to_face_event(event).SerializeToString()


def _link_status(link: CoreLink) -> dict[str, Any]:
    status = link.status
    return {
        "state": str(status.state),
        "detail": status.detail,
        "since": _text(status.since),
        "last_ack_time": _text(status.last_ack_time),
    }


def _certificate_status(sign_in: SignIn) -> dict[str, Any]:
    ends = sign_in.certificate_ends()
    return {} if ends is None else {"certificate_ends": _text(ends)}


def _text(time: datetime | None) -> str | None:
    return time.isoformat(timespec="milliseconds") if time else None
