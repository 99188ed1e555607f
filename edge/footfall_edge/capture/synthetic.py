"""The moving test picture of `synthetic:`, for trying an installation without a camera."""

import time
from collections.abc import Callable

import cv2
import numpy as np
from footfall_vision.types import Image

from footfall_edge.camera_source import SyntheticSource

_BARS = ((180, 180, 180), (0, 180, 180), (180, 180, 0), (0, 180, 0), (180, 0, 180), (0, 0, 180), (180, 0, 0))
"""BGR, light to dark."""
_BOX_SHARE = 6
"""The moving box's side, as a part of the height."""


class SyntheticVideo:
    """Colour bars and a box that moves across them, at the source's rate; an opened source for the player."""

    def __init__(
        self,
        source: SyntheticSource,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._clock = clock
        self._sleep = sleep
        self._started = clock()
        self._number = -1
        edges = np.arange(source.width) * len(_BARS) // source.width
        self._bars = np.broadcast_to(
            np.array(_BARS, np.uint8)[edges][None], (source.height, source.width, 3)
        ).copy()

    def grab(self) -> bool:
        """Wait for the next frame's time. A slow reader misses frames, as with a real camera."""
        rate = self._source.frames_per_second
        now = int((self._clock() - self._started) * rate)
        self._number = max(self._number + 1, now)
        wait = self._started + self._number / rate - self._clock()
        if wait > 0:
            self._sleep(wait)
        return True

    def retrieve(self) -> tuple[bool, Image]:
        """The picture: uint8 [height, width, 3]."""
        picture = self._bars.copy()
        side = self._source.height // _BOX_SHARE
        left = self._number * max(side // 8, 1) % (self._source.width - side)
        top = self._source.height // 2 - side // 2
        picture[top : top + side, left : left + side] = 255
        return True, picture

    def get(self, prop: int, /) -> float:
        """Only the rate is known."""
        return float(self._source.frames_per_second) if prop == cv2.CAP_PROP_FPS else 0.0

    def release(self) -> None:
        """Nothing is held."""
