"""Makes faces in a picture unrecognisable, for whoever needs to see the picture and not the people."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np
from footfall_vision.detector import FaceDetector
from footfall_vision.model_store import ModelStore
from footfall_vision.types import Face, Floats, Image

_SCORE: Final = 0.25
"""Far below what counts as a face elsewhere: a wall that is veiled does no harm, a face that is not does."""
_MAX_SIDE: Final = 1920
_WIDENING: Final = 1.7
_CELLS: Final = 5
"""Across a head: nobody is known by so few, however large they are shown."""


class FaceVeil:
    """Finds heads and shows them as a few coarse cells. Safe to call from several threads."""

    def __init__(self, detect: Callable[[Image], Sequence[Face]]) -> None:
        """detect: faces in pixels of the image, also the doubtful ones."""
        self._detect = detect

    @classmethod
    def load(cls, models_dir: Path | None) -> Self:
        """With a detector of its own, which is not choosy. Raises footfall_vision.errors.ModelError."""
        store = ModelStore(models_dir.expanduser() if models_dir else None)
        detector = FaceDetector.load(store, score_threshold=_SCORE)
        return cls(lambda image: detector.detect(image, max_side=_MAX_SIDE))

    def cover(self, image: Image) -> Image:
        """A copy with every face that is found made unrecognisable, with its hair and ears."""
        veiled = image.copy()
        for face in self._detect(image):
            left, top, right, bottom = _head(face.box, image.shape[1], image.shape[0])
            head = veiled[top:bottom, left:right]
            if head.size:
                coarse = cv2.resize(head, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
                size = (head.shape[1], head.shape[0])
                veiled[top:bottom, left:right] = cv2.resize(coarse, size, interpolation=cv2.INTER_NEAREST)
        return np.asarray(veiled, dtype=np.uint8)


def _head(box: Floats, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in whole pixels, cut to the image."""
    left, top, box_width, box_height = (float(side) for side in box)
    centre_x, centre_y = left + box_width / 2, top + box_height / 2
    half_width, half_height = box_width * _WIDENING / 2, box_height * _WIDENING / 2
    return (
        max(int(centre_x - half_width), 0),
        max(int(centre_y - half_height), 0),
        min(int(centre_x + half_width) + 1, width),
        min(int(centre_y + half_height) + 1, height),
    )
