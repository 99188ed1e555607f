"""From RetinaFace's three output maps to boxes, landmarks and scores.

Source of the network and of its anchors: J. Deng, J. Guo, E. Ververas, I. Kotsia, S. Zafeiriou, "RetinaFace:
Single-shot Multi-level Face Localisation in the Wild", CVPR 2020, in the form with a MobileNet of width 0.25.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from footfall_vision.types import Floats

OUTPUT_NAMES: Final = ("loc", "conf", "landmarks")
_ANCHOR_SIDES: Final = {8: (16, 32), 16: (64, 128), 32: (256, 512)}
"""Sides of the square anchors of each cell, by stride, in pixels."""
_CENTRE_VARIANCE: Final = 0.1
_SIZE_VARIANCE: Final = 0.2


@lru_cache(maxsize=8)
def _anchors(height: int, width: int) -> Floats:
    """Centre x, centre y and side float32 [anchors, 3] in the order of the outputs; read-only."""
    levels = []
    for stride, sides in _ANCHOR_SIDES.items():
        rows, columns = np.mgrid[0 : height // stride, 0 : width // stride]
        centres = (np.stack([columns.ravel(), rows.ravel()], axis=1) + 0.5) * stride
        each = np.repeat(centres, len(sides), axis=0)
        levels.append(np.hstack([each, np.tile(sides, len(centres))[:, None]]))
    anchors = np.concatenate(levels).astype(np.float32)
    anchors.setflags(write=False)
    return anchors


def decode(
    outputs: Sequence[Floats], *, height: int, width: int, score_threshold: float
) -> tuple[Floats, Floats, Floats]:
    """Candidates at or above the threshold, before overlapping ones are removed.

    outputs: in the order of OUTPUT_NAMES, each [1, anchors, k]; height, width: of the padded input.
    Returns boxes [n, 4] left,top,width,height, landmarks [n, 5, 2] and scores [n], all float32 in
    pixels of the input.
    """
    offsets, classes, points = (output[0] for output in outputs)
    scores = classes[:, 1]
    (found,) = np.nonzero(scores >= score_threshold)
    anchors = _anchors(height, width)[found]
    centres, sides = anchors[:, :2], anchors[:, 2:]
    middle = centres + offsets[found, :2] * _CENTRE_VARIANCE * sides
    sizes = sides * np.exp(offsets[found, 2:] * _SIZE_VARIANCE)
    landmarks = centres[:, None] + points[found].reshape(-1, 5, 2) * _CENTRE_VARIANCE * sides[:, None]
    return np.hstack([middle - sizes / 2, sizes]), landmarks, scores[found]
