"""Views as JPEG files that may leave the shop. Blocking: milliseconds of one processor."""

from collections.abc import Sequence
from dataclasses import dataclass

from footfall_vision.jpeg import encode_jpeg, shrunk
from footfall_vision.types import Image

from footfall_edge.camera_settings import Polygon
from footfall_edge.frame_mask import FrameMask
from footfall_edge.views import View

SNAPSHOT_MAX_BYTES = 1024 * 1024
PREVIEW_MAX_BYTES = 256 * 1024
_SNAPSHOT_QUALITIES = (90, 80, 60, 40)
_PREVIEW_QUALITIES = (75, 60, 40)
_SMALLEST_SIDE = 16


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A JPEG, and how many of its pixels a pixel of the frame became."""

    jpeg: bytes
    scale: float


def take_snapshot(view: View, masks: Sequence[Polygon]) -> Picture | None:
    """The frame as it is, smaller when it would be above 1 MiB; None when it cannot be encoded."""
    image = FrameMask(masks).cover(view.frame.image)
    return _encode(image, 1.0, _SNAPSHOT_QUALITIES, SNAPSHOT_MAX_BYTES)


def take_preview(view: View, masks: Sequence[Polygon], *, max_width: int) -> Picture | None:
    """The frame at most so many pixels wide and 256 KiB large; None when it cannot be encoded."""
    image = FrameMask(masks).cover(view.frame.image)
    scale = min(max_width / image.shape[1], 1.0)
    return _encode(shrunk(image, scale), scale, _PREVIEW_QUALITIES, PREVIEW_MAX_BYTES)


def _encode(image: Image, scale: float, qualities: Sequence[int], max_bytes: int) -> Picture | None:
    while min(image.shape[:2]) >= _SMALLEST_SIDE:
        if jpeg := encode_jpeg(image, qualities=qualities, max_bytes=max_bytes):
            return Picture(jpeg, scale)
        image, scale = shrunk(image, 0.5), scale / 2
    return None
