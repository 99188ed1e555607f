"""Composition root: every object of the edge worker, and how long it lives."""

import asyncio
import contextlib
import functools
import signal
from importlib.metadata import version
from typing import Any

import aiohttp
import structlog
from footfall_vision.providers import ProviderChoice

from footfall_edge import convert
from footfall_edge.at_rest.key_file import KeyFile
from footfall_edge.background import first_of, in_background
from footfall_edge.camera_health import CameraSpec
from footfall_edge.camera_source import CameraSource, parse_source
from footfall_edge.capture.reader import CameraReader
from footfall_edge.commands.camera_commands import CameraCommands
from footfall_edge.commands.desk import CommandDesk
from footfall_edge.commands.memory import CommandMemory
from footfall_edge.desired_cache import DesiredCache
from footfall_edge.diagnosis.face_veil import FaceVeil
from footfall_edge.diagnosis.local_http import LocalHttp
from footfall_edge.diagnosis.local_snapshot import LocalSnapshots
from footfall_edge.diagnosis.metrics import MetricsPage
from footfall_edge.diagnosis.pages import Pages
from footfall_edge.diagnosis.service_manager import ServiceManager
from footfall_edge.diagnosis.vitals import Vitals
from footfall_edge.event_spooling import LeasedSink, SpoolSink
from footfall_edge.face_analyst import FaceAnalyst
from footfall_edge.face_event import FaceEvent
from footfall_edge.frame_slot import FrameSlot
from footfall_edge.inference import InferencePool
from footfall_edge.leases import LeaseBook
from footfall_edge.link.command_duty import CommandDuty
from footfall_edge.link.core_clock import CoreClock
from footfall_edge.link.core_link import CoreLink, LinkState
from footfall_edge.link.gallery_duty import GalleryDuty
from footfall_edge.link.heartbeats import Heartbeats
from footfall_edge.link.image_policy_duty import ImagePolicyDuty
from footfall_edge.link.lease_duty import LeaseDuty
from footfall_edge.link.preview_duty import PreviewDuty
from footfall_edge.link.session import WorkerCard
from footfall_edge.link.sign_in import sign_in_of
from footfall_edge.pipeline import CameraPipeline
from footfall_edge.ports import FaceVision
from footfall_edge.scheduling.analysis_budget import AnalysisBudget
from footfall_edge.settings import EdgeSettings
from footfall_edge.spool import Spool
from footfall_edge.spooling.errors import SpoolDamagedError
from footfall_edge.spooling.opening import SpoolKey
from footfall_edge.staff.gallery_file import GalleryFile
from footfall_edge.staff.keeper import StaffKeeper
from footfall_edge.staff.marking_sink import StaffMarkingSink
from footfall_edge.status_file import StatusFile
from footfall_edge.still_place_file import StillPlaceFile
from footfall_edge.still_places import StillPlaces
from footfall_edge.supervisor import CameraSupervisor
from footfall_edge.track_telling import TellingRules
from footfall_edge.uploads import ImageUploader, PresignedStore
from footfall_edge.views import ViewBoard
from footfall_edge.worker_condition import ConditionReader
from footfall_edge.worker_report import WorkerReporter

_PUT_TIMEOUT_S = 30.0
_DRAIN_S = 1.0
_RENEWAL = "the certificate's renewal"
_RELEASE_S = 0.5
_CAPABILITIES = ("leases", "commands", "previews", "staff_gallery")
_log = structlog.get_logger(__name__)


