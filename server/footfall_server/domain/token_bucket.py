"""A bucket that fills at a steady rate, and from which those take who want something done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` in the long run, and up to `burst` at once after a quiet while. Both above 0."""

    per_second: float
    burst: float

    def __post_init__(self) -> None:
        if self.per_second <= 0 or self.burst <= 0:
            raise ValueError("a rate and its burst are above 0")


class TokenBucket:
    """Begins full. Times are seconds of a clock that may be set back: time that ran backwards counts as none.

    In any span of t seconds no more than `burst + per_second * t` is covered.
    """

    __slots__ = ("_at", "_rate", "_tokens")

    def __init__(self, rate: Rate, *, now: float) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._at = now

    def delay(self, cost: float, *, now: float) -> float:
        """Seconds until `cost` can be taken; 0 when it can be now. What is above the burst counts as it."""
        self._fill(now)
        missing = min(cost, self._rate.burst) - self._tokens
        return max(0.0, missing / self._rate.per_second)

    def take(self, cost: float, *, now: float) -> None:
        """Takes `cost` whether it is there or not: what was not is missing to whoever comes next."""
        self._fill(now)
        self._tokens -= min(cost, self._rate.burst)

    def _fill(self, now: float) -> None:
        passed = max(0.0, now - self._at)
        self._at = now
        self._tokens = min(float(self._rate.burst), self._tokens + passed * self._rate.per_second)
