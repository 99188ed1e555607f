"""Pictures made smaller, and made into JPEG files."""

from collections.abc import Sequence

import cv2
import numpy as np

from footfall_vision.types import Image

_ALIGNED_QUALITIES = (92, 80, 60)
"""The first is so good that an embedder sees the same face in the file; the others are for what the wire
has no room for, such as noise in the dark."""
_ALIGNED_MAX_BYTES = 32 * 1024


def encode_jpeg(image: Image, *, qualities: Sequence[int], max_bytes: int) -> bytes:
    """The file of the first quality (0 to 100) that fits; empty when none does, or it cannot be encoded."""
    for quality in qualities:
        encoded, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if encoded and jpeg.nbytes <= max_bytes:
            return jpeg.tobytes()
    return b""


def encode_aligned(crop: Image) -> bytes:
    """The aligned crop as JPEG, small enough for an event; empty when it cannot be made so."""
    return encode_jpeg(crop, qualities=_ALIGNED_QUALITIES, max_bytes=_ALIGNED_MAX_BYTES)


def shrunk(image: Image, factor: float) -> Image:
    """The picture scaled by a factor, at least one pixel a side; itself from a factor of 1 on."""
    if factor >= 1.0:
        return image
    height, width = image.shape[:2]
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
