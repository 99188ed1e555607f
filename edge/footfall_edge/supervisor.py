"""Makes the running cameras match the wanted ones."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraHealth, CameraSpec, CameraState, DesiredCameras
from footfall_edge.camera_source import SourceError, redact
from footfall_edge.desired_cache import DesiredCache

_STOP_TIMEOUT_S = 4.0
_log = structlog.get_logger(__name__)


class Pipeline(Protocol):
    """One camera at work."""

    async def run(self) -> None:
        """Work until stopped, or until a file has ended."""
        ...

    def stop(self) -> None:
        """Ask run() to end."""
        ...

    def health(self) -> CameraHealth:
        """What the camera does now."""
        ...


MakePipeline = Callable[[CameraSpec], Pipeline]
"""Raises SourceError when the camera's address cannot be understood."""


@dataclass(slots=True, eq=False)
class _Running:
    spec: CameraSpec
    pipeline: Pipeline | None = None
    task: asyncio.Task[None] | None = None
    fault: str = ""
    is_stopping: bool = False


class CameraSupervisor:
    """Starts, stops and replaces pipelines; starts one that broke down again, later and later."""

    def __init__(
        self,
        *,
        make_pipeline: MakePipeline,
        cache: DesiredCache,
        make_backoff: Callable[[], Backoff] = lambda: Backoff(first=1.0, limit=30.0),
    ) -> None:
        self._make_pipeline = make_pipeline
        self._cache = cache
        self._make_backoff = make_backoff
        self._running: dict[str, _Running] = {}
        self._desired = DesiredCameras(revision=-1, cameras=())
        self._changed = asyncio.Event()

    def desire(self, desired: DesiredCameras, *, authoritative: bool) -> None:
        """Take a wanted set; run() makes it real.

        One with an older revision is ignored, but for the one that a Welcome brings (authoritative):
        that is the core's present truth, even after it was restored from a backup.
        """
        if not authoritative and desired.revision < self._desired.revision:
            return
        self._desired = desired
        self._cache.save(desired)
        self._changed.set()

    def health(self) -> Sequence[CameraHealth]:
        """How each wanted camera does."""
        return [_health(running) for running in self._running.values()]

    async def run(self) -> None:
        """Work until cancelled; then stop all cameras, so that what they saw is told."""
        cached = self._cache.load()
        if cached is not None and self._desired.revision < 0:
            self._desired = cached
            self._changed.set()
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self.reconcile(self._desired)
        finally:
            await asyncio.gather(*(self._stop(running) for running in self._running.values()))
            self._running.clear()

    async def reconcile(self, desired: DesiredCameras) -> None:
        """Stop what is not wanted any more or is wanted otherwise, then start what is missing."""
        wanted = {camera.camera_id: camera for camera in desired.cameras}
        leaving = [
            running for camera_id, running in self._running.items() if wanted.get(camera_id) != running.spec
        ]
        await asyncio.gather(*(self._stop(running) for running in leaving))
        for running in leaving:
            del self._running[running.spec.camera_id]
        for spec in wanted.values():
            if spec.camera_id not in self._running:
                self._start(spec)

    def _start(self, spec: CameraSpec) -> None:
        running = _Running(spec=spec)
        self._running[spec.camera_id] = running
        _log.info("camera_wanted", camera_id=spec.camera_id, source=redact(spec.source_url))
        running.task = asyncio.create_task(self._keep_running(running), name=f"camera-{spec.camera_id}")

    async def _keep_running(self, running: _Running) -> None:
        backoff = self._make_backoff()
        while not running.is_stopping:
            try:
                pipeline = self._make_pipeline(running.spec)
            except SourceError as error:
                running.fault = str(error)
                _log.warning("camera_source_refused", camera_id=running.spec.camera_id, detail=running.fault)
                return
            running.pipeline, running.fault = pipeline, ""
            backoff.begin()
            try:
                await pipeline.run()
            except Exception as error:  # noqa: BLE001 (whatever breaks one camera)
                # The border between cameras: one that breaks down must not take the others along.
                running.fault = f"analysis broke down ({type(error).__name__}); it is started again"
                delay = backoff.next_delay()
                _log.exception(
                    "camera_broke_down", camera_id=running.spec.camera_id, retry_in_s=round(delay, 2)
                )
                await asyncio.sleep(delay)
            else:
                return

    async def _stop(self, running: _Running) -> None:
        running.is_stopping = True
        if running.task is None:
            return
        if running.pipeline is not None and not running.fault:
            running.pipeline.stop()
            await asyncio.wait([running.task], timeout=_STOP_TIMEOUT_S)
        running.task.cancel()
        await asyncio.gather(running.task, return_exceptions=True)
        _log.info("camera_let_go", camera_id=running.spec.camera_id)


def _health(running: _Running) -> CameraHealth:
    if running.pipeline is not None and not running.fault:
        return running.pipeline.health()
    return CameraHealth(
        camera_id=running.spec.camera_id,
        display_name=running.spec.display_name,
        state=CameraState.FAILED if running.fault else CameraState.CONNECTING,
        last_frame_time=None,
        detail=running.fault,
        frames_per_second=0.0,
    )
