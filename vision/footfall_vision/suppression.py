"""Non-maximum suppression: of boxes that overlap, the surest stays."""

import numpy as np
import numpy.typing as npt

from footfall_vision.types import Floats


def keep_best(boxes: Floats, scores: Floats, *, overlap_threshold: float) -> npt.NDArray[np.intp]:
    """Indices of the boxes that stay, the surest first.

    boxes: [n, 4] left,top,width,height; scores: [n]. A box falls when its intersection over union with
    one that stays is above the threshold. Equal scores keep their order.
    """
    order = np.argsort(-scores, kind="stable")
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    areas = boxes[:, 2] * boxes[:, 3]
    kept: list[np.intp] = []
    while order.size:
        best, others = order[0], order[1:]
        kept.append(best)
        across = np.minimum(right[best], right[others]) - np.maximum(left[best], left[others])
        down = np.minimum(bottom[best], bottom[others]) - np.maximum(top[best], top[others])
        shared = np.clip(across, 0, None) * np.clip(down, 0, None)
        order = others[shared <= overlap_threshold * (areas[best] + areas[others] - shared)]
    return np.array(kept, np.intp)
