"""The share of the time in which cameras were read."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from footfall_server.domain.camera_uptime import UptimeKind, UptimeSpan, coverage
from footfall_server.domain.report import Coverage
from footfall_server.domain.report_period import BucketName, Calendar, Cut, Granularity, Period, calendars
from footfall_server.domain.site_rules import SiteRule, SiteRules
from hypothesis import given
from hypothesis import strategies as st

SITE, DOOR, TILL = (UUID(int=number) for number in (1, 21, 22))
MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = MIDNIGHT + timedelta(days=9)
MONDAY, TUESDAY = BucketName(date(2026, 6, 1)), BucketName(date(2026, 6, 2))


def two_days() -> list[Calendar]:
    rules = {SITE: SiteRules((SiteRule(1, None, "UTC", HOUR, timedelta(0)),))}
    return list(calendars(Period(MONDAY.start, TUESDAY.start), Cut(Granularity.DAY), rules))


def span(
    kind: UptimeKind, start: float, end: float | None, camera_id: UUID = DOOR, site_id: UUID = SITE
) -> UptimeSpan:
    """Hours after midnight of the first day."""
    ended = None if end is None else MIDNIGHT + end * HOUR
    return UptimeSpan(camera_id, site_id, kind, MIDNIGHT + start * HOUR, ended)


WANTED, UP = UptimeKind.WANTED, UptimeKind.UP


def test_a_gap_is_the_share_that_is_missing() -> None:
    found = coverage(two_days(), [span(WANTED, 0, None), span(UP, 0, 18), span(UP, 24, 48)], LATER)
    assert found == Coverage({MONDAY: 0.75, TUESDAY: 1.0}, 0.875)


def test_cameras_count_alike_and_one_that_is_told_of_twice_counts_once() -> None:
    spans = [
        span(WANTED, 0, 24),
        span(UP, 0, 12),
        span(UP, 6, 12),
        span(WANTED, 0, 24, TILL),
        span(UP, 0, 24, TILL),
    ]
    assert coverage(two_days(), spans, LATER) == Coverage({MONDAY: 0.75}, 0.75)


def test_what_nobody_wants_is_no_gap_and_no_cover() -> None:
    spans = [span(WANTED, 6, 12), span(UP, 0, 9)]
    assert coverage(two_days(), spans, LATER) == Coverage({MONDAY: 0.5}, 0.5)


def test_what_is_still_to_come_is_no_gap() -> None:
    spans = [span(WANTED, 0, None), span(UP, 0, 12)]
    assert coverage(two_days(), spans, MIDNIGHT + 12 * HOUR) == Coverage({MONDAY: 1.0}, 1.0)


def test_of_a_time_before_it_was_kept_nothing_is_said() -> None:
    assert coverage(two_days(), [span(UP, 0, 24)], LATER) == Coverage()
    assert coverage(two_days(), [span(WANTED, 0, 24, site_id=UUID(int=2))], LATER) == Coverage()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(UptimeKind),
            st.integers(-30, 60),
            st.none() | st.integers(0, 40),
            st.sampled_from([DOOR, TILL]),
        ),
        max_size=12,
    ),
    st.integers(0, 60),
)
def test_it_is_what_is_counted_hour_by_hour(
    told: list[tuple[UptimeKind, int, int | None, UUID]], now: int
) -> None:
    spans = [
        span(kind, start, None if length is None else start + length, camera_id)
        for kind, start, length, camera_id in told
    ]
    found = coverage(two_days(), spans, MIDNIGHT + now * HOUR)
    whole = [0, 0]
    for bucket, hours in ((MONDAY, range(24)), (TUESDAY, range(24, 48))):
        wanted, up = 0, 0
        for hour in hours:
            at = MIDNIGHT + hour * HOUR
            for camera_id in (DOOR, TILL):
                there = {
                    each.kind
                    for each in spans
                    if each.camera_id == camera_id
                    and each.start <= at
                    and hour < now
                    and (each.end is None or at < each.end)
                }
                wanted += WANTED in there
                up += {WANTED, UP} <= there
        assert found.of_bucket.get(bucket) == (pytest.approx(up / wanted) if wanted else None)
        whole = [whole[0] + wanted, whole[1] + up]
    assert found.total == (pytest.approx(whole[1] / whole[0]) if whole[0] else None)
