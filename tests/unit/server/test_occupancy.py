"""How many were there, against counting moment by moment."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from footfall_server.domain.crossing import Crossing
from footfall_server.domain.occupancy import (
    HOUR,
    QUARTER_HOUR,
    OccupancyPoint,
    Passage,
    Stay,
    Step,
    occupancy,
    steps_of,
)
from footfall_server.domain.report_period import BucketName, Cut, Granularity, Period, Span, spans
from footfall_server.domain.site_rules import SiteRule, SiteRules
from hypothesis import given
from hypothesis import strategies as st

MINUTE = timedelta(minutes=1)
OPEN = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = date(2026, 3, 2)
LATER = OPEN + timedelta(days=30)


def at(minutes: float) -> datetime:
    return OPEN + minutes * MINUTE


def stay(start: float, end: float, *, once: bool = False) -> Stay:
    return Stay(at(start), at(end), once)


def day(hours: int = 24) -> Span:
    return Span(OPEN, OPEN + hours * HOUR, BucketName(DAY))


def there_at(moment: datetime, stays: Sequence[Stay]) -> int:
    return sum(each.start <= moment <= each.end for each in stays)


def test_steps_fill_the_days_that_have_begun() -> None:
    steps = steps_of([day(1)], QUARTER_HOUR, LATER)
    assert [(each.start, each.end) for each in steps] == [
        (at(15 * number), at(15 * number + 15)) for number in range(4)
    ]
    cut = Span(OPEN, OPEN + timedelta(minutes=50), BucketName(DAY))
    assert steps_of([cut], HOUR, LATER) == [Step(DAY, OPEN, at(50))]
    assert steps_of([day()], HOUR, at(70))[-1] == Step(DAY, at(60), at(70))
    assert steps_of([day()], HOUR, OPEN) == []


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [("Europe/Berlin", date(2026, 3, 28), 23), ("Europe/Berlin", date(2026, 10, 24), 25), ("UTC", DAY, 24)],
)
def test_a_day_has_as_many_steps_as_it_is_long(zone: str, first: date, hours: int) -> None:
    rules = SiteRules((SiteRule(1, None, zone, HOUR, 4 * HOUR),))
    days = spans(Period(first, first), Cut(Granularity.DAY), rules)
    assert len(steps_of(days, HOUR, LATER + timedelta(days=365))) == hours


def test_a_visit_counts_for_the_part_of_a_step_that_it_takes() -> None:
    steps = steps_of([day(1)], QUARTER_HOUR, LATER)
    told = occupancy(steps, [stay(-30, 5), stay(5, 20), stay(7, 7, once=True)], [])
    assert [round(each.present, 6) for each in told.points] == [1, round(1 / 3, 6), 0, 0]
    assert [each.peak for each in told.points] == [2, 1, 0, 0]
    assert [each.peak_at for each in told.points] == [at(5), at(15), None, None]
    [only] = told.days
    assert (only.peak, only.peak_at, only.visits, only.seen_once) == (2, at(5), 2, 1)


def test_the_line_counts_up_and_down_from_the_beginning_of_the_day() -> None:
    steps = steps_of(
        [day(2), Span(at(120), at(180), BucketName(DAY + timedelta(days=1)))], timedelta(hours=1), LATER
    )
    crossed = [
        (-1, "in"),
        (1, "out"),
        (2, "in"),
        (59, "in"),
        (60, "out"),
        (61, "in"),
        (130, "in"),
        (180, "in"),
    ]
    told = occupancy(steps, [], [Passage(at(minute), Crossing(way)) for minute, way in reversed(crossed)])
    assert [(each.entered, each.left, each.line_present) for each in told.points] == [
        (2, 1, 2),
        (1, 1, 2),
        (1, 0, 1),
    ]
    assert [(each.entered, each.left) for each in told.days] == [(3, 2), (1, 0)]


def test_nobody_and_no_time_are_no_trouble() -> None:
    assert occupancy([], [stay(0, 1)], []).points == ()
    [point] = occupancy(steps_of([day(1)], HOUR, LATER), [], []).points
    assert point == OccupancyPoint(point.step)


@given(
    st.lists(st.tuples(st.integers(-90, 300), st.integers(0, 120), st.booleans()), max_size=12),
    st.sampled_from([QUARTER_HOUR, HOUR]),
    st.integers(1, 200),
)
def test_it_equals_counting_minute_by_minute(
    made: list[tuple[int, int, bool]], length: timedelta, until: int
) -> None:
    stays = [stay(start, start + took, once=once) for start, took, once in made]
    steps = steps_of([day(3)], length, at(until))
    told = occupancy(steps, stays, [])
    assert steps[-1].end == min(at(until), OPEN + 3 * HOUR)
    for point in told.points:
        # Whole minutes begin and end everything, so between two of them nothing changes.
        minutes = [
            point.step.start + number * MINUTE
            for number in range((point.step.end - point.step.start) // MINUTE)
        ]
        between = [there_at(minute + MINUTE / 2, stays) for minute in minutes]
        assert point.present == pytest.approx(sum(between) / len(minutes))
        counts = [there_at(minute, stays) for minute in minutes]
        assert point.peak == max(counts)
        assert point.peak_at == (minutes[counts.index(max(counts))] if max(counts) else None)
        begun = [each for each in stays if point.step.start <= each.start < point.step.end]
        assert (point.visits, point.seen_once) == (len(begun), sum(each.once for each in begun))
    assert told.days[0].peak == max(point.peak for point in told.points)
