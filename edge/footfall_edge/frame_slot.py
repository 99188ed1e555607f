"""Where a camera's thread leaves its newest frame for the loop."""

import asyncio
import threading

from footfall_edge.frame import Frame


class FrameSlot:
    """Holds one frame; a newer one takes its place. Slow analysis drops frames and never builds delay.

    put() and close() belong to the camera's thread, take() to the event loop.
    """

    def __init__(self, *, frames_per_second: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._closed = False
        self._frames_per_second = frames_per_second
        self._dropped = 0

    @property
    def frames_per_second(self) -> float:
        """How many frames a second are wanted now."""
        return self._frames_per_second

    @property
    def dropped(self) -> int:
        """How many frames a newer one took the place of before they were taken."""
        return self._dropped

    def set_rate(self, frames_per_second: float) -> None:
        """How many frames a second are wanted from now on."""
        self._frames_per_second = frames_per_second

    def put(self, frame: Frame) -> None:
        """Leave a frame."""
        with self._lock:
            self._dropped += self._frame is not None
            self._frame = frame
        self._wake()

    def close(self) -> None:
        """Say that no further frame will come."""
        with self._lock:
            self._closed = True
        self._wake()

    def newest(self, taken: Frame) -> Frame:
        """The newest frame, when one came after the taken one, which is then dropped; else the taken one.

        May be called from any thread.
        """
        with self._lock:
            frame, self._frame = self._frame, None
            self._dropped += frame is not None
        return taken if frame is None else frame

    async def take(self) -> Frame | None:
        """The newest frame, as soon as there is one that was not taken yet; None when none will come."""
        while True:
            self._arrived.clear()
            with self._lock:
                frame, self._frame = self._frame, None
                closed = self._closed
            if frame is not None or closed:
                return frame
            await self._arrived.wait()

    def _wake(self) -> None:
        # The loop may be gone when a thread comes back late from a stalled camera.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._arrived.set)
