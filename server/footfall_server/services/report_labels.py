"""What a drawn report says in words: its period, and the few labels that an axis has room for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from footfall_server.domain.report import CountedBucket
from footfall_server.domain.report_period import Cut, Granularity, Period

MOST_TICKS: Final = 8
"""Labels side by side under a chart as wide as a page."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_BY: Final = {
    Granularity.HOUR: "hour",
    Granularity.DAY: "day",
    Granularity.WEEK: "week",
    Granularity.MONTH: "month",
}
_TO: Final = "\u2013"
_ZONES_NAMED: Final = 3
_HOURS: Final = (1, 2, 3, 4, 6, 12)
_WEEKS_OF_DAYS: Final = (1, 2, 7, 14, 28)
_WEEKS: Final = (1, 2, 4, 8, 13)
_YEARS_OF_MONTHS: Final = (1, 2, 3, 6, 12, 24, 36, 60)
_FEW_DAYS: Final = 70
_FEW_WEEKS: Final = 30


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under the bucket with this number."""

    place: int
    label: str


def period_label(period: Period) -> str:
    """A day, as 16 Feb 2026, or two with as much of the first as differs from the second."""
    start, end = period.start, period.end
    if start == end:
        return _full(end)
    if start.year != end.year:
        return f"{_full(start)} {_TO} {_full(end)}"
    if start.month != end.month:
        return f"{_short(start)} {_TO} {_full(end)}"
    return f"{start.day} {_TO} {_full(end)}"


def chart_title(cut: Cut) -> str:
    """What the chart shows."""
    return f"Visits by {_BY[cut.granularity]}"


def zones_label(time_zones: Sequence[str]) -> str:
    """Whose days these are; "" where nobody's are."""
    zones = [each.replace("_", " ") for each in time_zones]
    if not zones:
        return ""
    if len(zones) == 1:
        return f"Days are those of {zones[0]}."
    named, more = zones[:_ZONES_NAMED], len(zones) - _ZONES_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return f"Each site's days are those of its own zone: {', '.join(named)}{rest}."


def ticks(buckets: Sequence[CountedBucket], cut: Cut) -> Sequence[Tick]:
    """At most MOST_TICKS, at round places: the beginnings of days, weeks, months and years."""
    if not buckets:
        return []
    names = [each.bucket.name for each in buckets]
    days = [each.start for each in names]
    places = range(len(names))
    match cut.granularity:
        case Granularity.HOUR if len(set(days)) <= 2:  # noqa: PLR2004 - a business day has hours of two
            return _thinned([Tick(place, f"{names[place].hour:02d}:00") for place in places], _HOURS)
        case Granularity.HOUR:
            return _by_day(_firsts(days), days)
        case Granularity.DAY if len(days) <= _FEW_DAYS:
            return _by_day(list(places), days)
        case Granularity.WEEK if len(days) <= _FEW_WEEKS:
            return _by_day(list(places), days, steps=_WEEKS)
        case Granularity.DAY | Granularity.WEEK | Granularity.MONTH:
            return _by_month(days)


def _by_day(
    places: Sequence[int], days: Sequence[date], *, steps: Sequence[int] = _WEEKS_OF_DAYS
) -> Sequence[Tick]:
    is_short = len(places) <= MOST_TICKS
    label = _weekday if is_short and steps is _WEEKS_OF_DAYS else _short
    return _thinned([Tick(place, label(days[place])) for place in places], steps)


def _by_month(days: Sequence[date]) -> Sequence[Tick]:
    """Where months begin. Of more than fit, those that are so many months after a January."""
    months = [day.year * 12 + day.month - 1 for day in days]
    firsts = [place for place in _firsts(months) if place or days[0].day == 1 or len(set(months)) == 1]
    span = months[-1] - months[firsts[0]] + 1
    step = next((each for each in _YEARS_OF_MONTHS if span <= each * MOST_TICKS), _YEARS_OF_MONTHS[-1])
    kept = [place for place in firsts if months[place] % step == 0]
    return [
        Tick(place, f"{_MONTHS[days[place].month - 1]} {days[place].year}") for place in kept or firsts[:1]
    ]


def _firsts(values: Sequence[object]) -> Sequence[int]:
    """Where a value is another one than before."""
    return [0, *(place for place, (before, now) in enumerate(pairwise(values), 1) if before != now)]


def _thinned(candidates: Sequence[Tick], steps: Sequence[int]) -> Sequence[Tick]:
    """Each so many-th, from the first one on."""
    enough = -(-len(candidates) // MOST_TICKS)
    step = next((each for each in steps if each >= enough), enough)
    return candidates[::step]


def _full(day: date) -> str:
    return f"{_short(day)} {day.year}"


def _short(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _weekday(day: date) -> str:
    return f"{_DAYS[day.weekday()]}\n{_short(day)}"