async def run_edge(
    settings: EdgeSettings,
    vision: FaceVision,
    stop: asyncio.Event,
    *,
    computed_by: ProviderChoice = ProviderChoice(),  # noqa: B008 (a frozen value)
) -> None:
    """Work until stop is set; then tell what is in view, let the core take it, and return.

    Raises SpoolError when the data folder cannot be used, BadIdentityError when the certificate in it cannot.
    """
    sign_in = sign_in_of(settings)
    async with contextlib.AsyncExitStack() as stack:
        spool_key = _spool_key(settings)
        spool = await Spool.open(
            settings.data_dir / "spool.sqlite", max_bytes=settings.spool_max_bytes, key=spool_key
        )
        stack.push_async_callback(spool.close)
        pool = await stack.enter_async_context(InferencePool(threads=settings.threads))
        metrics = MetricsPage()
        budget = AnalysisBudget(
            pool=pool,
            threads=settings.threads,
            cores=settings.cpu_cores or float(settings.threads),
            note=metrics.note_analysis,
        )
        http = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_PUT_TIMEOUT_S))
        )
        staff = await asyncio.to_thread(
            functools.partial(
                StaffKeeper,
                model_id=vision.model_id,
                file=GalleryFile(settings.data_dir / "staff_gallery", spool_key.file),
            )
        )
        await stack.enter_async_context(in_background(staff.run()))
        sink = StaffMarkingSink(sink=SpoolSink(spool=spool, encode=_encode), staff=staff)
        views = ViewBoard()
        still_places = StillPlaceFile(settings.data_dir / "still_places.json")

        def make_pipeline(spec: CameraSpec, lease_token: int) -> CameraPipeline:
            return CameraPipeline(
                spec=spec,
                source=parse_source(spec.source_url),
                analyst=FaceAnalyst(
                    camera_id=spec.camera_id,
                    vision=vision,
                    settings=spec.settings,
                    rules=TellingRules(ripe_after_s=settings.ripe_after_s),
                    places=StillPlaces(camera_id=spec.camera_id, store=still_places),
                    show=functools.partial(views.show, spec.camera_id),
                ),
                pool=budget.share(spec.camera_id),
                sink=LeasedSink(sink=sink, lease_token=lease_token),
                make_reader=_make_reader,
                idle_fps=spec.settings.idle_fps or settings.worker_fps,
                busy_fps=settings.analysis_fps,
            )

        leases = LeaseBook()
        cameras = CameraSupervisor(
            make_pipeline=make_pipeline,
            cache=DesiredCache(settings.data_dir / "desired_cameras.json"),
            leases=leases,
        )
        core_clock = CoreClock()
        heartbeats = Heartbeats(
            condition=ConditionReader(
                depth=spool.depth,
                cameras=cameras.health,
                execution_provider=str(computed_by),
            ).read,
            core_clock=core_clock,
            leases=leases,
        )
        lease_duty = LeaseDuty(book=leases, beat_soon=heartbeats.beat_soon)
        commands = CommandDesk(
            handlers=CameraCommands(
                cameras=cameras, views=views, leases=leases, release=lease_duty.release
            ).handlers(),
            memory=CommandMemory(settings.data_dir / "command_results.json"),
            core_now=core_clock.now,
        )
        stack.push_async_callback(commands.close)
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
                capabilities=_CAPABILITIES,
            ),
            duties=(
                lease_duty,
                heartbeats,
                CommandDuty(commands),
                ImagePolicyDuty(forget_images=spool.forget_images),
                PreviewDuty(views=views, wanted=cameras.wanted),
                GalleryDuty(staff),
            ),
        )
        spools_id, _ = await spool.identity()
        service_manager = ServiceManager.from_environment()
        vitals = Vitals(ask_spool=spool.depth, cameras=cameras.health, say_alive=service_manager.alive)
        reporter = WorkerReporter(
            version=version("footfall"),
            model_id=vision.model_id,
            execution_provider=str(computed_by),
            worker_id=lambda: sign_in.worker_id() or spools_id,
            link=lambda: link.status,
            certificate_ends=sign_in.certificate_ends,
            cameras=cameras.health,
            spool=spool.depth,
            clock_offset=core_clock.offset,
            http=lambda: local_http.address,
        )
        local_http = LocalHttp(
            Pages(
                reporter=reporter,
                vitals=vitals,
                settings=lambda: _shown(settings),
                metrics=metrics,
                snapshots=LocalSnapshots(
                    newest=views.newest, wanted=cameras.wanted, veil=FaceVeil.load(settings.models_dir)
                )
                if settings.http_snapshots
                else None,
            ),
            port=settings.http_port,
        )
        status = StatusFile(
            path=settings.data_dir / "status.json",
            report=reporter.report,
            link_state=lambda: link.status.state,
        )
        _log.info(
            "edge_started",
            worker_id=sign_in.worker_id() or spools_id,
            model_id=vision.model_id,
            name=settings.name,
        )
        if sign_in.keep is not None:
            vitals.watch({_RENEWAL: await stack.enter_async_context(in_background(sign_in.keep()))})
        if settings.http_port:
            await stack.enter_async_context(in_background(local_http.run()))
        async with in_background(status.run()) as telling, in_background(link.run()) as linking:
            async with (
                in_background(cameras.run()) as working,
                in_background(vitals.run()),
                in_background(spool.damaged()) as damaged,
            ):
                service_manager.ready()
                vitals.watch({"the link": linking, "the status file": telling, "the cameras' loop": working})
                await first_of(stop, working, damaged)
                service_manager.stopping()
                spool_is_damaged = damaged.done()
            if spool_is_damaged:
                raise SpoolDamagedError("the spool is damaged; the next start sets it aside")
            # The cameras are closed and what they saw is on disk: give the core a moment to take it.
            await link.drain(within_s=_DRAIN_S)
            heartbeats.stop()
            if link.status.state is LinkState.ONLINE:
                await lease_duty.release_all(within_s=_RELEASE_S)
                await link.hang_up(within_s=_RELEASE_S)
        _log.info("edge_stopped")


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set stop on SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


def _make_reader(spec: CameraSpec, source: CameraSource, slot: FrameSlot) -> CameraReader:
    return CameraReader(camera_id=spec.camera_id, source=source, slot=slot)


def _spool_key(settings: EdgeSettings) -> SpoolKey:
    chosen = settings.spool_key_file
    return SpoolKey(KeyFile(chosen or settings.data_dir / "spool.key"), configured=chosen is not None)


def _encode(event: FaceEvent) -> bytes:
    return convert.to_face_event(event).SerializeToString()


def _shown(settings: EdgeSettings) -> dict[str, Any]:
    """The settings as /status has them: secrets as **********."""
    shown: dict[str, Any] = settings.model_dump(mode="json")
    return shown
