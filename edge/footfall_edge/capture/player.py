"""Reads one source from its opening to its end."""

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import cv2
from footfall_vision.types import Image

from footfall_edge.camera_source import CameraSource, FileSource, RtspSource
from footfall_edge.capture.messages import FromReader, Progress
from footfall_edge.capture.opencv import READ_TIMEOUT_S, OpenVideo, Video, nearly, why_silent
from footfall_edge.capture.pacing import FramePacer

_FALLBACK_FPS = 25.0
_PLAUSIBLE_FPS = (1.0, 240.0)
_PROGRESS_S = 1.0


class Frames(Protocol):
    """Where wanted frames go."""

    def write(self, image: Image, *, at: float, captured_at: datetime) -> None:
        """Take one."""
        ...


class Player:
    """Opens a source and hands on the frames that are wanted.

    A file is played in real time: it has no clock of its own, and analysing it faster than it was filmed
    would tell times that never were.
    """

    def __init__(
        self,
        *,
        source: CameraSource,
        open_video: OpenVideo,
        pacer: FramePacer,
        frames: Frames,
        send: Callable[[FromReader], None],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._open = open_video
        self._pacer = pacer
        self._frames = frames
        self._send = send
        self._clock = clock
        self._sleep = sleep

    def play(self) -> None:
        """Read until a file ends. Raises CaptureError when the source fails."""
        video = self._open(self._source, self._alive)
        self._alive()
        try:
            self._read(video)
        finally:
            video.release()

    def _read(self, video: Video) -> None:
        is_file = isinstance(self._source, FileSource)
        rate = video.get(cv2.CAP_PROP_FPS)
        low, high = _PLAUSIBLE_FPS
        frame_interval = 1.0 / (rate if math.isfinite(rate) and low <= rate <= high else _FALLBACK_FPS)
        started, started_at = self._clock(), datetime.now(UTC)
        count, told = 0, started
        while True:
            asked = self._clock()
            grabbed = video.grab()
            timed_out = nearly(self._clock() - asked, READ_TIMEOUT_S)
            # When it has waited in vain FFmpeg gives frames that its decoder held back: they are old.
            if not grabbed or (timed_out and isinstance(self._source, RtspSource)):
                if is_file and count:
                    return
                self._alive()
                raise why_silent(self._source, timed_out=timed_out, frames=count)
            if is_file:
                offset = count * frame_interval
                if (wait := started + offset - self._clock()) > 0:
                    self._sleep(wait)
                at, captured_at = started + offset, started_at + timedelta(seconds=offset)
            else:
                at, captured_at = self._clock(), datetime.now(UTC)
            count += 1
            if self._pacer.due(at, frame_interval):
                good, image = video.retrieve()
                if good:
                    self._frames.write(image, at=at, captured_at=captured_at)
            if at - told >= _PROGRESS_S or count == 1:
                self._send(Progress(captured_at))
                told = at

    def _alive(self) -> None:
        self._send(Progress())
