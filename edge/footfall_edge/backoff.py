"""How long to wait before trying again."""

import random
import time
from collections.abc import Callable


class Backoff:
    """Doubling delays with full jitter (Brooker 2015): each is drawn from 0 to its bound.

    The bound begins at first, doubles with every failure up to limit, and begins anew after a try
    that stayed well for healthy_after seconds. It never gives up.
    """

    def __init__(
        self,
        *,
        first: float,
        limit: float,
        healthy_after: float = 60.0,
        draw: Callable[[float, float], float] = random.uniform,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first = first
        self._limit = limit
        self._healthy_after = healthy_after
        self._draw = draw
        self._clock = clock
        self._bound = first
        self._floor = 0.0
        self._began: float | None = None

    def begin(self) -> None:
        """Say that a try begins to be well now."""
        self._began = self._clock()

    def next_delay(self) -> float:
        """Seconds to wait after a try that has ended."""
        if self._began is not None and self._clock() - self._began >= self._healthy_after:
            self._bound = self._first
        self._began = None
        delay = self._draw(self._floor, self._bound)
        self._floor = 0.0
        self._bound = min(self._bound * 2, self._limit)
        return delay

    def back_off(self) -> None:
        """Wait long the next time, half the limit at least: coming back soon does no good."""
        self._bound = self._limit
        self._floor = self._limit / 2
