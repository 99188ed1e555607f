"""Cuts people out of the pulled pictures along outlines drawn by hand, ready to be put on the stage."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from footfall_local.demo_shop.script import FACE_WIDTH

Pixels = NDArray[np.float32]
"""float32, H x W x 3 in BGR 0..255, or H x W in 0..1 for opacity."""

_OVERSAMPLING = 1.5
"""Cut-outs are kept larger than drawn, so that the subpixel warp does not blur the face."""
_FEATHER_PX = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Where a person is in a picture: the face's box and the silhouette, in the picture's pixels."""

    picture: str
    face: tuple[float, float, float, float]
    silhouette: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOut:
    """A person without background.

    `colour` is premultiplied by `opacity`; `anchor` is the face's centre in the cut-out's pixels, and
    `scale` the factor from the cut-out's pixels to a face that is FACE_WIDTH wide in the frame.
    """

    colour: Pixels
    opacity: Pixels
    anchor: tuple[float, float]
    scale: float


class PortraitError(Exception):
    """A picture cannot be read, or an outline names what is not there."""


def load_outlines() -> Mapping[str, Outline]:
    """The outlines that come with this package, by portrait key."""
    text = files("footfall_local.demo_shop").joinpath("portraits.json").read_text(encoding="utf-8")
    raw = cast("dict[str, dict[str, Any]]", json.loads(text))
    return {
        key: Outline(
            picture=str(entry["picture"]),
            face=cast("tuple[float, float, float, float]", tuple(map(float, entry["face"]))),
            silhouette=np.array(entry["outline"], dtype=np.int32),
        )
        for key, entry in raw.items()
    }


def cut_out(key: str, outline: Outline, pictures: Mapping[str, Path]) -> CutOut:
    """Cuts one person out. Raises PortraitError when the picture is missing or unreadable."""
    path = pictures.get(outline.picture)
    picture = None if path is None else cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise PortraitError(f"portrait {key}: the picture {outline.picture} cannot be read")
    left, top = outline.silhouette.min(axis=0)
    right, bottom = outline.silhouette.max(axis=0)
    left, top = max(0, int(left)), max(0, int(top))
    right, bottom = min(picture.shape[1], int(right) + 1), min(picture.shape[0], int(bottom) + 1)
    mask = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(mask, [outline.silhouette - (left, top)], 255, lineType=cv2.LINE_AA)
    x, y, w, h = outline.face
    factor = FACE_WIDTH * _OVERSAMPLING / w
    size = (max(1, round(mask.shape[1] * factor)), max(1, round(mask.shape[0] * factor)))
    shrinking = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    colour = cv2.resize(picture[top:bottom, left:right], size, interpolation=shrinking).astype(np.float32)
    opacity = _feather(cv2.resize(mask, size, interpolation=cv2.INTER_AREA).astype(np.uint8))
    return CutOut(
        colour=np.ascontiguousarray(colour * opacity[..., None], dtype=np.float32),
        opacity=opacity,
        anchor=((x + w / 2 - left) * factor, (y + h / 2 - top) * factor),
        scale=1.0 / _OVERSAMPLING,
    )


def _feather(mask: NDArray[np.uint8]) -> Pixels:
    """Pulls the edge inwards and softens it, so that no rim of the old background shows.

    The bottom stays hard: the counter hides it, and a soft one would shine through.
    """
    padded = cv2.copyMakeBorder(mask, 0, 12, 0, 0, cv2.BORDER_REPLICATE)
    padded = cv2.copyMakeBorder(padded, 4, 0, 4, 4, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(padded, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    soft = cv2.GaussianBlur(eroded.astype(np.float32) / 255.0, (0, 0), _FEATHER_PX)
    return np.ascontiguousarray(soft[4:-12, 4:-4], dtype=np.float32)
