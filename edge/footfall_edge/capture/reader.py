"""Keeps a camera read for as long as it is wanted."""

import logging
import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraFault, CameraState
from footfall_edge.camera_source import CameraSource
from footfall_edge.capture.errors import CaptureError, ReaderDiedError
from footfall_edge.capture.messages import PlayEnded, PlayFailed, Progress
from footfall_edge.capture.reader_process import FrameCame, ReaderNews, ReaderProcess
from footfall_edge.frame_slot import FrameSlot

_LOOK_S = 0.25
START_LIMIT_S = 30.0
"""From the start of a process to its first word: a busy small machine takes long to load OpenCV."""
OPEN_LIMIT_S = 8.0
"""Without a word while a source is opened: longer than each step's own timeout."""
FRAME_AGE_LIMIT_S = 6.0
"""Without a frame from an opened source: longer than the reader's own timeout for reading."""
_SAME_NEWS_S = 600.0
_AUTH_DELAY_S = (6.0, 9.0)
"""Cameras lock an account after some wrong passwords, so such are tried less often."""
_log = structlog.get_logger(__name__)


class Reader(Protocol):
    """What is used of ReaderProcess."""

    def play(self, frames_per_second: float) -> None: ...
    def set_rate(self, frames_per_second: float) -> None: ...
    def receive(self, timeout_s: float) -> ReaderNews | None: ...
    def kill(self) -> bool: ...


LaunchReader = Callable[[CameraSource], Reader]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureStatus:
    """How reading goes. skipped_frames: wanted ones that never reached the slot. size: width, height."""

    state: CameraState = CameraState.CONNECTING
    fault: CameraFault | None = None
    detail: str = ""
    last_frame_time: datetime | None = None
    skipped_frames: int = 0
    size: tuple[int, int] = (0, 0)
    kills: int = 0


class CameraReader:
    """Opens the source, reads it at its own speed, and opens it again when it fails, for ever.

    The source is read by a process; this has a thread that watches over it, and kills and replaces it
    when it hangs. A file is played once, in real time, and then reports ENDED. The newest frame is left
    in the slot.
    """

    def __init__(
        self,
        *,
        camera_id: str,
        source: CameraSource,
        slot: FrameSlot,
        launch: LaunchReader = ReaderProcess,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._source = source
        self._slot = slot
        self._launch = launch
        # What is back must be seen again within 15 s, so no wait is longer than a few of them.
        self._backoff = backoff or Backoff(first=0.5, limit=3.0, healthy_after=5.0)
        self._clock = clock
        self._draw = draw
        self._stopping = threading.Event()
        self._status = CaptureStatus()
        self._told_at: dict[str, float] = {}
        self._log = _log.bind(camera_id=camera_id, source=repr(source))
        self._thread = threading.Thread(target=self._run, name=f"camera-{camera_id}", daemon=True)

    @property
    def status(self) -> CaptureStatus:
        """How reading goes; a value that is replaced, never changed."""
        return self._status

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it does within a moment, whatever the camera does."""
        self._stopping.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; False when it is still busy."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set() and self._status.state is not CameraState.ENDED:
                self._use_process()
        except Exception:  # noqa: BLE001 (the thread's last line; anything may come)
            # Said here, since nobody awaits a thread; the pipeline sees FAILED and the closed slot.
            self._log.exception("camera_thread_died")
            self._set(state=CameraState.FAILED, detail="reading stopped on an internal error; see the log")
        finally:
            self._slot.close()

    def _use_process(self) -> None:
        """Read with one process until it has to be replaced, or nothing is left to read."""
        try:
            reader = self._launch(self._source)
        except OSError as error:
            self._fail(CameraFault.DEVICE, f"no process can be started ({error.strerror})")
            return
        lost: CaptureError | None = None
        try:
            self._use(reader)
        except _HungError as error:
            self._set(kills=self._status.kills + 1)
            lost = CaptureError(CameraFault.STALL, str(error))
        except ReaderDiedError:
            lost = CaptureError(CameraFault.CODEC, "the process that reads the camera died; it is replaced")
        finally:
            if not reader.kill():
                self._log.error("camera_process_left_behind")
        if lost is not None:
            self._fail(lost.fault, lost.detail)

    def _use(self, reader: Reader) -> None:
        """Play again and again. Raises _HungError or ReaderDiedError when the process is of no more use."""
        limit_s = START_LIMIT_S
        while not self._stopping.is_set():
            try:
                ended = self._play(reader, limit_s)
            except CaptureError as error:
                self._fail(error.fault, error.detail)
                limit_s = OPEN_LIMIT_S
                continue
            if ended:
                self._set(state=CameraState.ENDED, fault=None, detail="")
                self._log.info("camera_file_ended")
            return

    def _play(self, reader: Reader, limit_s: float) -> bool:
        """Play once; True when a file has ended, False when stopped. Raises CaptureError, _HungError."""
        rate = self._slot.frames_per_second
        reader.play(rate)
        heard, is_online = self._clock(), False
        while not self._stopping.is_set():
            news = reader.receive(_LOOK_S)
            now = self._clock()
            if (wanted := self._slot.frames_per_second) != rate:
                rate = wanted
                reader.set_rate(rate)
            if news is None:
                if now - heard >= limit_s:
                    raise _HungError(is_online=is_online)
                continue
            if isinstance(news, PlayEnded):
                return True
            seen = self._hear(news)
            heard, limit_s = now, OPEN_LIMIT_S if seen is None else FRAME_AGE_LIMIT_S
            if seen is None:
                continue
            if not is_online:
                is_online = True
                self._backoff.begin()
                self._tell("camera_online", level=logging.INFO)
            self._set(state=CameraState.ONLINE, fault=None, detail="", last_frame_time=seen)
        return False

    def _hear(self, news: FrameCame | Progress | PlayFailed) -> datetime | None:
        """Take what the reader tells; returns the time of a good frame. Raises CaptureError."""
        match news:
            case PlayFailed(fault, detail):
                raise CaptureError(fault, detail)
            case FrameCame(frame, skipped):
                self._slot.put(frame)
                height, width = frame.image.shape[:2]
                self._set(skipped_frames=self._status.skipped_frames + skipped, size=(width, height))
                return frame.captured_at
            case Progress(captured_at):
                return captured_at

    def _fail(self, fault: CameraFault, detail: str) -> None:
        """Say what is wrong, and wait."""
        delay = self._backoff.next_delay()
        if fault is CameraFault.AUTH:
            delay = self._draw(*_AUTH_DELAY_S)
        self._set(state=CameraState.FAILED, fault=fault, detail=detail)
        self._tell("camera_failed", level=logging.WARNING, fault=str(fault), detail=detail)
        self._stopping.wait(delay)

    def _tell(self, event: str, *, level: int, **about: str) -> None:
        """Log it, unless the same was logged lately: a camera may be away, or come and go, for months."""
        now, key = self._clock(), f"{event} {about}"
        if now - self._told_at.get(key, -math.inf) >= _SAME_NEWS_S:
            self._told_at[key] = now
            self._log.log(level, event, **about)

    def _set(self, **changes: Any) -> None:
        self._status = replace(self._status, **changes)


class _HungError(Exception):
    def __init__(self, *, is_online: bool) -> None:
        what = "gives no frames" if is_online else "cannot be opened"
        super().__init__(f"the camera {what} and its driver hangs; the process that reads it is replaced")
