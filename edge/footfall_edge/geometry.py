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


def widen(box: npt.NDArray[np.floating], factor: float, width: int, height: int) -> tuple[int, int, int, int]:
    """The box grown about its centre by factor, moved a tenth down for the shoulders, cut to the image.

    Returns left, top, right, bottom in whole pixels; right > left and bottom > top.
    """
    left, top, box_width, box_height = (float(value) for value in box)
    centre_x, centre_y = left + box_width / 2, top + box_height * 0.6
    half_width, half_height = box_width * factor / 2, box_height * factor / 2
    x0 = min(max(int(centre_x - half_width), 0), width - 1)
    y0 = min(max(int(centre_y - half_height), 0), height - 1)
    x1 = min(max(int(centre_x + half_width), x0 + 1), width)
    y1 = min(max(int(centre_y + half_height), y0 + 1), height)
    return x0, y0, x1, y1
