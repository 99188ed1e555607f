"""When a day that changed is a restatement, what caused it, and how it reads."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from footfall_server.domain.report import UncountedTally
from footfall_server.domain.report_days import KeptDay, days_around
from footfall_server.domain.report_period import BucketName, Span
from footfall_server.domain.restatement import (
    ChangeCause,
    DayMark,
    DayNumbers,
    Restatement,
    numbers_of,
    restatement,
)
from footfall_server.domain.site_rules import SiteRule, SiteRules

SITE, OTHER = UUID(int=1), UUID(int=2)
DAY = date(2026, 3, 3)
BEGIN = datetime(2026, 3, 3, 4, tzinfo=UTC)
END = BEGIN + timedelta(days=1)
SPANS = [Span(BEGIN, END, BucketName(DAY))]
RULES = SiteRules((SiteRule(1, None, "UTC", timedelta(minutes=30), timedelta(hours=4)),))
MERGE = UUID(int=77)


def packed(*people: int, flags: int = 0b11) -> bytes:
    """A visit of each of these persons."""
    return b"".join((person << 2 | flags).to_bytes(4, "little") for person in people)


BEFORE = KeptDay(SITE, DAY, packed(1, 2, 2, 3), UncountedTally(1, 2))
AFTER = KeptDay(SITE, DAY, packed(2), UncountedTally(1, 3))


def mark(
    cause: ChangeCause | None = ChangeCause.LATE_EVENT,
    *,
    after_end: timedelta = timedelta(hours=1),
    utc_day: date = DAY,
    site_id: UUID = SITE,
    merge_id: UUID | None = None,
) -> DayMark:
    at = END + after_end
    return DayMark(site_id, utc_day, cause, merge_id, at, at)


def made(*marks: DayMark, before: KeptDay = BEFORE, after: KeptDay = AFTER) -> Restatement:
    found = restatement(before, after, SPANS, marks)
    assert found is not None
    return found


def test_a_day_that_was_over_is_told_with_what_it_was_and_what_it_is() -> None:
    told = made(mark(ChangeCause.MERGE, merge_id=MERGE))
    assert (told.site_id, told.day) == (SITE, DAY)
    assert told.before == DayNumbers(4, 3, 4, 4, 1, 2) == numbers_of(BEFORE)
    assert told.after == DayNumbers(1, 1, 1, 1, 1, 3) == numbers_of(AFTER)
    assert told.delta == DayNumbers(-3, -2, -3, -3, 0, 1)
    assert (told.causes, told.merge_ids) == ((ChangeCause.MERGE,), (MERGE,))
    assert told.restated_at == END + timedelta(hours=1)


def test_it_reads_in_plain_words_and_names_what_changed_alone() -> None:
    three_less = replace(
        made(mark(ChangeCause.MERGE)), before=DayNumbers(visits=5), after=DayNumbers(visits=2)
    )
    assert three_less.words == "Tuesday 2026-03-03 changed by -3 visits: merge"
    told = made(mark(ChangeCause.STAFF_CHANGE), mark(ChangeCause.ERASURE))
    assert told.words == (
        "Tuesday 2026-03-03 changed by -3 visits, -2 unique visitors, -3 new visits, "
        "-3 visits new at the site, +1 unidentifiable passages: erasure, staff change"
    )


def test_what_changed_together_has_all_causes_and_the_time_of_the_last() -> None:
    late = mark(after_end=timedelta(hours=3))
    told = made(mark(ChangeCause.UNMERGE, merge_id=MERGE), late, mark(ChangeCause.MERGE, merge_id=MERGE))
    assert told.causes == (ChangeCause.LATE_EVENT, ChangeCause.MERGE, ChangeCause.UNMERGE)
    assert told.merge_ids == (MERGE,)
    assert told.restated_at == late.until


@pytest.mark.parametrize("early", [timedelta(), timedelta(hours=30)])
def test_a_day_that_was_going_on_is_no_restatement(early: timedelta) -> None:
    before_end = mark(after_end=-early - timedelta.resolution)
    assert restatement(BEFORE, AFTER, SPANS, [before_end]) is None
    # What came after the end as well is in the first count of the whole day.
    assert restatement(BEFORE, AFTER, SPANS, [mark(ChangeCause.MERGE), before_end]) is None


def test_the_end_of_a_day_is_not_in_it() -> None:
    assert made(mark(after_end=timedelta())).causes == (ChangeCause.LATE_EVENT,)


def test_what_was_marked_before_there_were_causes_is_no_restatement() -> None:
    assert restatement(BEFORE, AFTER, SPANS, [mark(None)]) is None
    assert restatement(BEFORE, AFTER, SPANS, [mark(None), mark()]) is None


def test_other_visits_with_the_same_numbers_are_no_restatement() -> None:
    others = replace(BEFORE, visits=packed(4, 5, 5, 6))
    assert restatement(BEFORE, others, SPANS, [mark()]) is None


def test_a_day_of_which_nothing_was_kept_said_nothing() -> None:
    told = made(mark(), before=KeptDay(SITE, DAY))
    assert told.before == DayNumbers()
    assert told.delta == told.after


def test_marks_of_elsewhere_and_of_other_days_cause_nothing() -> None:
    here = mark(ChangeCause.SPLIT)
    elsewhere = mark(site_id=OTHER)
    far, near_but_apart = (mark(utc_day=DAY + timedelta(days=away)) for away in (5, 2))
    assert restatement(BEFORE, AFTER, SPANS, [elsewhere, far]) is None
    assert made(here, elsewhere, far, near_but_apart).causes == (ChangeCause.SPLIT,)
    # A day of UTC after the day's name has its last four hours.
    assert made(mark(utc_day=DAY + timedelta(days=1))).causes == (ChangeCause.LATE_EVENT,)


def test_a_mark_that_says_its_moments_tells_of_the_days_that_have_them() -> None:
    last, first_of_next = END - timedelta.resolution, END
    for began, day in ((last, DAY), (first_of_next, DAY + timedelta(days=1))):
        told = replace(mark(utc_day=began.date()), began=(began, began))
        assert set(told.days(RULES)) == {day}
        assert (restatement(BEFORE, AFTER, SPANS, [told]) is not None) == (day == DAY)
    both = replace(mark(utc_day=END.date()), began=(last, first_of_next))
    assert set(both.days(RULES)) == {DAY, DAY + timedelta(days=1)}
    assert made(both).causes == (ChangeCause.LATE_EVENT,)


def test_a_mark_that_does_not_say_its_moments_tells_of_a_whole_day_of_utc() -> None:
    assert set(mark().days(RULES)) == {DAY - timedelta(days=1), DAY}


@pytest.mark.parametrize("cause", [None, ChangeCause.RULE_CHANGE, ChangeCause.RECOMPUTED])
def test_what_may_have_been_of_another_day_is_told_of_all_that_zones_allow_for(
    cause: ChangeCause | None,
) -> None:
    told = replace(mark(cause), began=(BEGIN, BEGIN))
    assert set(told.days(RULES)) == set(days_around(DAY))
    assert set(mark().days(None)) == set(days_around(DAY)), "nobody knows the site's rules"


def test_a_day_that_rules_do_not_know_any_more_is_told_by_what_is_near() -> None:
    near = mark(ChangeCause.RULE_CHANGE, utc_day=DAY + timedelta(days=2), after_end=timedelta(days=3))
    found = restatement(BEFORE, KeptDay(SITE, DAY), [], [near])
    assert found is not None
    assert found.causes == (ChangeCause.RULE_CHANGE,)
    # By noon of the next day it is over everywhere.
    early = replace(near, since=datetime(2026, 3, 4, 11, 59, tzinfo=UTC))
    assert restatement(BEFORE, KeptDay(SITE, DAY), [], [early]) is None
