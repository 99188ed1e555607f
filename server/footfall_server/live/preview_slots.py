"""One frame's room for each who watches: the newest one is in it, and no queue ever grows."""

import asyncio
from datetime import timedelta

from footfall_server.domain.preview import PreviewSize


class FrameSlot:
    """What one watcher is shown next. Frames are bytes; nobody here looks into them."""

    def __init__(self, size: PreviewSize) -> None:
        self.size = size
        self._interval = 1 / size.max_fps
        self._newest: bytes | None = None
        self._came = asyncio.Event()
        self._next_at = 0.0

    def put(self, frame: bytes) -> None:
        """A frame in place of one that was not taken."""
        self._newest = frame
        self._came.set()

    async def next(self, patience: timedelta) -> bytes | None:
        """The newest frame, no sooner than the watcher's rate allows; None when the patience is over."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await asyncio.sleep(max(0.0, self._next_at - loop.time()))
                await self._came.wait()
        except TimeoutError:
            return None
        frame, self._newest = self._newest, None
        self._came.clear()
        self._next_at = loop.time() + self._interval
        return frame


class Pace:
    """Lets no more frames by than a rate, and a little for clocks that are not alike."""

    SLACK = 0.8

    def __init__(self) -> None:
        self._last = float("-inf")

    def lets_by(self, max_fps: float, at: float) -> bool:
        """Whether a frame at this time of the loop's clock keeps the rate."""
        if at - self._last < self.SLACK / max_fps:
            return False
        self._last = at
        return True
