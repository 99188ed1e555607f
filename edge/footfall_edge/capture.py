"""Reads a camera on a thread of its own, for as long as it is wanted."""

import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import cv2
import structlog

from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraState
from footfall_edge.camera_source import CameraSource, FileSource, RtspSource, UsbSource
from footfall_edge.frame import Frame
from footfall_edge.frame_slot import FrameSlot

if TYPE_CHECKING:
    from footfall_vision.types import Image

_OPEN_TIMEOUT_MS = 5000
_READ_TIMEOUT_MS = 5000
_FALLBACK_FPS = 25.0
_PLAUSIBLE_FPS = (1.0, 240.0)
_log = structlog.get_logger(__name__)


def configure_opencv() -> None:
    """Settle what OpenCV takes from its environment. Call once, before the first camera is opened."""
    # UDP loses packets, and a lost packet smears the picture until the next key frame.
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
    # Both would print a camera's address, with its password, to stderr.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    # Frames are worked on side by side: threads inside one call would only fight over the cores.
    cv2.setNumThreads(1)


class Video(Protocol):
    """An opened source: the part of cv2.VideoCapture that is used."""

    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def get(self, prop: int, /) -> float: ...
    def release(self) -> None: ...


OpenVideo = Callable[[CameraSource], Video | None]


def open_video(source: CameraSource) -> Video | None:
    """Open a source; None when that fails. Blocks for some seconds at most."""
    timeouts = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        _OPEN_TIMEOUT_MS,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        _READ_TIMEOUT_MS,
    ]
    match source:
        case RtspSource(url):
            video = cv2.VideoCapture(url, cv2.CAP_FFMPEG, timeouts)
        case FileSource(path):
            if not Path(path).is_file():
                return None
            video = cv2.VideoCapture(path, cv2.CAP_FFMPEG, timeouts)
        case UsbSource(index):
            video = cv2.VideoCapture(index)
    if not video.isOpened():
        video.release()
        return None
    return cast("Video", video)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureStatus:
    """How reading goes."""

    state: CameraState = CameraState.CONNECTING
    detail: str = ""
    last_frame_time: datetime | None = None


class CameraReader:
    """Opens the source, reads it at its own speed, and opens it again when it fails, for ever.

    A file is played once, in real time, and then reports ENDED. The newest frame is left in the slot.
    """

    def __init__(
        self,
        *,
        camera_id: str,
        source: CameraSource,
        slot: FrameSlot,
        open_source: OpenVideo = open_video,
        backoff: Backoff | None = None,
    ) -> None:
        self._source = source
        self._slot = slot
        self._open = open_source
        self._backoff = backoff or Backoff(first=0.5, limit=10.0, healthy_after=10.0)
        self._stopping = threading.Event()
        self._status = CaptureStatus()
        self._log = _log.bind(camera_id=camera_id, source=repr(source))
        # A daemon: a camera that hangs inside a driver must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name=f"camera-{camera_id}", daemon=True)

    @property
    def status(self) -> CaptureStatus:
        """How reading goes; a value that is replaced, never changed."""
        return self._status

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it does as soon as the present frame is there."""
        self._stopping.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; False when it is still busy."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                detail = self._play()
                if isinstance(self._source, FileSource) and not detail:
                    self._set(state=CameraState.ENDED, detail="")
                    self._log.info("camera_file_ended")
                    return
                if self._stopping.is_set():
                    return
                delay = self._backoff.next_delay()
                self._set(state=CameraState.FAILED, detail=detail)
                self._log.warning("camera_failed", detail=detail, retry_in_s=round(delay, 2))
                self._stopping.wait(delay)
        except Exception:  # noqa: BLE001 (the thread's last line; anything may come)
            # Said here, since nobody awaits a thread; the pipeline sees FAILED and the closed slot.
            self._log.exception("camera_thread_died")
            self._set(state=CameraState.FAILED, detail="reading stopped on an internal error; see the log")
        finally:
            self._slot.close()

    def _play(self) -> str:
        """Read until the source ends or fails; returns what went wrong, empty for a file's end."""
        if self._status.state is not CameraState.FAILED:
            self._set(state=CameraState.CONNECTING)
        video = self._open(self._source)
        if video is None:
            return _why_not_open(self._source)
        try:
            return self._read(video)
        finally:
            video.release()

    def _read(self, video: Video) -> str:
        is_file = isinstance(self._source, FileSource)
        rate = video.get(cv2.CAP_PROP_FPS)
        low, high = _PLAUSIBLE_FPS
        frame_interval = 1.0 / (rate if math.isfinite(rate) and low <= rate <= high else _FALLBACK_FPS)
        started, started_at = time.monotonic(), datetime.now(UTC)
        count = 0
        while not self._stopping.is_set():
            if not video.grab():
                if not count:
                    return "the source was opened but gave no frame"
                return "" if is_file else "the stream ended or went silent"
            if is_file:
                # A file has no clock of its own, and analysing it faster than it was filmed would
                # tell times that never were.
                offset = count * frame_interval
                self._stopping.wait(max(started + offset - time.monotonic(), 0.0))
                at, captured_at = started + offset, started_at + timedelta(seconds=offset)
            else:
                at, captured_at = time.monotonic(), datetime.now(UTC)
            count += 1
            if count == 1:
                self._backoff.begin()
                self._log.info("camera_online", frames_per_second=round(1.0 / frame_interval, 1))
            self._set(state=CameraState.ONLINE, detail="", last_frame_time=captured_at)
            if self._slot.due(at, frame_interval):
                good, image = video.retrieve()
                if good:
                    self._slot.put(Frame(image=cast("Image", image), at=at, captured_at=captured_at))
        return ""

    def _set(self, **changes: Any) -> None:
        self._status = replace(self._status, **changes)


def _why_not_open(source: CameraSource) -> str:
    match source:
        case RtspSource():
            return "cannot be opened: no answer, wrong path, wrong credentials, or no video in it"
        case FileSource(path):
            return "the file is no video" if Path(path).is_file() else "there is no such file on the worker"
        case UsbSource(index):
            return f"there is no camera at usb:{index}, or another program holds it"
