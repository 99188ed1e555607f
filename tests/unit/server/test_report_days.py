"""Days that are kept: packed, laid over each other, and counted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from footfall_server.domain.report import NewVisitScope, Slice, UncountedTally, VisitTally
from footfall_server.domain.report_days import (
    CountedDay,
    DaySum,
    DayVisit,
    by_kind,
    days_around,
    kept_day,
    laid_over,
    renamed,
    tallies,
    uncounted,
)
from footfall_server.domain.report_period import BucketName
from footfall_server.domain.visit import VisitKind
from hypothesis import given
from hypothesis import strategies as st

SITES = (UUID(int=1), UUID(int=2))
FIRST = date(2026, 3, 1)
VISITS = st.builds(
    DayVisit, st.integers(1, 9).map(lambda number: UUID(int=number)), st.booleans(), st.booleans()
)
PASSED = st.builds(UncountedTally, st.integers(0, 3), st.integers(0, 3))
COUNTED = st.lists(
    st.builds(
        CountedDay,
        st.sampled_from(SITES),
        st.integers(0, 5).map(lambda number: FIRST + number * timedelta(days=1)),
        st.lists(VISITS, max_size=6),
        PASSED,
    ),
    unique_by=lambda each: (each.site_id, each.day),
)


DAY = timedelta(days=1)
STARTS = {FIRST + number * DAY: FIRST + number // 3 * 3 * DAY for number in range(6)}
"""Two buckets over the six days."""


def packed(days: Sequence[CountedDay]) -> Sequence[DaySum]:
    return laid_over([], days, STARTS)


def by_hand(visits: Sequence[DayVisit], scope: NewVisitScope) -> VisitTally:
    fresh = [each.first if scope is NewVisitScope.TENANT else each.first_here for each in visits]
    return VisitTally(len(visits), len({each.customer_id for each in visits}), sum(fresh))


@given(COUNTED, st.sampled_from(NewVisitScope))
def test_packed_days_say_what_their_visits_say(days: Sequence[CountedDay], scope: NewVisitScope) -> None:
    told = tallies(packed(days), scope)
    starts = {STARTS[each.day] for each in days if each.visits}
    assert told.total == by_hand([visit for each in days for visit in each.visits], scope)
    assert told.of_bucket == {
        BucketName(start): by_hand(
            [visit for each in days if STARTS[each.day] == start for visit in each.visits], scope
        )
        for start in starts
    }


@given(COUNTED)
def test_what_makes_no_visit_is_added_up(days: Sequence[CountedDay]) -> None:
    told = uncounted(packed(days))
    for start in {STARTS[each.day] for each in days}:
        members = [each.uncounted for each in days if STARTS[each.day] == start]
        assert told.get(BucketName(start), UncountedTally()) == sum(members, UncountedTally())


@given(COUNTED, st.sampled_from(NewVisitScope))
def test_kinds_part_the_visits(days: Sequence[CountedDay], scope: NewVisitScope) -> None:
    told = by_kind(packed(days), scope)
    visits = [visit for each in days for visit in each.visits]
    for kind in VisitKind:
        part = [
            each
            for each in visits
            if (each.first if scope is NewVisitScope.TENANT else each.first_here) is (kind is VisitKind.NEW)
        ]
        assert told.get(kind, Slice()) == Slice(len(part), len({each.customer_id for each in part}))


@given(COUNTED, COUNTED)
def test_days_that_changed_take_the_place_of_kept_ones(
    before: Sequence[CountedDay], changed: Sequence[CountedDay]
) -> None:
    """Persons who are in both keep their numbers; those who are new get others."""
    numbers = {UUID(int=number): 10 - number for number in range(1, 6)}
    known = [
        CountedDay(
            each.site_id, each.day, [v for v in each.visits if v.customer_id in numbers], each.uncounted
        )
        for each in before
    ]
    anew = {(each.site_id, each.day) for each in changed}
    left = [each for each in known if (each.site_id, each.day) not in anew]
    kept = [
        DaySum(STARTS[each.day], each.visits, each.uncounted)
        for each in (kept_day(each, numbers) for each in left)
    ]
    looked_up = [
        replace(each, visits=[replace(v, number=numbers.get(v.customer_id)) for v in each.visits])
        for each in changed
    ]
    told = laid_over(kept, looked_up, STARTS)
    now = packed([*left, *changed])
    for scope in NewVisitScope:
        assert tallies(told, scope) == tallies(now, scope)
    assert uncounted(told) == uncounted(now)


def test_an_empty_day_adds_nothing() -> None:
    kept = [DaySum(FIRST, b"\4\0\0\0")]
    assert laid_over(kept, [CountedDay(SITES[0], FIRST)], STARTS) == kept


def test_other_days_may_stand_for_the_same() -> None:
    days = packed([CountedDay(SITES[0], FIRST + DAY, [DayVisit(UUID(int=1), True, True)])])
    assert [each.day for each in renamed(days, {FIRST: FIRST + 9 * DAY})] == [FIRST + 9 * DAY]


def test_the_days_around_a_day_of_utc_reach_as_far_as_zones_and_late_starts_do() -> None:
    assert list(days_around(FIRST)) == [FIRST + offset * timedelta(days=1) for offset in (-2, -1, 0, 1)]
