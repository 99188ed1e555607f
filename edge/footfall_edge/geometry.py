"""Boxes of the tracker: pure functions on arrays.

A box is [left, top, width, height] in pixels, float.
"""

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float64]
"""float64 [n, 4]."""


def overlap(first: Boxes, second: Boxes) -> npt.NDArray[np.float64]:
    """Intersection over union (Jaccard 1912) of every pair: float64 [len(first), len(second)], 0..1."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(
        first[:, None, :2] + first[:, None, 2:],
        second[None, :, :2] + second[None, :, 2:],
    )
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    area_first = np.prod(first[:, 2:], axis=1)[:, None]
    area_second = np.prod(second[:, 2:], axis=1)[None, :]
    union: npt.NDArray[np.float64] = area_first + area_second - shared
    result: npt.NDArray[np.float64] = np.divide(shared, union, out=np.zeros_like(union), where=union > 0)
    return result


def distance(first: Boxes, second: Boxes) -> npt.NDArray[np.float64]:
    """How far the centres of every pair lie apart, in the pair's mean sizes: [len(first), len(second)].

    Size is the square root of the area, so a person far away and a person near are measured alike.
    """
    centres = (first[:, :2] + first[:, 2:] / 2)[:, None, :] - (second[:, :2] + second[:, 2:] / 2)[None, :, :]
    sizes = np.sqrt(np.prod(first[:, 2:], axis=1))[:, None] + np.sqrt(np.prod(second[:, 2:], axis=1))[None, :]
    apart: npt.NDArray[np.float64] = np.hypot(centres[..., 0], centres[..., 1])
    result: npt.NDArray[np.float64] = np.divide(
        2 * apart, sizes, out=np.full_like(apart, np.inf), where=sizes > 0
    )
    return result
