"""What the core's clock shows, told from the round trips of the link.

After NTP (RFC 5905, sections 8 and 10): the core's clock was read somewhere between a question and its
answer, and of the last eight samples the one with the shortest round trip says it best. Kept against this
machine's steady clock, so that a wall clock that somebody sets takes nothing along.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

_SAMPLES = 8
_DRIFT = 15e-6
"""How far a clock runs off in a second (RFC 5905, PHI)."""
_SLEW = 1e-3
"""How far in a second a wall clock is led back to the right time at most, without being set."""
_STEP_S = 0.5
"""A clock that is off by more than can be explained was set."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Sample:
    """lead_s: the core's clock, as seconds since 1970, less the steady one; right to radius_s either way."""

    lead_s: float
    radius_s: float
    heard_at: float

    def reach_s(self, now: float) -> float:
        return self.radius_s + _DRIFT * (now - self.heard_at)


class CoreClock:
    """The core's time of day, as well as it is known.

    steady: seconds that never jump; wall: this worker's time of day.
    """

    def __init__(
        self,
        *,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._steady = steady
        self._wall = wall
        self._samples: deque[_Sample] = deque(maxlen=_SAMPLES)
        self._wall_seen: tuple[float, float] | None = None
        self._jumps = 0

    @property
    def jumps(self) -> int:
        """How often the wall clock was seen to have been set since the worker started."""
        return self._jumps

    def sample(self, core_time: datetime, *, asked_at: float) -> None:
        """Take an answer that has just come. asked_at: when it was asked for, by the steady clock."""
        self.look()
        now = self._steady()
        new = _Sample(
            lead_s=core_time.timestamp() - (asked_at + now) / 2,
            radius_s=max(now - asked_at, 0.0) / 2,
            heard_at=now,
        )
        best = self._best(now)
        if best and abs(new.lead_s - best.lead_s) > new.radius_s + best.reach_s(now) + _STEP_S:
            # What was measured before is of another clock, or this machine slept meanwhile.
            _log.warning("core_clock_stepped", by_s=round(new.lead_s - best.lead_s, 2))
            self._samples.clear()
        self._samples.append(new)

    def look(self) -> None:
        """Notice a wall clock that was set since the last look."""
        now, wall = self._steady(), self._wall().timestamp()
        if self._wall_seen is not None:
            seen_at, seen = self._wall_seen
            jump = (wall - seen) - (now - seen_at)
            if abs(jump) > _STEP_S + _SLEW * (now - seen_at):
                self._jumps += 1
                _log.warning("clock_jumped", by_s=round(jump, 2))
        self._wall_seen = (now, wall)

    def now(self) -> datetime | None:
        """The core's time, UTC; None before the first sample."""
        best = self._best(self._steady())
        return datetime.fromtimestamp(best.lead_s + self._steady(), UTC) if best else None

    def offset(self) -> timedelta | None:
        """The core's clock less this worker's; None before the first sample."""
        core = self.now()
        return core - self._wall() if core else None

    def _best(self, now: float) -> _Sample | None:
        return min(self._samples, key=lambda sample: sample.reach_s(now), default=None)
