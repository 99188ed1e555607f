"""Pairs of faces, and what follows from how alike they are."""

import math
from itertools import combinations
from uuid import UUID

import numpy as np
import pytest
from footfall_server.domain import calibration
from footfall_server.domain.calibration import (
    Pairs,
    SampledFace,
    expected_false_match_rate,
    expected_miss_rate,
    measured_tail,
    per_comparison_rate,
    search_rate,
    thresholds_of,
)
from footfall_server.domain.histogram import Histogram
from footfall_server.domain.impostor_tail import ImpostorTail
from hypothesis import given
from hypothesis import strategies as st

TAIL = ImpostorTail((0.25, 0.35, 0.45), (1e-2, 1e-3, 1e-4))
FACES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 2**31)), max_size=40)


def face(person: int, track: int, seed: int) -> SampledFace:
    vector = np.random.default_rng(seed).standard_normal(8)
    unit = np.asarray(vector / np.linalg.norm(vector), np.float32)
    return SampledFace(UUID(int=person), UUID(int=100 * person + track), unit)


@given(FACES)
def test_every_pair_counts_once_and_where_it_belongs(
    drawn: list[tuple[int, int, int]],
) -> None:
    faces = [face(*each) for each in drawn]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(calibration, "_BLOCK", 7)
        pairs = Pairs.of(faces)
    same = [pair for pair in combinations(faces, 2) if pair[0].root_id == pair[1].root_id]
    genuine = [pair for pair in same if pair[0].track_id != pair[1].track_id]
    impostors = [pair for pair in combinations(faces, 2) if pair[0].root_id != pair[1].root_id]
    assert pairs.people == len({each.root_id for each in faces})
    for histogram, expected in ((pairs.genuine, genuine), (pairs.impostors, impostors)):
        assert histogram.total == len(expected)
        cosines = [float(one.embedding @ other.embedding) for one, other in expected]
        for threshold in (-0.5, 0.0, 0.33):
            share = sum(cosine >= threshold for cosine in cosines) / max(len(cosines), 1)
            slack = sum(abs(cosine - threshold) < 0.001 for cosine in cosines) / max(len(cosines), 1)
            assert histogram.share_above(threshold) == pytest.approx(share, abs=slack + 1e-9)


@given(st.lists(st.floats(-1.0, 1.0, width=32), min_size=1, max_size=50))
def test_fewer_bins_lose_nothing(cosines: list[float]) -> None:
    fine = Histogram.empty().adding(np.array(cosines))
    coarse = fine.coarser(100)
    assert (coarse.total, len(coarse.counts), len(coarse.edges())) == (len(cosines), 100, 101)
    for edge in (-0.5, 0.0, 0.5):
        assert coarse.share_above(edge) == pytest.approx(fine.share_above(edge))


def test_a_histogram_says_what_lies_above() -> None:
    histogram = Histogram.empty(4).adding(np.array([-1.0, -0.1, 0.1, 0.2, 1.0]))
    assert histogram.counts.tolist() == [1, 1, 2, 1]
    assert histogram.share_above(0.0) == pytest.approx(0.6)
    assert histogram.share_above(0.25) == pytest.approx(0.4), "half of the bin"
    assert histogram.share_above(-2.0) == 1.0
    assert histogram.share_above(2.0) == 0.0
    assert Histogram.empty(4).share_above(0.0) == 0.0
    assert histogram.cosine_at_share_above(0.2) == 1.0
    assert histogram.cosine_at_share_above(0.5) == 0.5
    with pytest.raises(ValueError, match="share"):
        histogram.cosine_at_share_above(0.0)
    with pytest.raises(ValueError, match="bins"):
        histogram.coarser(3)


@given(st.floats(1e-6, 0.5), st.integers(1, 1_000_000))
def test_a_search_with_the_rate_of_a_comparison_has_the_target(target: float, size: int) -> None:
    assert search_rate(per_comparison_rate(target, size), size) == pytest.approx(target, rel=1e-6)


@given(st.floats(1e-5, 0.5), st.integers(100, 10**6))
def test_the_policys_threshold_has_the_target_rate(target: float, size: int) -> None:
    match, new = thresholds_of(TAIL, target, size)
    assert new <= match
    expected = expected_false_match_rate(TAIL, match, size)
    # The policy shares the target out evenly, which is the limit of the exact rule from below.
    assert expected == pytest.approx(1 - math.exp(-target), rel=0.01) or match == 0.999


@given(st.integers(0, 2**32 - 1))
def test_a_measured_tail_says_what_the_sample_says(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(0.05, 0.1, 200_000)
    tail = measured_tail(Histogram.empty().adding(scores))
    for cosine, rate in zip(tail.cosines, tail.false_match_rates, strict=True):
        assert float((scores >= cosine).mean()) == pytest.approx(rate, rel=0.1)
    assert min(tail.false_match_rates) * len(scores) >= 30


def test_too_few_pairs_make_no_tail() -> None:
    with pytest.raises(ValueError, match="too few"):
        measured_tail(Histogram.empty().adding(np.linspace(-0.5, 0.5, 50)))
    with pytest.raises(ValueError, match="too few"):
        measured_tail(Histogram.empty().adding(np.full(1_000_000, 0.2)))


@pytest.mark.parametrize("rate", [0.0, -0.1, 1.0, math.nan])
def test_rates_that_are_none_are_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        per_comparison_rate(rate, 10)


def test_certain_confusion_stays_certain() -> None:
    assert search_rate(1.0, 10) == 1.0


def test_the_miss_rate_is_what_lies_below() -> None:
    genuine = Histogram.empty().adding(np.array([0.2, 0.5, 0.6, 0.7]))
    assert expected_miss_rate(genuine, 0.4) == pytest.approx(0.25)
    assert expected_miss_rate(Histogram.empty(), 0.4) == 0.0
