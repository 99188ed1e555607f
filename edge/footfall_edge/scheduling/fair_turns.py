"""Whose turn it is, by what each has used. Pure: time comes from outside.

Start-time fair queueing (Goyal, Vin, Cheng 1996) with equal weights, where a turn's cost is known only after
it: the one that has used least goes first. Who comes back from a pause begins little below the one that has
used least of those at work, so that nobody saves up turns while a camera is away. All turns together are held
to so many seconds of processor time per second by a bucket of tokens.
"""

import itertools
from dataclasses import dataclass, field

_BURST_S = 0.25
"""Seconds of the whole budget that may be saved up: enough for a turn of each camera that comes at once."""
_CREDIT_S = 1.0
"""Seconds that one may be behind the others: a camera is away for a moment between any two frames."""
_LEAD_S = 0.25
"""Seconds that one may be ahead of another that has a turn: it will be back in a moment, and goes first.
Less than the credit, or the credit would take away what the lead holds back."""


@dataclass(eq=False, slots=True)
class Share:
    """One that takes turns, one at a time.

    used_s: processor time, on the scale of all shares. last_s: what the last turn took, and the next one
    is expected to.
    """

    name: str
    used_s: float = 0.0
    last_s: float = 0.0
    arrival: int = field(default=0, repr=False)


class FairTurns:
    """Gives turns to shares that wait.

    cores: processor seconds per second that all turns may take together. side_by_side: turns at a time.
    """

    def __init__(self, *, cores: float, side_by_side: int, now: float) -> None:
        self._cores = cores
        self._side_by_side = side_by_side
        self._waiting: list[Share] = []
        self._running: set[Share] = set()
        self._most_used_s = 0.0
        self._level_s = self._full_s = cores * _BURST_S
        self._level_at = now
        self._arrivals = itertools.count()

    def wait(self, share: Share) -> None:
        """Queue up. A share waits for, or has, one turn at most."""
        share.used_s = max(share.used_s, self._least_used_s() - _CREDIT_S)
        share.arrival = next(self._arrivals)
        self._waiting.append(share)

    def leave(self, share: Share) -> None:
        """Wait no longer."""
        self._waiting.remove(share)

    def next(self, now: float) -> Share | None:
        """Give a turn; None when nobody may have one now."""
        self._fill(now)
        if not self._waiting or len(self._running) >= self._side_by_side or self._level_s <= 0:
            return None
        share = min(self._waiting, key=lambda one: (one.used_s, one.arrival))
        if share.used_s > self._least_used_s() + _LEAD_S:
            return None
        self._waiting.remove(share)
        self._running.add(share)
        # Set aside, so that no turn begins side by side on time that is as good as used.
        self._level_s -= share.last_s
        return share

    def end(self, share: Share, *, used_s: float, now: float) -> None:
        """Take a turn back that took so much processor time."""
        self._running.remove(share)
        share.used_s += used_s
        self._most_used_s = max(self._most_used_s, share.used_s)
        self._fill(now)
        self._level_s += share.last_s - used_s
        share.last_s = used_s

    def seconds_until_next(self, now: float) -> float | None:
        """How long until the budget lets somebody go on; None when nobody waits for the budget."""
        self._fill(now)
        if not self._waiting or len(self._running) >= self._side_by_side or self._level_s > 0:
            return None
        return -self._level_s / self._cores

    def _least_used_s(self) -> float:
        at_work = itertools.chain(self._waiting, self._running)
        return min((one.used_s for one in at_work), default=self._most_used_s)

    def _fill(self, now: float) -> None:
        self._level_s = min(self._full_s, self._level_s + (now - self._level_at) * self._cores)
        self._level_at = now
