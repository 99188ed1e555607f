"""RetinaFace's maps become faces where its anchors stand."""

import numpy as np
import pytest
from footfall_vision.retinaface_decoding import decode
from footfall_vision.types import Floats

HEIGHT, WIDTH = 64, 96
CELLS = {8: 8 * 12, 16: 4 * 6, 32: 2 * 3}
ANCHORS = sum(2 * cells for cells in CELLS.values())


def outputs() -> list[Floats]:
    """Nothing anywhere."""
    scores = np.zeros((1, ANCHORS, 2), np.float32)
    scores[..., 0] = 1
    return [np.zeros((1, ANCHORS, 4), np.float32), scores, np.zeros((1, ANCHORS, 10), np.float32)]


def test_nothing_is_no_face() -> None:
    boxes, landmarks, scores = decode(outputs(), height=HEIGHT, width=WIDTH, score_threshold=0.5)
    assert (boxes.shape, landmarks.shape, scores.shape) == ((0, 4), (0, 5, 2), (0,))


def test_an_anchor_that_fires_is_a_square_about_its_cell() -> None:
    maps = outputs()
    # Third cell of the second row at stride 16, the larger of its two anchors: 128 wide about (40, 24).
    maps[1][0, 2 * CELLS[8] + 2 * (6 + 2) + 1, 1] = 0.9
    boxes, landmarks, scores = decode(maps, height=HEIGHT, width=WIDTH, score_threshold=0.5)
    assert boxes == pytest.approx(np.array([[40 - 64, 24 - 64, 128, 128]]))
    assert landmarks == pytest.approx(np.full((1, 5, 2), [40, 24]))
    assert scores == pytest.approx([0.9])


def test_offsets_move_and_stretch_it() -> None:
    maps = outputs()
    maps[1][0, 0, 1] = 0.8
    maps[0][0, 0] = [5.0, -5.0, np.log(2) / 0.2, 0.0]
    maps[2][0, 0] = [10, 0, 0, 10, 0, 0, 0, 0, -10, 0]
    boxes, landmarks, _ = decode(maps, height=HEIGHT, width=WIDTH, score_threshold=0.5)
    assert boxes == pytest.approx(np.array([[12 - 16, -4 - 8, 32, 16]]))
    assert landmarks[0] == pytest.approx(np.array([[20, 4], [4, 20], [4, 4], [4, 4], [-12, 4]]))
