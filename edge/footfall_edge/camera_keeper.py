"""Keeps one camera as it is wanted: read, or not."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraHealth, CameraSpec, CameraState
from footfall_edge.camera_source import SourceError, redact

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


MakePipeline = Callable[[CameraSpec, int], Pipeline]
"""Of a camera, and the lease token that it is read under (0 without one). Raises SourceError when the
camera's address cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is wanted of a camera. state and detail say how it does while it is not to be read.

    edition: another one has the camera closed and opened anew.
    """

    spec: CameraSpec
    is_read: bool
    lease_token: int = 0
    state: CameraState = CameraState.CONNECTING
    detail: str = ""
    holder_worker_id: str = ""
    edition: int = 0

    @property
    def work(self) -> tuple[CameraSpec, int, int] | None:
        """What the pipeline depends on: another value needs another pipeline. None: there is to be none."""
        return (self.spec, self.lease_token, self.edition) if self.is_read else None


class CameraKeeper:
    """Starts, stops and replaces a camera's pipeline; starts one that broke down again, later and later."""

    def __init__(
        self,
        target: Target,
        *,
        make_pipeline: MakePipeline,
        make_backoff: Callable[[], Backoff],
        on_settled: Callable[[], None],
    ) -> None:
        """on_settled: called when the camera has become what was wanted."""
        self._make_pipeline = make_pipeline
        self._make_backoff = make_backoff
        self._on_settled = on_settled
        self._target = target
        self._applied: Target | None = None
        self._changed = asyncio.Event()
        self._changed.set()
        self._settled = asyncio.Event()
        self._pipeline: Pipeline | None = None
        self._playing: asyncio.Task[None] | None = None
        self._fault = ""

    @property
    def target(self) -> Target:
        """What is wanted."""
        return self._target

    @property
    def is_settled(self) -> bool:
        """Whether the camera is what is wanted."""
        return self._settled.is_set()

    def aim(self, target: Target) -> None:
        """Want something else from now on. A camera that is to be let go is told so before this returns."""
        if target == self._target:
            return
        changes_work = target.work != self._target.work
        self._target = target
        if changes_work and self._pipeline is not None:
            self._pipeline.stop()
        self._settled.clear()
        self._changed.set()

    async def settled(self) -> None:
        """Return when the camera is what is wanted."""
        await self._settled.wait()

    def health(self) -> CameraHealth:
        """What the camera does now."""
        target = self._target
        if target.is_read and self._pipeline is not None and not self._fault:
            return self._pipeline.health()
        fault = self._fault if target.is_read else ""
        return CameraHealth(
            camera_id=target.spec.camera_id,
            display_name=target.spec.display_name,
            state=CameraState.FAILED if fault else target.state,
            last_frame_time=None,
            detail=fault or target.detail,
            frames_per_second=0.0,
            holder_worker_id=target.holder_worker_id,
        )

    async def run(self) -> None:
        """Work until cancelled; then close the camera, so that what it saw is told."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                target = self._target
                await self._apply(target)
                if target == self._target:
                    self._settled.set()
                    self._on_settled()
        finally:
            await self._end()

    async def _apply(self, target: Target) -> None:
        before, self._applied = self._applied, target
        if before is not None and before.work == target.work:
            return
        await self._end()
        if target.is_read:
            _log.info(
                "camera_wanted",
                camera_id=target.spec.camera_id,
                source=redact(target.spec.source_url),
                lease_token=target.lease_token,
            )
            self._playing = asyncio.create_task(self._play(target), name=f"camera-{target.spec.camera_id}")

    async def _play(self, target: Target) -> None:
        """Run one pipeline after another until one ends well."""
        backoff = self._make_backoff()
        while self._target.work == target.work:
            try:
                pipeline = self._make_pipeline(target.spec, target.lease_token)
            except SourceError as error:
                self._fault = str(error)
                _log.warning("camera_source_refused", camera_id=target.spec.camera_id, detail=self._fault)
                return
            self._pipeline, self._fault = pipeline, ""
            backoff.begin()
            try:
                await pipeline.run()
            except Exception as error:  # noqa: BLE001 (whatever breaks one camera)
                # The border between cameras: one that breaks down must not take the others along.
                self._fault = f"analysis broke down ({type(error).__name__}); it is started again"
                delay = backoff.next_delay()
                _log.exception(
                    "camera_broke_down", camera_id=target.spec.camera_id, retry_in_s=round(delay, 2)
                )
                await asyncio.sleep(delay)
            else:
                return

    async def _end(self) -> None:
        playing, self._playing = self._playing, None
        if playing is None:
            return
        if self._pipeline is not None and not self._fault:
            self._pipeline.stop()
            await asyncio.wait([playing], timeout=_STOP_TIMEOUT_S)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        self._pipeline, self._fault = None, ""
        _log.info("camera_let_go", camera_id=self._target.spec.camera_id)
