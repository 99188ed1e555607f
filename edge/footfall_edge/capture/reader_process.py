"""The worker's handle on a camera's reader process."""

import multiprocessing
from dataclasses import dataclass

from footfall_edge.camera_source import CameraSource
from footfall_edge.capture.errors import ReaderDiedError
from footfall_edge.capture.frame_memory import FrameCopies
from footfall_edge.capture.messages import (
    FrameReady,
    FromReader,
    Play,
    PlayEnded,
    PlayFailed,
    Progress,
    Release,
    SegmentReady,
    SetRate,
    ToReader,
)
from footfall_edge.capture.reader_main import read_camera
from footfall_edge.frame import Frame

_KILL_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class FrameCame:
    """The newest wanted frame; skipped: wanted frames before it that were not handed on."""

    frame: Frame
    skipped: int


ReaderNews = FrameCame | Progress | PlayEnded | PlayFailed


class ReaderProcess:
    """One process that reads one source. Used by one thread; must be killed in the end.

    It is spawned, not forked: a fork of a process with threads and open files would be one with broken
    locks and open files.
    """

    def __init__(self, source: CameraSource) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._copies = FrameCopies()
        self._put_back: FromReader | None = None
        # The source, with its password, goes over a pipe: a command line could be read by anybody.
        self._process = context.Process(
            target=read_camera, args=(theirs, source), name="footfall-camera", daemon=True
        )
        self._process.start()
        theirs.close()

    def play(self, frames_per_second: float) -> None:
        """Have the source opened and read. Raises ReaderDiedError."""
        self._send(Play(frames_per_second))

    def set_rate(self, frames_per_second: float) -> None:
        """How many frames a second are wanted from now on. Raises ReaderDiedError."""
        self._send(SetRate(frames_per_second))

    def receive(self, timeout_s: float) -> ReaderNews | None:
        """What the reader tells next; None when it tells nothing in time. Raises ReaderDiedError.

        Of frames that came meanwhile only the newest is given.
        """
        newest: FrameReady | None = None
        skipped = 0
        while (message := self._next(0.0 if newest else timeout_s)) is not None:
            match message:
                case SegmentReady():
                    self._copies.open(message)
                case FrameReady():
                    if newest is not None:
                        self._send(Release(newest.segment, newest.slot))
                        skipped += 1
                    newest, skipped = message, skipped + message.skipped
                case _ if newest is not None:
                    self._put_back = message
                    break
                case _:
                    return message
        return None if newest is None else FrameCame(self._copied(newest), skipped)

    def kill(self) -> bool:
        """End the process at once, whatever it does; False when the system cannot end it."""
        self._process.kill()
        self._process.join(_KILL_TIMEOUT_S)
        self._connection.close()
        self._copies.close()
        return not self._process.is_alive()

    def _copied(self, message: FrameReady) -> Frame:
        image = self._copies.copy(message)
        self._send(Release(message.segment, message.slot))
        return Frame(image=image, at=message.at, captured_at=message.captured_at)

    def _next(self, timeout_s: float) -> FromReader | None:
        if self._put_back is not None:
            message, self._put_back = self._put_back, None
            return message
        try:
            if not self._connection.poll(timeout_s):
                return None
            received: FromReader = self._connection.recv()
        except (EOFError, OSError):
            raise ReaderDiedError from None
        return received

    def _send(self, message: ToReader) -> None:
        try:
            self._connection.send(message)
        except OSError:
            raise ReaderDiedError from None
