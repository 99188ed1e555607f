"""The truth survives its file, merges what a gap merges, and refuses what cannot be."""

import itertools

import pytest
from footfall_local.demo_shop.recorded_visit import RecordedVisit, RecordedVisitError
from footfall_local.demo_shop.script import DEMO_SCRIPT
from footfall_local.demo_shop.truth import TrueStay, Truth, TruthError, truth_of
from hypothesis import given
from hypothesis import strategies as st

VISIT = {
    "visitId": "v",
    "customerId": "c",
    "firstSeenTime": "2026-03-01T12:00:00.123456789Z",
    "lastSeenTime": "2026-03-01T12:00:09Z",
    "kind": "VISIT_KIND_REPEAT",
}


def test_a_truth_survives_its_file() -> None:
    truth = truth_of(DEMO_SCRIPT)
    assert Truth.from_json(truth.to_json()) == truth


@given(st.lists(st.floats(0.1, 30.0), min_size=1, max_size=6), st.floats(0.0, 40.0))
def test_visits_are_apart_by_the_gap_and_cover_the_stays(pauses: list[float], gap_s: float) -> None:
    stays, at = [], 0.0
    for pause in pauses:
        stays.append(TrueStay(person="p", enter_s=at, leave_s=at + 2.0))
        at += 2.0 + pause
    truth = Truth(duration_s=at, stays=tuple(stays))
    visits = truth.visits(gap_s)
    assert all(b.enter_s - a.leave_s >= gap_s for a, b in itertools.pairwise(visits))
    assert all(any(v.enter_s <= s.enter_s and s.leave_s <= v.leave_s for v in visits) for s in stays)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"duration_s": 5, "stays": [{"person": "p"}]}'])
def test_what_is_no_truth_is_refused(text: str) -> None:
    with pytest.raises(TruthError, match="not a truth file"):
        Truth.from_json(text)


def test_nobody_is_there_twice_at_one_time() -> None:
    stays = (
        TrueStay(person="p", enter_s=0.0, leave_s=5.0),
        TrueStay(person="p", enter_s=4.0, leave_s=9.0),
    )
    with pytest.raises(TruthError, match="twice"):
        Truth(duration_s=10.0, stays=stays)


def test_a_stay_beyond_the_play_is_refused() -> None:
    with pytest.raises(TruthError, match="no time of the play"):
        Truth(duration_s=3.0, stays=(TrueStay(person="p", enter_s=0.0, leave_s=5.0),))


def test_the_api_answer_is_read_in_both_spellings() -> None:
    snake = {
        "visit_id": "v",
        "customer_id": "c",
        "first_seen_time": VISIT["firstSeenTime"],
        "last_seen_time": VISIT["lastSeenTime"],
        "kind": "VISIT_KIND_REPEAT",
    }
    visit = RecordedVisit.from_json(VISIT)
    assert visit == RecordedVisit.from_json(snake)
    assert visit.repeat


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("visitId", ""),
        ("customerId", None),
        ("kind", "VISIT_KIND_UNSPECIFIED"),
        ("firstSeenTime", "noon"),
        ("lastSeenTime", "2026-03-01T12:00:00"),
    ],
)
def test_what_is_no_visit_is_refused(field: str, value: str | None) -> None:
    with pytest.raises(RecordedVisitError):
        RecordedVisit.from_json({**VISIT, field: value})
