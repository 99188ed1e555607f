"""From YuNet's twelve output maps to boxes, landmarks and scores."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from footfall_vision.types import Floats

STRIDES: Final = (8, 16, 32)
OUTPUT_NAMES: Final = tuple(
    f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in STRIDES
)
_LANDMARKS: Final = 5


@lru_cache(maxsize=32)
def _grid(height: int, width: int, stride: int) -> Floats:
    """Cell coordinates float32 [cells, 2] x,y in row order; read-only, since it is shared."""
    rows, columns = np.mgrid[0 : height // stride, 0 : width // stride]
    cells = np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32)
    cells.setflags(write=False)
    return cells


def decode(
    outputs: Sequence[Floats], *, height: int, width: int, score_threshold: float
) -> tuple[Floats, Floats, Floats]:
    """Candidates at or above the threshold, before overlapping ones are removed.

    outputs: in the order of OUTPUT_NAMES, each [1, cells, k]; height, width: of the padded input.
    Returns boxes [n, 4] left,top,width,height, landmarks [n, 5, 2] and scores [n], all float32 in
    pixels of the input. A score is the geometric mean of class and objectness; a box's centre is
    (cell + offset) * stride, its size exp(log size) * stride.
    """
    boxes, landmarks, scores = [], [], []
    levels = len(STRIDES)
    for level, stride in enumerate(STRIDES):
        classes, objects = outputs[level][0, :, 0], outputs[levels + level][0, :, 0]
        score = np.sqrt(np.clip(classes, 0, 1) * np.clip(objects, 0, 1))
        (found,) = np.nonzero(score >= score_threshold)
        if not found.size:
            continue
        cells = _grid(height, width, stride)[found]
        offsets = outputs[2 * levels + level][0, found]
        points = outputs[3 * levels + level][0, found].reshape(-1, _LANDMARKS, 2)
        centres = (cells + offsets[:, :2]) * stride
        sizes = np.exp(offsets[:, 2:]) * stride
        boxes.append(np.hstack([centres - sizes / 2, sizes]))
        landmarks.append((points + cells[:, None]) * stride)
        scores.append(score[found])
    if not scores:
        return (
            np.zeros((0, 4), np.float32),
            np.zeros((0, _LANDMARKS, 2), np.float32),
            np.zeros(0, np.float32),
        )
    return np.concatenate(boxes), np.concatenate(landmarks), np.concatenate(scores)
