"""The aligned crop of a face that may be far larger than the crop."""

from typing import Final

import numpy as np

from footfall_vision.alignment import align
from footfall_vision.jpeg import shrunk
from footfall_vision.portrait import widen
from footfall_vision.types import Face, Floats, Image

_MOST_INTER_OCULAR_PX: Final = 70.0
"""Twice that of the crop: from there on, four pixels of the picture are one of the crop's and the others
would be skipped."""
_MARGIN: Final = 3.0


def align_close_up(image: Image, face: Face) -> Image:
    """Crop of a face, uint8 [112, 112, 3] BGR, as align() makes it, but without aliasing.

    A portrait of a phone's camera has eyes hundreds of pixels apart. Of such a face alignment would take one
    pixel in a hundred, which makes pores and noise into features; so its surroundings are shrunk first, by
    the mean of the pixels. Smaller faces, such as a camera sees, are aligned as they are, bit for bit.
    """
    factor = _MOST_INTER_OCULAR_PX / max(face.inter_ocular_px, 1.0)
    if factor >= 1.0:
        return align(image, face.landmarks)
    height, width = image.shape[:2]
    left, top, right, bottom = widen(face.box, _MARGIN, width, height)
    part = shrunk(image[top:bottom, left:right], factor)
    scale = np.array([part.shape[1] / (right - left), part.shape[0] / (bottom - top)], np.float32)
    moved: Floats = ((face.landmarks - np.array([left, top], np.float32)) * scale).astype(np.float32)
    return align(part, moved)
