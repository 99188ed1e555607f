"""One camera from its frames to the spool."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from footfall_edge.camera_health import CameraHealth, CameraSpec, CameraState
from footfall_edge.camera_source import CameraSource
from footfall_edge.capture.reader import CameraReader
from footfall_edge.face_analyst import FaceAnalyst
from footfall_edge.face_event import FaceEvent
from footfall_edge.frame import Frame
from footfall_edge.frame_slot import FrameSlot
from footfall_edge.inference import VisionCalls
from footfall_edge.ports import EventSink
from footfall_edge.spool_file import SpoolError

_SILENCE_S = 1.0
"""Without a frame for so long, the tracks in view are asked whether they are over."""
_RATE_WINDOW_S = 5.0
_LEAST_FPS = 0.2
"""One frame per window of the rate: less would look like an analysis that stands still."""
_MAX_UNRECORDED = 200
_STOP_S = 2.0
_log = structlog.get_logger(__name__)

MakeReader = Callable[[CameraSpec, CameraSource, FrameSlot], CameraReader]


class CameraPipeline:
    """Reads, analyses and records one camera until it is stopped."""

    def __init__(
        self,
        *,
        spec: CameraSpec,
        source: CameraSource,
        analyst: FaceAnalyst,
        pool: VisionCalls,
        sink: EventSink,
        make_reader: MakeReader,
        idle_fps: float,
        busy_fps: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spec = spec
        self._source = source
        self._analyst = analyst
        self._pool = pool
        self._sink = sink
        self._make_reader = make_reader
        self._idle_fps = max(idle_fps, _LEAST_FPS)
        self._busy_fps = max(busy_fps, self._idle_fps)
        self._clock = clock
        self._reader: CameraReader | None = None
        self._slot: FrameSlot | None = None
        self._is_stopping = False
        self._busy_since: float | None = None
        self._unrecorded: deque[FaceEvent] = deque()
        self._analysed: deque[float] = deque(maxlen=1024)
        self._log = _log.bind(camera_id=spec.camera_id)

    def health(self) -> CameraHealth:
        """What the camera does now."""
        status = self._reader.status if self._reader else None
        return CameraHealth(
            camera_id=self._spec.camera_id,
            display_name=self._spec.display_name,
            state=status.state if status else CameraState.CONNECTING,
            last_frame_time=status.last_frame_time if status else None,
            detail=status.detail if status else "",
            frames_per_second=self._rate(),
            fault=status.fault if status else None,
            width=status.size[0] if status else 0,
            height=status.size[1] if status else 0,
            dropped_frames=(status.skipped_frames if status else 0)
            + (self._slot.dropped if self._slot else 0),
            reader_kills=status.kills if status else 0,
            counts=replace(self._analyst.counts),
            faces_in_view=self._analyst.faces_in_view,
            analysis_s=0.0 if self._busy_since is None else self._clock() - self._busy_since,
        )

    async def run(self) -> None:
        """Work until stopped or until a file has ended; then tell the tracks that were in view.

        Raises what the analysis could not cope with.
        """
        if self._is_stopping:
            return
        slot = self._slot = FrameSlot(frames_per_second=self._idle_fps)
        self._reader = reader = self._make_reader(self._spec, self._source, slot)
        reader.start()
        try:
            await self._analyse(slot)
        finally:
            reader.stop()
            # A person in view when the worker stops was there, so what was seen is told.
            await self._record(await self._pool.run(self._analyst.close))
            if not await asyncio.to_thread(reader.join, _STOP_S):
                self._log.warning("camera_thread_left_behind")

    def stop(self) -> None:
        """Ask run() to end. Cancelling it instead would lose what a vision thread is about to tell."""
        self._is_stopping = True
        if self._reader is not None and self._slot is not None:
            self._reader.stop()
            self._slot.close()

    async def _analyse(self, slot: FrameSlot) -> None:
        while True:
            frame = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SILENCE_S):
                    frame = await slot.take()
                    if frame is None:
                        return
            self._busy_since = self._clock()
            if frame is None:
                await self._record(await self._pool.run(self._analyst.expire, self._clock()))
            else:
                await self._record(await self._pool.run(self._observe, slot, frame))
                self._analysed.append(self._clock())
            self._busy_since = None
            slot.set_rate(self._busy_fps if self._analyst.faces_in_view else self._idle_fps)

    def _observe(self, slot: FrameSlot, frame: Frame) -> Sequence[FaceEvent]:
        # It may have taken long until a vision thread was free: by then there may be a newer frame.
        return self._analyst.observe(slot.newest(frame))

    async def _record(self, events: Sequence[FaceEvent]) -> None:
        """Put events on disk, in order; what a full disk refuses is kept in memory and tried again."""
        self._unrecorded.extend(events)
        while len(self._unrecorded) > _MAX_UNRECORDED:
            lost = self._unrecorded.popleft()
            self._log.error("event_lost", event_id=lost.event_id)
        while self._unrecorded:
            event = self._unrecorded[0]
            try:
                await self._sink.record(event)
            except SpoolError as error:
                self._log.error("event_not_recorded", detail=str(error), waiting=len(self._unrecorded))
                return
            self._unrecorded.popleft()
            self._log.info(
                "face_recorded",
                event_id=event.event_id,
                track_id=event.track_id,
                final=event.final,
                shots=event.shot_count,
                quality=round(event.quality.score, 2),
                reasons=[reason.name for reason in event.quality.reasons],
            )

    def _rate(self) -> float:
        now = self._clock()
        return sum(1 for at in tuple(self._analysed) if now - at <= _RATE_WINDOW_S) / _RATE_WINDOW_S
