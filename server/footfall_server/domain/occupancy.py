"""How many visitors were in a shop, as far as cameras can tell. Pure.

Somebody is there from when a visit is first seen until it is last seen, both included. That is the least
that there were: nobody is seen before the first camera and after the last one, a visit with one sighting
counts for as long as that took, and whose face could not be told apart has no visit.

Where cameras have an entry line, who crossed it is counted beside that. It sees those without a visit too,
but a camera that looks at faces sees who comes in better than who leaves: the number runs away over a day,
so how many entered and how many left is told with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from footfall_server.domain.crossing import Crossing
from footfall_server.domain.report_period import Span

QUARTER_HOUR: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)
MAX_DAYS: Final = 7
"""Of one answer: its visits are looked at one by one."""
_MICROSECOND: Final = timedelta(microseconds=1)

Moments = npt.NDArray[np.int64]
"""Microseconds after the first step."""


@dataclass(frozen=True, slots=True)
class Stay:
    """The time of a visit, both ends included. `once`: it has a single sighting."""

    start: datetime
    end: datetime
    once: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """Somebody crossed an entry line; `at` is when the track was over."""

    at: datetime
    crossing: Crossing


@dataclass(frozen=True, slots=True)
class Step:
    """Some time of a business day, `end` excluded."""

    day: date
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class OccupancyPoint:
    """What is said of a step.

    `present` is the average over it, `peak` the most at once, `peak_at` when first. `visits` began in it.
    `line_present` is as the step ends: up by one for each who entered since the day began, down by one for
    each who left, but never below 0, since whoever leaves an empty shop was not seen entering.
    """

    step: Step
    present: float = 0.0
    peak: int = 0
    peak_at: datetime | None = None
    visits: int = 0
    seen_once: int = 0
    entered: int = 0
    left: int = 0
    line_present: int = 0


@dataclass(frozen=True, slots=True)
class OccupancyDay:
    """What is said of a business day: visits that began on it, and the moment at which most were there."""

    day: date
    peak: int = 0
    peak_at: datetime | None = None
    visits: int = 0
    seen_once: int = 0
    entered: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Steps in the order of time, and the days that they are of."""

    points: Sequence[OccupancyPoint]
    days: Sequence[OccupancyDay]


def steps_of(days: Sequence[Span], length: timedelta, now: datetime) -> Sequence[Step]:
    """The steps that have begun. The last of a day is shorter, and the one that goes on ends at `now`."""
    found: list[Step] = []
    for span in days:
        start, until = span.start, min(span.end, now)
        while start < until:
            found.append(Step(span.bucket.start, start, min(start + length, until)))
            start += length
    return found


def occupancy(steps: Sequence[Step], stays: Sequence[Stay], passages: Sequence[Passage]) -> Occupancy:
    """Who was there in each step. Stays and passages that touch no step are passed over."""
    if not steps:
        return Occupancy((), ())
    present = _Presence(steps[0].start, stays)
    seen_once = _Presence(steps[0].start, [stay for stay in stays if stay.once])
    crossed = _crossed(steps, passages)
    points = []
    for step, (entered, left, line_present) in zip(steps, crossed, strict=True):
        peak, peak_at = present.peak(step)
        points.append(
            OccupancyPoint(
                step=step,
                present=present.average(step),
                peak=peak,
                peak_at=peak_at,
                visits=present.begun(step),
                seen_once=seen_once.begun(step),
                entered=entered,
                left=left,
                line_present=line_present,
            )
        )
    # A day may be in two pieces, where a shop moved to another zone.
    return Occupancy(points, [_day(day, points) for day in dict.fromkeys(each.day for each in steps)])


def _day(day: date, points: Sequence[OccupancyPoint]) -> OccupancyDay:
    its = [each for each in points if each.step.day == day]
    highest = max(its, key=lambda each: each.peak)
    return OccupancyDay(
        day=day,
        peak=highest.peak,
        peak_at=highest.peak_at,
        visits=sum(each.visits for each in its),
        seen_once=sum(each.seen_once for each in its),
        entered=sum(each.entered for each in its),
        left=sum(each.left for each in its),
    )


class _Presence:
    """Stays, sorted by their ends: any question is a look into both rows, not a walk through all of them."""

    def __init__(self, zero: datetime, stays: Sequence[Stay]) -> None:
        self._zero = zero
        self._starts = np.sort(self._moments([stay.start for stay in stays]))
        self._ends = np.sort(self._moments([stay.end for stay in stays]))
        self._started = np.concatenate([[0], np.cumsum(self._starts)])
        self._ended = np.concatenate([[0], np.cumsum(self._ends)])

    def average(self, step: Step) -> float:
        """How many were there on average."""
        start, end = self._moments([step.start, step.end])
        return float(self._time_until(end) - self._time_until(start)) / float(end - start)

    def peak(self, step: Step) -> tuple[int, datetime | None]:
        """The most who were there at once and the first such moment; None where nobody was."""
        start, end = self._moments([step.start, step.end])
        first, last = np.searchsorted(self._starts, [start, end], side="left")
        # It only grows where somebody comes.
        moments = np.concatenate([[start], self._starts[first:last]])
        there = np.searchsorted(self._starts, moments, side="right") - np.searchsorted(
            self._ends, moments, side="left"
        )
        place = int(np.argmax(there))
        if there[place] == 0:
            return 0, None
        return int(there[place]), self._zero + int(moments[place]) * _MICROSECOND

    def begun(self, step: Step) -> int:
        """How many came in it."""
        first, last = np.searchsorted(self._starts, self._moments([step.start, step.end]), side="left")
        return int(last - first)

    def _time_until(self, moment: np.int64) -> int:
        """All that was stayed before a moment, in microseconds."""
        begun = int(np.searchsorted(self._starts, moment, side="right"))
        over = int(np.searchsorted(self._ends, moment, side="right"))
        since = begun * int(moment) - int(self._started[begun])
        return since - (over * int(moment) - int(self._ended[over]))

    def _moments(self, times: Sequence[datetime]) -> Moments:
        return np.array([(each - self._zero) // _MICROSECOND for each in times], np.int64)


def _crossed(steps: Sequence[Step], passages: Sequence[Passage]) -> Sequence[tuple[int, int, int]]:
    """Who entered in each step, who left, and who is in by that at its end."""
    found: list[tuple[int, int, int]] = []
    waiting = sorted(passages, key=lambda each: each.at)
    place, inside, day = 0, 0, steps[0].day
    for step in steps:
        if step.day != day:
            inside, day = 0, step.day
        entered, left = 0, 0
        while place < len(waiting) and waiting[place].at < step.end:
            passage = waiting[place]
            place += 1
            if passage.at < step.start:
                continue
            if passage.crossing is Crossing.IN:
                entered, inside = entered + 1, inside + 1
            else:
                left, inside = left + 1, max(inside - 1, 0)
        found.append((entered, left, inside))
    return found
