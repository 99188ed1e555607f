"""Business days follow each other without a gap or an overlap, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from footfall_server.domain.business_day import beginning_of, business_day
from hypothesis import example, given, settings
from hypothesis import strategies as st

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",  # its summer time is the standard one
    "America/New_York",
    "America/Santiago",  # changes at midnight
    "America/Asuncion",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",  # +5:45
    "Asia/Tehran",
    "Australia/Lord_Howe",  # half an hour
    "Antarctica/Troll",  # two hours
    "Pacific/Apia",  # left out a day
    "Pacific/Kwajalein",  # and had one twice
    "America/St_Johns",
]
HOUR = timedelta(hours=1)
UNTIMED = settings(deadline=None)

zones = st.sampled_from(ZONES)
starts = st.integers(0, 24 * 60 - 1).map(lambda minutes: timedelta(minutes=minutes))
instants = st.integers(0, 2_100_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
days = st.dates(date(1970, 1, 3), date(2036, 12, 31))


def near_changes(zone: str) -> list[datetime]:
    """The hours of 2011 to 2026 after which the zone's offset is another one."""
    there, found = ZoneInfo(zone), []
    at = datetime(2011, 1, 1, tzinfo=UTC)
    while at.year < 2027:
        if at.astimezone(there).utcoffset() != (at + HOUR).astimezone(there).utcoffset():
            found.append(at)
        at += HOUR
    return found


@UNTIMED
@given(at=instants, zone=zones, start=starts)
def test_every_moment_lies_in_exactly_one_day(at: datetime, zone: str, start: timedelta) -> None:
    day = business_day(at, zone, start)
    assert beginning_of(day, zone, start) <= at < beginning_of(day + timedelta(days=1), zone, start)


@example(day=date(2007, 3, 11), zone="America/St_Johns", start=timedelta(minutes=2))
@example(day=date(2026, 10, 25), zone="Europe/Berlin", start=timedelta(hours=2, minutes=30))
@UNTIMED
@given(day=days, zone=zones, start=starts)
def test_days_are_contiguous_and_begin_when_the_wall_clock_says_so(
    day: date, zone: str, start: timedelta
) -> None:
    begins, ends = beginning_of(day, zone, start), beginning_of(day + timedelta(days=1), zone, start)
    assert begins <= ends
    if begins < ends:  # else the calendar leaves the day out
        assert business_day(begins, zone, start) == day
        assert business_day(ends - timedelta(microseconds=1), zone, start) == day
    there = ZoneInfo(zone)
    expected = datetime.combine(day, datetime.min.time()) + start
    later = begins.astimezone(there).replace(tzinfo=None) - expected
    moments = (begins - timedelta(minutes=minutes) for minutes in range(1, 26 * 60))
    earlier = [moment.astimezone(there).replace(tzinfo=None) for moment in moments]
    if later:
        before_the_change = (begins - later - timedelta(microseconds=1)).astimezone(there).utcoffset()
        assert begins.astimezone(there).utcoffset() == (before_the_change or timedelta()) + later
        assert expected not in earlier, "the clock was put forward over it"
    else:
        assert all(shown < expected for shown in earlier), "the first time that the clock shows it"


@UNTIMED
@given(moments=st.tuples(instants, instants), zone=zones, start=starts)
def test_days_are_monotonic(moments: tuple[datetime, datetime], zone: str, start: timedelta) -> None:
    first, second = sorted(moments)
    assert business_day(first, zone, start) <= business_day(second, zone, start)


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_the_clock_days_are_as_long_as_the_change_makes_them(zone: str) -> None:
    there = ZoneInfo(zone)
    for change in near_changes(zone):
        for start in (timedelta(), 2 * HOUR, timedelta(hours=2, minutes=30), 4 * HOUR, 23 * HOUR):
            before, after = change - 30 * HOUR, change + 30 * HOUR
            first, last = business_day(before, zone, start), business_day(after, zone, start)
            dates = [first + timedelta(days=number) for number in range((last - first).days + 2)]
            bounds = [beginning_of(each, zone, start) for each in dates]
            lengths = [end - begin for begin, end in pairwise(bounds)]
            change_of_clock = (change + HOUR).astimezone(there).utcoffset()
            former = change.astimezone(there).utcoffset()
            assert change_of_clock is not None
            assert former is not None
            shift = change_of_clock - former
            # A beginning that the change itself moves shares the shift among two days.
            assert sum((length - 24 * HOUR for length in lengths), timedelta()) == -shift
            assert all(24 * HOUR - abs(shift) <= length <= 24 * HOUR + abs(shift) for length in lengths)
            at = before
            while at < after:
                expected = max(each for each, bound in zip(dates, bounds, strict=True) if bound <= at)
                assert business_day(at, zone, start) == expected
                at += timedelta(minutes=15)


def test_days_that_everybody_can_check() -> None:
    four, night = 4 * HOUR, timedelta(hours=2, minutes=30)
    cases = [
        ("Europe/Berlin", four, "2026-03-29T01:59:59+00:00", "2026-03-28"),  # 3:59 summer time
        ("Europe/Berlin", four, "2026-03-29T02:00:00+00:00", "2026-03-29"),
        ("Europe/Berlin", night, "2026-03-29T01:29:59+00:00", "2026-03-28"),  # 2:30 is not there: 3:30
        ("Europe/Berlin", night, "2026-03-29T01:30:00+00:00", "2026-03-29"),
        ("Europe/Berlin", night, "2026-10-25T00:29:59+00:00", "2026-10-24"),
        ("Europe/Berlin", night, "2026-10-25T00:30:00+00:00", "2026-10-25"),  # the first 2:30
        ("Europe/Berlin", night, "2026-10-25T01:10:00+00:00", "2026-10-25"),  # 2:10 again
        ("America/New_York", timedelta(), "2026-11-02T04:59:59+00:00", "2026-11-01"),
        ("America/New_York", timedelta(), "2026-11-02T05:00:00+00:00", "2026-11-02"),
        ("Asia/Kathmandu", timedelta(), "2026-05-01T18:15:00+00:00", "2026-05-02"),
        ("Pacific/Apia", four, "2011-12-30T13:59:59+00:00", "2011-12-29"),
        ("Pacific/Apia", four, "2011-12-30T14:00:00+00:00", "2011-12-31"),  # there was no 30th
    ]
    for zone, start, at, day in cases:
        assert str(business_day(datetime.fromisoformat(at), zone, start)) == day, (zone, at)
    spring = beginning_of(date(2026, 3, 29), "Europe/Berlin", timedelta())
    summer = beginning_of(date(2026, 3, 30), "Europe/Berlin", timedelta())
    assert summer - spring == 23 * HOUR
    autumn = beginning_of(date(2026, 10, 25), "Europe/Berlin", timedelta())
    winter = beginning_of(date(2026, 10, 26), "Europe/Berlin", timedelta())
    assert winter - autumn == 25 * HOUR
