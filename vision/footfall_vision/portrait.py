"""Head and shoulders of one person, cut out of a picture that may show more."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall_vision.jpeg import shrunk
from footfall_vision.types import Face, Floats, Image

_WIDENING = 1.6


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A part of a picture: uint8 [h, w, 3] BGR, where its corner was, and by how much it was shrunk."""

    image: Image
    corner: tuple[int, int]
    scale: float

    def moved(self, points: Floats) -> Floats:
        """Points of the picture, float32 [n, 2] x,y, as pixels of the portrait."""
        moved: Floats = ((points - np.asarray(self.corner, np.float32)) * self.scale).astype(np.float32)
        return moved


def portrait_of(image: Image, face: Face, *, max_side: int) -> Portrait:
    """Head and shoulders, at most max_side pixels a side."""
    height, width = image.shape[:2]
    left, top, right, bottom = widen(face.box, _WIDENING, width, height)
    cut = image[top:bottom, left:right]
    scale = max_side / max(cut.shape[:2])
    return Portrait(image=shrunk(cut, scale), corner=(left, top), scale=min(scale, 1.0))


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
