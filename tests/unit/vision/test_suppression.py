"""Overlapping boxes: the surest stays."""

import numpy as np
from footfall_vision.suppression import keep_best
from hypothesis import given
from hypothesis import strategies as st


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    low = np.maximum(first[:2], second[:2])
    high = np.minimum(first[:2] + first[2:], second[:2] + second[2:])
    shared = float(np.prod(np.clip(high - low, 0, None)))
    return shared / (float(np.prod(first[2:]) + np.prod(second[2:])) - shared)


boxes_and_scores = st.lists(
    st.tuples(
        st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(1, 40), st.floats(0.1, 1)
    ),
    max_size=25,
)


def test_keeps_the_surest_of_two_that_overlap_and_the_one_apart() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 1, 10, 10], [50, 50, 10, 10]], np.float32)
    kept = keep_best(boxes, np.array([0.7, 0.9, 0.8], np.float32), overlap_threshold=0.3)
    assert kept.tolist() == [1, 2]


def test_nothing_gives_nothing() -> None:
    kept = keep_best(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), overlap_threshold=0.3)
    assert kept.size == 0


@given(items=boxes_and_scores)
def test_what_stays_does_not_overlap_and_what_falls_overlaps_a_surer_one(
    items: list[tuple[int, int, int, int, float]],
) -> None:
    boxes = np.array([item[:4] for item in items], np.float32).reshape(-1, 4)
    scores = np.array([item[4] for item in items], np.float32)
    kept = keep_best(boxes, scores, overlap_threshold=0.3).tolist()
    assert [scores[index] for index in kept] == sorted(scores[kept], reverse=True)
    for position, index in enumerate(kept):
        assert all(overlap(boxes[index], boxes[other]) <= 0.3 + 1e-6 for other in kept[:position])
    for index in set(range(len(items))) - set(kept):
        surer = [other for other in kept if scores[other] >= scores[index]]
        assert any(overlap(boxes[index], boxes[other]) > 0.3 - 1e-6 for other in surer), (
            f"box {index} fell without reason"
        )
