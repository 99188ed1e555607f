"""From uint8 crops to a network's input."""

import numpy as np

from footfall_vision.errors import ImageError
from footfall_vision.model_cards import Preprocessing
from footfall_vision.types import Floats, Image


def crops_to_blob(crops: Image, preprocessing: Preprocessing, size: tuple[int, int]) -> Floats:
    """Blob float32 [n, 3, h, w] of BGR crops uint8 [n, h, w, 3]. Raises ImageError for another shape."""
    if crops.dtype != np.uint8 or crops.ndim != 4 or crops.shape[1:] != (*size, 3):  # noqa: PLR2004
        raise ImageError(
            f"crops must be uint8 [n, {size[0]}, {size[1]}, 3], not {crops.dtype} {list(crops.shape)}"
        )
    ordered = crops if preprocessing.channels == "BGR" else crops[..., ::-1]
    blob = np.ascontiguousarray(ordered.transpose(0, 3, 1, 2), dtype=np.float32)
    if any(preprocessing.mean):
        blob -= np.array(preprocessing.mean, np.float32)[:, None, None]
    if preprocessing.scale != 1.0:
        blob *= np.float32(preprocessing.scale)
    return blob
