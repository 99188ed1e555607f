"""The verdict says "as it was" for exactly what was, and names what was not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from footfall_local.demo_shop.comparison import Fault, compare
from footfall_local.demo_shop.recorded_visit import RecordedVisit
from footfall_local.demo_shop.script import DEMO_SCRIPT
from footfall_local.demo_shop.truth import Truth, truth_of
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
GAP_S = 10.0
TRUTH: Truth = truth_of(DEMO_SCRIPT)


def recorded(truth: Truth = TRUTH, *, start: datetime = START, late_s: float = 0.8) -> list[RecordedVisit]:
    """What a stack that makes no mistake answers."""
    visits = []
    seen: set[str] = set()
    for index, stay in enumerate(truth.visits(GAP_S)):
        visits.append(
            RecordedVisit(
                visit_id=f"visit-{index}",
                customer_id=f"customer-{stay.person}",
                first_seen=start + timedelta(seconds=stay.enter_s + late_s),
                last_seen=start + timedelta(seconds=stay.leave_s + late_s / 2),
                repeat=stay.person in seen,
            )
        )
        seen.add(stay.person)
    return visits


def test_the_visits_that_were_are_as_it_was() -> None:
    verdict = compare(TRUTH, recorded(), started_at=START, gap_s=GAP_S)
    assert verdict.ok, verdict.table()
    assert (verdict.people, verdict.visits) == (len(TRUTH.people), len(TRUTH.visits(GAP_S)))
    assert verdict.pairs == {person: f"customer-{person}" for person in TRUTH.people}


@given(st.permutations(range(len(TRUTH.people))), st.randoms(use_true_random=False))
def test_names_and_order_mean_nothing(names: list[int], random: Random) -> None:
    visits = recorded()
    renamed = {f"customer-{person}": f"c{n}" for person, n in zip(TRUTH.people, names, strict=True)}
    visits = [replace(visit, customer_id=renamed[visit.customer_id]) for visit in visits]
    random.shuffle(visits)
    verdict = compare(TRUTH, visits, started_at=START, gap_s=GAP_S)
    assert verdict.ok, verdict.table()


@given(st.lists(st.tuples(st.floats(0, 7), st.floats(0, 2)), min_size=20, max_size=20))
def test_a_stay_seen_in_part_is_still_the_stay(parts: list[tuple[float, float]]) -> None:
    stays = TRUTH.visits(GAP_S)
    visits = [
        replace(
            visit,
            first_seen=START + timedelta(seconds=stay.enter_s + late),
            last_seen=START + timedelta(seconds=stay.enter_s + late + length),
        )
        for visit, stay, (late, length) in zip(recorded(), stays, parts, strict=False)
    ]
    verdict = compare(TRUTH, visits, started_at=START, gap_s=GAP_S)
    assert verdict.ok, verdict.table()


@given(st.integers(0, len(TRUTH.visits(GAP_S)) - 1))
def test_a_lost_visit_is_one_difference(lost: int) -> None:
    visits = recorded()
    del visits[lost]
    verdict = compare(TRUTH, visits, started_at=START, gap_s=GAP_S)
    assert not verdict.ok
    assert Fault.MISSING_VISIT in {d.fault for d in verdict.differences}


@given(st.integers(0, len(TRUTH.visits(GAP_S)) - 1))
def test_a_doubled_visit_is_an_extra_one(doubled: int) -> None:
    visits = recorded()
    visits.append(replace(visits[doubled], visit_id="again"))
    verdict = compare(TRUTH, visits, started_at=START, gap_s=GAP_S)
    assert [d.fault for d in verdict.differences] == [Fault.EXTRA_VISIT], verdict.table()


@given(st.data())
def test_two_people_taken_for_one_are_found(data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.sampled_from(TRUTH.people), min_size=2, max_size=2, unique=True))
    visits = [
        replace(visit, customer_id=f"customer-{one}") if visit.customer_id == f"customer-{other}" else visit
        for visit in recorded()
    ]
    verdict = compare(TRUTH, visits, started_at=START, gap_s=GAP_S)
    assert not verdict.ok, "two people shared a customer and it went unseen"
    assert verdict.people == len(TRUTH.people) - 1


@given(st.sampled_from([p for p in TRUTH.people if len(TRUTH.stays_of(p)) > 1]))
def test_a_return_taken_for_a_stranger_is_found(person: str) -> None:
    visits = [
        replace(visit, customer_id="stranger", repeat=False)
        if visit.customer_id == f"customer-{person}" and visit.repeat
        else visit
        for visit in recorded()
    ]
    verdict = compare(TRUTH, visits, started_at=START, gap_s=GAP_S)
    assert {d.fault for d in verdict.differences} == {Fault.MISSING_VISIT, Fault.EXTRA_VISIT}, verdict.table()


@given(st.integers(0, len(TRUTH.visits(GAP_S)) - 1))
def test_a_wrong_kind_is_named(index: int) -> None:
    visits = recorded()
    visits[index] = replace(visits[index], repeat=not visits[index].repeat)
    verdict = compare(TRUTH, visits, started_at=START, gap_s=GAP_S)
    assert [d.fault for d in verdict.differences] == [Fault.WRONG_KIND], verdict.table()
    assert "recorded as" in verdict.table()


def test_in_a_later_play_everyone_is_known() -> None:
    visits = [replace(visit, repeat=True) for visit in recorded()]
    assert compare(TRUTH, visits, started_at=START, gap_s=GAP_S, known_before=True).ok
    assert not compare(TRUTH, visits, started_at=START, gap_s=GAP_S).ok


def test_an_earlier_play_is_left_out() -> None:
    earlier = recorded(start=START - timedelta(minutes=30))
    verdict = compare(TRUTH, [*earlier, *recorded()], started_at=START, gap_s=GAP_S)
    assert verdict.ok, verdict.table()


def test_a_visit_in_the_empty_scene_is_extra() -> None:
    nobody = RecordedVisit(
        visit_id="ghost",
        customer_id="ghost",
        first_seen=START + timedelta(seconds=61.5),
        last_seen=START + timedelta(seconds=62.5),
        repeat=False,
    )
    verdict = compare(TRUTH, [*recorded(), nobody], started_at=START, gap_s=GAP_S)
    assert [d.customer for d in verdict.differences] == ["ghost"], verdict.table()


def test_nothing_recorded_is_everything_missing() -> None:
    verdict = compare(TRUTH, [], started_at=START, gap_s=GAP_S)
    assert len(verdict.differences) == len(TRUTH.visits(GAP_S))
    assert verdict.pairs == {}


def test_a_start_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        compare(TRUTH, [], started_at=datetime(2026, 3, 1), gap_s=GAP_S)  # noqa: DTZ001
