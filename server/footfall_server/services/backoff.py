"""How long to wait before trying again."""

import random
from datetime import timedelta


class Backoff:
    """Delays that double up to a limit, each shortened by up to half at random.

    So replicas that failed together do not come back together.
    """

    def __init__(self, *, first: timedelta, limit: timedelta, source: random.Random | None = None) -> None:
        self._first = first
        self._limit = limit
        self._random = source or random.SystemRandom()
        self._failures = 0

    def failed(self) -> timedelta:
        """The delay after another failure."""
        delay: timedelta = min(self._limit, self._first * (1 << min(self._failures, 30)))
        self._failures += 1
        return delay * self._random.uniform(0.5, 1.0)

    def succeeded(self) -> None:
        """The next failure is a first one again."""
        self._failures = 0
