"""Which scale has the say on which size of face."""

from collections.abc import Mapping

import numpy as np
from footfall_vision.still_search import COARSE_SIDE, FINE_SIDE, detect_all_sizes
from footfall_vision.types import Face, Image


def face(left: float, top: float, side: float, score: float) -> Face:
    box = np.array([left, top, side, side], np.float32)
    return Face(box=box, landmarks=np.zeros((5, 2), np.float32), score=score)


class TwoScales:
    """Answers what each scale was told to see."""

    def __init__(self, seen: Mapping[int, list[Face]]) -> None:
        self.seen = seen
        self.asked: list[int] = []

    def detect(self, _image: Image, *, max_side: int) -> list[Face]:
        self.asked.append(max_side)
        return self.seen[max_side]


def search(detector: TwoScales, longer: int) -> list[Face]:
    return detect_all_sizes(detector, np.zeros((longer * 3 // 4, longer, 3), np.uint8))  # type: ignore[arg-type]


def test_a_small_picture_is_searched_once() -> None:
    only = face(10, 10, 200, 0.9)
    detector = TwoScales({COARSE_SIDE: [only]})
    assert search(detector, 400) == [only]
    assert detector.asked == [COARSE_SIDE]


def test_an_eye_of_a_large_face_is_no_second_face() -> None:
    portrait, eye, passer_by = face(500, 300, 1500, 0.9), face(900, 800, 200, 0.8), face(3000, 900, 90, 0.7)
    detector = TwoScales({COARSE_SIDE: [portrait], FINE_SIDE: [eye, passer_by]})
    assert search(detector, 4000) == [portrait, passer_by]


def test_the_fine_scale_places_small_faces_and_the_coarse_one_adds_what_it_missed() -> None:
    rough, exact, missed = face(100, 100, 60, 0.8), face(102, 101, 58, 0.95), face(900, 400, 80, 0.7)
    detector = TwoScales({COARSE_SIDE: [rough, missed], FINE_SIDE: [exact]})
    assert search(detector, 1920) == [exact, missed]
