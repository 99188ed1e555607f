"""The nouns of vision: images, faces, their quality, their vectors."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from footfall_vision.errors import ImageError

Image: TypeAlias = npt.NDArray[np.uint8]
"""uint8 [height, width, 3], BGR as OpenCV reads it."""

Floats: TypeAlias = npt.NDArray[np.float32]
"""float32 array; the shape is in the name or the docstring of what holds it."""


class QualityReason(IntEnum):
    """A fault of a shot. Names and numbers are those of footfall.v1.QualityReason."""

    TOO_SMALL = 1
    TURNED_AWAY = 2
    BLURRED = 3
    TOO_DARK = 4
    TOO_BRIGHT = 5
    LOW_CONTRAST = 6
    TRUNCATED = 7
    UNSURE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A detected face, in pixels of the image that was given.

    box: float32 [4]: left, top, width, height; may reach beyond the image.
    landmarks: float32 [5, 2] x,y: right eye, left eye, nose tip, right and left mouth corner, as the
        person has them (so the right eye is on the left of the picture).
    score: the detector's confidence, 0..1.
    """

    box: Floats
    landmarks: Floats
    score: float

    @property
    def inter_ocular_px(self) -> float:
        """Distance between the centres of the eyes, pixels."""
        right, left = self.landmarks[0], self.landmarks[1]
        return float(np.hypot(left[0] - right[0], left[1] - right[1]))


@dataclass(frozen=True, slots=True)
class Quality:
    """How fit a shot is for recognition. Parts are 0 (useless) to 1 (perfect); score is the lowest.

    size: grows with the distance between the eyes. pose: falls as the head turns away.
    sharpness: falls with blur. exposure: falls when too dark, too bright or flat.
    visible: share of the face's box inside the image. certainty: of the detector.
    inter_ocular_px: distance between the eyes, pixels of the image.
    reasons: faults below the gates that the assessment was made with; empty when there are none.
    """

    score: float
    size: float
    pose: float
    sharpness: float
    exposure: float
    visible: float
    certainty: float
    inter_ocular_px: float
    exposure_fault: QualityReason
    reasons: tuple[QualityReason, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedFace:
    """A face with everything that recognition needs.

    crop: the aligned face, uint8 [112, 112, 3] BGR.
    embedding: float32 [dimension], L2-normalised; comparable only with the same model_id.
    female_probability: estimate of apparent gender, 0..1; None when no estimate was asked for.
    """

    face: Face
    quality: Quality
    crop: Image
    embedding: Floats
    model_id: str
    female_probability: float | None


def check_image(image: Image) -> Image:
    """Return the image when it is uint8 [height, width, 3] and not empty, else raise ImageError."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        kind = image.dtype if isinstance(image, np.ndarray) else type(image).__name__
        raise ImageError(f"an image must be a uint8 array, not {kind}")
    if image.ndim != 3 or image.shape[2] != 3:  # noqa: PLR2004 (three axes, three channels)
        raise ImageError(f"an image must be [height, width, 3], not {list(image.shape)}")
    if not image.size:
        raise ImageError("an image must not be empty")
    return image
