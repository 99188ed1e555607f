"""Ranges hold what there was, and say nothing where nothing was measured."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from footfall_server.domain.error_rates import Accuracy, CountRange, ErrorRates, wilson_high
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.models import AppliedCalibration, MeasuredPairs
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TAIL = ImpostorTail((0.2, 0.4), (1e-2, 1e-4))
RATES = st.floats(0, 0.5)


def applied(measured: MeasuredPairs | None) -> AppliedCalibration:
    return AppliedCalibration("model", 0.001, TAIL, NOW, UUID(int=1), measured)


def genuine(counts: Mapping[float, int]) -> tuple[int, ...]:
    """Pairs of one person, by their cosine, in bins of 0.005."""
    bins = [0] * 400
    for cosine, count in counts.items():
        bins[int((cosine + 1) * 200)] += count
    return tuple(bins)


def accuracy(split: float, merge: float, passages: float = 1.0) -> Accuracy:
    return Accuracy(ErrorRates("model", NOW, 100, 1000, split, merge), passages)


@pytest.mark.parametrize(
    ("hits", "trials", "high"),
    [(0, 10, 0.2775), (1, 10, 0.4042), (5, 50, 0.2136), (30, 100, 0.3958), (10, 10, 1.0), (0, 0, 1.0)],
)
def test_wilsons_upper_end_is_that_of_the_tables(hits: int, trials: int, high: float) -> None:
    assert wilson_high(hits / max(trials, 1), trials) == pytest.approx(high, abs=2e-4)


def test_rates_are_those_of_the_threshold_that_holds_for_the_gallery() -> None:
    # At 100 people the threshold is where 1e-5 of strangers are: 0.5, by the line of the tail.
    measured = MeasuredPairs(200, genuine({0.3: 10, 0.7: 90}), 10_000_000)
    found = ErrorRates.of(applied(measured), 100)
    assert found is not None
    assert found.split_rate == pytest.approx(wilson_high(0.1, 100))
    assert found.merge_rate == pytest.approx(1 - (1 - wilson_high(1e-5, 10_000_000)) ** 100)
    assert (found.people, found.gallery_size, found.measured_at) == (200, 100, NOW)
    # Of the pairs of one person no more are trials than there are people.
    few = ErrorRates.of(applied(replace(measured, people=20)), 100)
    assert few is not None
    assert few.split_rate == pytest.approx(wilson_high(0.1, 20))
    # The threshold rises with the gallery, so more is missed; the budget of strangers stays.
    measured = replace(measured, genuine_counts=genuine({0.3: 10, 0.6: 40, 0.7: 50}))
    larger = ErrorRates.of(applied(measured), 10_000)
    assert larger is not None
    assert larger.split_rate > found.split_rate


def test_what_was_not_measured_or_says_nothing_gives_no_range() -> None:
    assert ErrorRates.of(applied(None), 100) is None
    tiny = ErrorRates.of(applied(MeasuredPairs(20, genuine({0.7: 20}), 1000)), 100_000)
    assert tiny is not None
    assert not tiny.say_enough
    assert Accuracy(tiny, 1.0).range_of(5, 9) is None


@pytest.mark.parametrize(
    ("found", "counted", "visits", "expected"),
    [
        (accuracy(0.0, 0.0), 7, 9, CountRange(7, 7)),
        (accuracy(0.1, 0.1), 0, 0, CountRange(0, 0)),
        # 100 of 150 passages: (100 - 15 - 1.96 * sqrt(13.5)) / 0.9 = 86.4.
        (accuracy(0.1, 0.0, 1.5), 100, 100, CountRange(86, 100)),
        # x = (0.429 + sqrt(0.184 + 380)) / 1.9 = 10.49; x^2 = 110.0...
        (accuracy(0.0, 0.05), 100, 100, CountRange(100, 110)),
        (accuracy(0.5, 0.0, 9.0), 3, 3, CountRange(1, 3)),
    ],
)
def test_ranges_by_hand(found: Accuracy, counted: int, visits: int, expected: CountRange) -> None:
    assert found.range_of(counted, visits) == expected


@given(RATES, RATES, st.floats(0.5, 20), st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_was_counted_is_always_in_its_range(
    split: float, merge: float, passages: float, counted: int, more: int
) -> None:
    found = accuracy(split, merge, passages).range_of(counted, counted + more)
    assert found is not None
    assert 0 <= found.low <= counted <= found.high
    assert (found.low == 0) == (counted == 0)


@given(st.floats(0, 0.4), st.floats(0, 0.4), st.integers(1, 10**5), st.integers(0, 10**4))
def test_more_errors_never_make_a_range_narrower(split: float, merge: float, counted: int, more: int) -> None:
    narrow = accuracy(split, merge, 2.0).range_of(counted, counted + more)
    wide = accuracy(split + 0.1, merge + 0.1, 3.0).range_of(counted, counted + more)
    assert narrow is not None
    assert wide is not None
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@pytest.mark.parametrize(("split", "merge"), [(0.08, 0.0), (0.0, 0.05), (0.1, 0.02), (0.02, 0.1)])
def test_people_who_are_told_apart_wrongly_at_these_rates_are_within_the_range(
    split: float, merge: float
) -> None:
    chance = random.Random(f"{split} {merge}")
    missed, worlds = 0, 300
    for _ in range(worlds):
        people, ids, passages = chance.randint(5, 400), set[object](), 0
        for person in range(people):
            # Whoever is merged is taken for somebody who came before.
            taken = person and chance.random() < merge
            ids.add(chance.randrange(person) if taken else person)
            for again in range(chance.randint(0, 4)):
                passages += 1
                if chance.random() < split:
                    ids.add((person, again))
            passages += 1
        found = accuracy(split, merge, passages / len(ids)).range_of(len(ids), len(ids))
        assert found is not None
        missed += not found.low <= people <= found.high
    # Nineteen of twenty, and more, since chance takes one side at a time.
    assert missed <= worlds * 0.05, missed
