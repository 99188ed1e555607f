"""Watches a camera as the worker would, and sends nothing."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from footfall_edge.camera_settings import CameraSettings
from footfall_edge.capture.reader import CaptureStatus
from footfall_edge.diagnosis.fitness.observations import Observations, Visitor
from footfall_edge.diagnosis.fitness.recording_vision import RecordingVision
from footfall_edge.face_analyst import FaceAnalyst
from footfall_edge.face_event import FaceEvent
from footfall_edge.frame import Frame
from footfall_edge.frame_mask import FrameMask
from footfall_edge.frame_slot import FrameSlot
from footfall_edge.ports import FaceVision

_LOOK_S = 1.0
_SILENCE_S = 30.0
"""Without a frame for so long, there is nothing to report on."""
_JOIN_S = 3.0


class Reader(Protocol):
    """The part of CameraReader that is used."""

    @property
    def status(self) -> CaptureStatus: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def join(self, timeout: float) -> bool: ...


MakeReader = Callable[[FrameSlot], Reader]


class CameraSilentError(Exception):
    """The camera gives no frames. The text says why, and holds no password."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the watch is, for people who wait."""

    passed_s: float
    of_s: float
    seen: Observations


class FitnessWatch:
    """Reads frames, has them analysed with the worker's own rules, and keeps the numbers."""

    def __init__(
        self,
        *,
        vision: FaceVision,
        camera: CameraSettings,
        make_reader: MakeReader,
        analysis_fps: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recorder = RecordingVision(vision)
        # A place where pictures hang is learned here anew, and kept nowhere: the worker's own are its own.
        self._analyst = FaceAnalyst(camera_id="fitness", vision=self._recorder, settings=camera)
        self._mask = FrameMask(camera.masks)
        self._make_reader = make_reader
        self._fps = analysis_fps
        self._clock = clock
        self._seen = Observations(sightings=self._recorder.sightings)
        self._most_faces = -1

    async def run(
        self, seconds: float, *, stop: asyncio.Event, tell: Callable[[Progress], None]
    ) -> Observations:
        """Watch for that long, or until stop is set or a film ends. tell is called about once a second.

        Raises CameraSilentError.
        """
        slot = FrameSlot(frames_per_second=self._fps)
        reader = self._make_reader(slot)
        reader.start()
        try:
            await self._watch(slot, reader, seconds, stop, tell)
        finally:
            reader.stop()
            await asyncio.to_thread(reader.join, _JOIN_S)
        self._take(await asyncio.to_thread(self._analyst.close))
        self._seen.pictures = self._analyst.counts.pictures
        return self._seen

    async def _watch(
        self,
        slot: FrameSlot,
        reader: Reader,
        seconds: float,
        stop: asyncio.Event,
        tell: Callable[[Progress], None],
    ) -> None:
        begun: float | None = None
        heard, told = self._clock(), float("-inf")
        while not stop.is_set() and self._seen.seconds < seconds:
            now = self._clock()
            if now - told >= _LOOK_S:
                told = now
                tell(Progress(self._seen.seconds, seconds, self._seen))
            try:
                async with asyncio.timeout(_LOOK_S):
                    frame = await slot.take()
            except TimeoutError:
                if self._clock() - heard >= _SILENCE_S:
                    raise CameraSilentError(_why(reader.status)) from None
                self._take(await asyncio.to_thread(self._analyst.expire, self._clock()))
                continue
            if frame is None:
                break
            begun = frame.at if begun is None else begun
            heard = self._clock()
            await asyncio.to_thread(self._look, frame, begun)
        if not self._seen.frames:
            raise CameraSilentError(_why(reader.status))

    def _look(self, frame: Frame, begun: float) -> None:
        seen = self._seen
        seen.height, seen.width = frame.image.shape[:2]
        seen.frames += 1
        seen.seconds = frame.at - begun
        self._take(self._analyst.observe(frame))
        if self._recorder.faces_in_frame > self._most_faces:
            self._most_faces = self._recorder.faces_in_frame
            seen.sample = self._mask.cover(frame.image)

    def _take(self, events: Sequence[FaceEvent]) -> None:
        self._seen.visitors += [Visitor(event.quality) for event in events if event.final]


def _why(status: CaptureStatus) -> str:
    return status.detail or "the camera gave no frame"
