"""Where a camera's thread leaves its newest frame for the loop."""

import asyncio
import threading

from footfall_edge.frame import Frame


class FrameSlot:
    """Holds one frame; a newer one takes its place. Slow analysis drops frames and never builds delay.

    put(), due() and close() belong to the camera's thread, the rest to the event loop.
    """

    def __init__(self, *, frames_per_second: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._closed = False
        self._interval = 1.0 / frames_per_second
        self._next_due = float("-inf")

    def set_rate(self, frames_per_second: float) -> None:
        """How many frames a second are wanted from now on."""
        self._interval = 1.0 / frames_per_second

    def due(self, at: float, frame_interval: float) -> bool:
        """Whether the frame at that second is wanted: what is not is spared its colour conversion.

        frame_interval: seconds between the source's frames; half of it is the slack that makes the
        rate come out right when it does not divide the source's.
        """
        if at < self._next_due - frame_interval / 2:
            return False
        self._next_due = max(self._next_due + self._interval, at)
        return True

    def put(self, frame: Frame) -> None:
        """Leave a frame."""
        with self._lock:
            self._frame = frame
        self._wake()

    def close(self) -> None:
        """Say that no further frame will come."""
        with self._lock:
            self._closed = True
        self._wake()

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
