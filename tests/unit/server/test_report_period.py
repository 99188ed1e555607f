"""Periods are cut by what the wall clocks of sites show: nothing is lost, and nothing counts twice."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from footfall_server.domain.report_period import (
    MAX_BUCKETS,
    BucketName,
    Cut,
    Granularity,
    Period,
    Span,
    Weekday,
    buckets,
    calendars,
    spans,
    too_long,
)
from footfall_server.domain.site_rules import SiteRule, SiteRules
from hypothesis import given
from hypothesis import strategies as st
from visit_worlds import NIGHTS

HOUR = timedelta(hours=1)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def rules(zone: str, *, day_start: timedelta = timedelta(0)) -> SiteRules:
    return SiteRules((SiteRule(1, None, zone, HOUR, day_start),))


def hours(zone: str, day: date, *, day_start: timedelta = timedelta(0)) -> list[Span]:
    return list(spans(Period(day, day), Cut(Granularity.HOUR), rules(zone, day_start=day_start)))


def test_a_day_that_loses_an_hour_has_23_of_them() -> None:
    found = hours("Europe/Berlin", date(2026, 3, 29))
    assert [each.bucket.hour for each in found] == [0, 1, *range(3, 24)]
    assert all(each.end - each.start == HOUR for each in found)


def test_a_day_that_gains_an_hour_has_25_and_names_the_second_one() -> None:
    found = hours("Europe/Berlin", date(2026, 10, 25))
    assert [each.bucket.hour for each in found] == [0, 1, 2, 2, *range(3, 24)]
    assert [each.bucket.again for each in found[2:4]] == [False, True]
    assert found[3].start - found[2].start == HOUR


def test_a_clock_that_is_put_back_by_half_an_hour_has_a_short_second_hour() -> None:
    found = hours("Australia/Lord_Howe", date(2026, 4, 5))
    of_the_night = [(each.bucket.hour, each.bucket.again, each.end - each.start) for each in found[:4]]
    assert of_the_night == [
        (0, False, HOUR),
        (1, False, HOUR),
        (1, True, HOUR / 2),
        (2, False, HOUR),
    ]


def test_a_clock_that_is_put_forward_by_half_an_hour_has_a_short_hour() -> None:
    found = hours("Australia/Lord_Howe", date(2026, 10, 4))
    assert [(each.bucket.hour, each.end - each.start) for each in found[1:4]] == [
        (1, HOUR),
        (2, HOUR / 2),
        (3, HOUR),
    ]


def test_hours_of_a_zone_off_the_hour_are_those_that_its_clock_shows() -> None:
    first = hours("Asia/Kathmandu", date(2026, 6, 1))[0]
    assert first.start == datetime(2026, 5, 31, 18, 15, tzinfo=UTC)
    assert first.bucket == BucketName(date(2026, 6, 1), 0)


def test_the_small_hours_of_a_business_day_are_named_by_the_calendar() -> None:
    found = hours("UTC", date(2026, 6, 1), day_start=timedelta(hours=4))
    assert found[0].bucket == BucketName(date(2026, 6, 1), 4)
    assert found[-1].bucket == BucketName(date(2026, 6, 2), 3)


@given(
    zone=st.sampled_from(sorted(NIGHTS)),
    before=st.integers(0, 40),
    length=st.integers(0, 40),
    cut=st.builds(Cut, st.sampled_from(Granularity), st.sampled_from(Weekday)),
    day_start=st.sampled_from([timedelta(0), timedelta(minutes=150), timedelta(hours=4)]),
)
def test_spans_follow_each_other_and_agree_with_the_clock(
    zone: str, before: int, length: int, cut: Cut, day_start: timedelta
) -> None:
    start = NIGHTS[zone].date() - timedelta(days=before)
    period = Period(start, start + timedelta(days=length))
    rule = rules(zone, day_start=day_start)
    found = list(spans(period, cut, rule))
    assert all(one.end == other.start for one, other in pairwise(found))
    assert rule.day(found[0].start) == period.start
    assert rule.day(found[-1].end - timedelta(microseconds=1)) == period.end
    assert max(Counter(each.bucket for each in found).values()) == 1
    for span in found:
        middle = span.start + (span.end - span.start) / 2
        for at in (span.start, middle, span.end - timedelta(microseconds=1)):
            shown, day = at.astimezone(ZoneInfo(zone)), rule.day(at)
            match cut.granularity:
                case Granularity.HOUR:
                    assert span.bucket == BucketName(shown.date(), shown.hour, bool(shown.fold))
                case Granularity.DAY:
                    assert span.bucket.start == day
                case Granularity.WEEK:
                    assert span.bucket.start <= day < span.bucket.start + timedelta(days=7)
                case Granularity.MONTH:
                    assert (span.bucket.start.year, span.bucket.start.month) == (day.year, day.month)


def test_weeks_begin_when_they_are_said_to_and_the_first_with_the_period() -> None:
    period = Period(date(2026, 3, 4), date(2026, 3, 17))  # a Wednesday, a Tuesday
    for week_start, starts in (
        (Weekday.MONDAY, [4, 9, 16]),
        (Weekday.SUNDAY, [4, 8, 15]),
        (Weekday.WEDNESDAY, [4, 11]),
    ):
        cut = Cut(Granularity.WEEK, week_start)
        found = buckets(period, cut, calendars(period, cut, {ONE: rules("UTC")}))
        assert [each.name.start.day for each in found] == starts
        assert [each.last_day.day for each in found] == [*(day - 1 for day in starts[1:]), 17]


def test_months_have_their_own_lengths() -> None:
    period, cut = Period(date(2026, 1, 31), date(2026, 3, 1)), Cut(Granularity.MONTH)
    found = buckets(period, cut, calendars(period, cut, {ONE: rules("UTC")}))
    assert [(each.name.start, each.last_day) for each in found] == [
        (date(2026, 1, 31), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 1)),
    ]


def test_sites_of_the_same_clock_share_a_calendar_and_others_share_the_buckets() -> None:
    day = date(2026, 6, 1)
    period, cut = Period(day, day), Cut(Granularity.DAY)
    of_sites = calendars(period, cut, {ONE: rules("UTC"), TWO: rules("Asia/Kathmandu"), THREE: rules("UTC")})
    assert [each.site_ids for each in of_sites] == [(ONE, THREE), (TWO,)]
    [bucket] = buckets(period, cut, of_sites)
    assert bucket.start == datetime(2026, 5, 31, 18, 15, tzinfo=UTC)
    assert bucket.end == datetime(2026, 6, 2, tzinfo=UTC)


def test_a_site_that_moved_to_another_zone_keeps_its_past() -> None:
    moved_at = datetime(2026, 6, 2, 10, tzinfo=UTC)  # midnight in Honolulu, ten at night in Auckland
    moved = SiteRules(
        (
            SiteRule(1, None, "Pacific/Honolulu", HOUR, timedelta(0)),
            SiteRule(2, moved_at, "Pacific/Auckland", HOUR, timedelta(0)),
        )
    )
    period = Period(date(2026, 6, 1), date(2026, 6, 2))
    found = list(spans(period, Cut(Granularity.DAY), moved))
    assert [(each.bucket.start.day, each.start) for each in found] == [
        (1, datetime(2026, 6, 1, 10, tzinfo=UTC)),
        (2, moved_at),
    ]
    for span in found:
        assert moved.day(span.start) == span.bucket.start


@pytest.mark.parametrize(
    ("days", "granularity", "is_refused"),
    [
        (41, Granularity.HOUR, False),
        (42, Granularity.HOUR, True),
        (MAX_BUCKETS, Granularity.DAY, False),
        (MAX_BUCKETS + 1, Granularity.DAY, True),
        (3700, Granularity.WEEK, False),
        (3701, Granularity.MONTH, True),
    ],
)
def test_too_many_buckets_are_refused_with_a_reason(
    days: int, granularity: Granularity, *, is_refused: bool
) -> None:
    start = date(2026, 1, 1)
    fault = too_long(Period(start, start + timedelta(days=days - 1)), Cut(granularity))
    assert (fault is not None) is is_refused
