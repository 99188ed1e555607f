"""The few shots that stand for a track."""

import numpy as np
import pytest
from fakes.edge_samples import face, look_of, quality, unit_vector
from footfall_edge.best_shot import (
    OUTLIER_COSINE,
    Shot,
    ShotRules,
    ShotSet,
    mean_embedding,
)
from footfall_vision.types import Floats, QualityReason
from hypothesis import given, settings
from hypothesis import strategies as st

PIXELS = np.zeros((4, 4, 3), dtype=np.uint8)


def shot(at: float, *, score: float = 0.9, embedding: Floats | None = None, bad: bool = False) -> Shot:
    reasons = (QualityReason.BLURRED,) if bad else ()
    return Shot(
        at=at,
        face=face(),
        quality=quality(score, *reasons),
        crop=PIXELS,
        picture=b"",
        embedding=embedding if embedding is not None or bad else look_of(int(at * 100)),
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.floats(0.0, 1.0), st.floats(0.0, 2.0)), min_size=1, max_size=12
    )
)
def test_the_mean_is_a_unit_vector_and_order_does_not_matter(parts: list[tuple[int, float, float]]) -> None:
    shots = [
        shot(float(index), score=score, embedding=look_of(seed, spread))
        for index, (seed, score, spread) in enumerate(parts)
    ]
    mean = mean_embedding(shots)
    assert mean.dtype == np.float32
    assert float(np.linalg.norm(mean)) == pytest.approx(1.0, abs=1e-5)
    assert mean_embedding(shots[::-1]) == pytest.approx(mean, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 9), st.integers(0, 400))
def test_one_outlier_among_equals_changes_nothing(count: int, seed: int) -> None:
    shots = [shot(float(index), embedding=look_of(index)) for index in range(count + 1)]
    stranger = shot(99.0, score=0.5, embedding=unit_vector(5000 + seed))
    assert float(mean_embedding(shots) @ stranger.embedding) < OUTLIER_COSINE
    if count >= 3:
        assert mean_embedding([*shots, stranger]) == pytest.approx(mean_embedding(shots), abs=1e-5)


def test_opposite_vectors_leave_the_better_shot() -> None:
    vector = unit_vector(3)
    shots = [shot(0.0, score=0.5, embedding=-vector), shot(1.0, score=0.5, embedding=vector)]
    assert abs(float(mean_embedding(shots) @ vector)) == pytest.approx(1.0, abs=1e-5)


def test_better_quality_weighs_more() -> None:
    good, poor = shot(0.0, score=0.9, embedding=look_of(1)), shot(1.0, score=0.1, embedding=look_of(2))
    mean = mean_embedding([good, poor])
    assert good.embedding is not None
    assert poor.embedding is not None
    assert float(mean @ good.embedding) > float(mean @ poor.embedding)


def test_shots_are_spread_in_time() -> None:
    shots = ShotSet()
    for step in range(20):
        at = step * 0.1
        if shots.wants(quality(0.8), at):
            shots.offer(shot(at, score=0.8))
    times = [kept.at for kept in shots.good]
    assert len(times) == 5
    assert min(np.diff(times)) >= 0.3 - 1e-9


def test_a_full_set_takes_only_better_shots() -> None:
    shots = ShotSet(rules=ShotRules(check_every_s=1e9))
    for step in range(5):
        shots.offer(shot(step * 0.5, score=0.5 + step / 100))
    assert not shots.wants(quality(0.5), 9.0), "not better than the worst"
    assert not shots.wants(quality(0.54), 9.0), "not better by enough to be worth embedding"
    assert shots.wants(quality(0.8), 9.0)
    shots.offer(shot(9.0, score=0.8))
    assert len(shots.good) == 5
    assert 0.0 not in [kept.at for kept in shots.good], "the worst one went"


def test_a_poor_shot_is_kept_only_as_long_as_there_is_no_good_one() -> None:
    shots = ShotSet()
    assert shots.wants(quality(0.2, QualityReason.BLURRED), 0.0)
    shots.offer(shot(0.0, score=0.2, bad=True))
    assert shots.best() is shots.poor
    assert not shots.wants(quality(0.1, QualityReason.BLURRED), 0.1)
    shots.offer(shot(0.2, score=0.6))
    assert shots.best() is shots.good[0]
    assert not shots.wants(quality(0.29, QualityReason.BLURRED), 0.3)


def test_a_slide_to_another_person_is_noticed_after_two_shots() -> None:
    shots = ShotSet()
    for step in range(3):
        shots.offer(shot(step * 0.5, embedding=look_of(step)))
    shots.offer(shot(2.0, embedding=look_of(50, of=2)))
    assert not shots.swapped(), "one strange shot may be a bad frame"
    assert shots.wants(quality(0.3), 2.1), "doubt is worth an embedding"
    shots.offer(shot(2.1, embedding=look_of(51, of=2)))
    assert shots.swapped()
    assert len(shots.good) == 3, "a stranger's shots must not enter the set"


def test_a_strange_shot_that_does_not_come_again_is_forgotten() -> None:
    shots = ShotSet()
    shots.offer(shot(0.0, embedding=look_of(1)))
    shots.offer(shot(0.5, embedding=look_of(2)))
    shots.offer(shot(1.0, embedding=look_of(50, of=2)))
    shots.offer(shot(1.5, embedding=look_of(3)))
    assert not shots.swapped()
    assert not shots.strangers


def test_a_first_shot_that_was_off_gives_way_to_two_that_agree() -> None:
    shots = ShotSet()
    shots.offer(shot(0.0, embedding=look_of(50, of=2)))
    shots.offer(shot(0.5, embedding=look_of(1)))
    shots.offer(shot(1.0, embedding=look_of(2)))
    assert not shots.swapped(), "there never was a second person"
    assert [kept.at for kept in shots.good] == [0.5, 1.0]


def test_a_good_shot_without_embedding_is_refused() -> None:
    with pytest.raises(ValueError, match="embedded"):
        ShotSet().offer(
            Shot(at=0.0, face=face(), quality=quality(), crop=PIXELS, picture=b"", embedding=None)
        )
