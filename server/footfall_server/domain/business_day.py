"""The business day that a moment belongs to. Pure.

A business day begins when the shop's wall clock first shows the day's start: the first time where a clock
that was put back shows it twice, and as much later as the clock was put forward where it never shows it
(2:30 becomes 3:30). A moment belongs to the day whose beginning was the last one, so days follow each other
without a gap or an overlap and last 23, 24 or 25 hours, whatever the wall clock does within them.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_ONE_DAY: Final = timedelta(days=1)


def business_day(at: datetime, time_zone: str, day_start: timedelta) -> date:
    """The business day of an aware moment, by an IANA zone and a start below 24 hours from midnight.

    Raises ZoneInfoNotFoundError for a zone that is not in the database.
    """
    # One day more than the calendar shows: at night a clock may be put back over the day's beginning.
    day = at.astimezone(ZoneInfo(time_zone)).date() + _ONE_DAY
    while beginning_of(day, time_zone, day_start) > at:
        day -= _ONE_DAY
    return day


@lru_cache(maxsize=4096)
def beginning_of(day: date, time_zone: str, day_start: timedelta) -> datetime:
    """When a business day begins, in UTC."""
    wall_clock = datetime.combine(day, time(), ZoneInfo(time_zone)) + day_start
    return wall_clock.astimezone(UTC)
