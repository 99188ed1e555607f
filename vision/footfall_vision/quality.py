"""How fit a face is for recognition: named parts from 0 to 1, and named reasons when it is not.

The mappings were calibrated on 1,311 LFW portraits (250x250, eyes some 44 px apart), evaluation only:

    measured on each face          1 %    median   99 %     what the mapping makes of it
    distance of the eyes, px       30.5   43.8     57.8     size: 0 at 0, 1 at 48
    yaw, degrees                   0.2    8.7      38.7     pose: 1 up to 10, 0 at 60 degrees
    ratio of detail                .006   .030     .093     sharpness: 0 at .001, 1 at .015, logarithmic
      the same, blurred sigma 1    .003   .010     .031
      the same, blurred sigma 2    .001   .003     .009
      the same, blurred sigma 3    .000   .001     .004
      the same, smeared 15 px      .000   .001     .003
    95th percentile of luma        123    187      241      exposure, dark: 0 at 30, 1 at 110
    share of luma 250 or more      0      0        .011     exposure, bright: 1 up to .05, 0 at .5
    standard deviation of luma     20.5   36.2     64.6     exposure, flat: 0 at 4, 1 at 18
    detector's score               .895   .929     .945     certainty: 0 at .4, 1 at .9

With the gates of quality_gates 98 % of the untouched portraits may be compared, 95 % may found an
identity.
What they refuse is what harms the vector: of portraits smeared by 15 px (cosine to the untouched one
.54) they refuse 91 %, blurred by sigma 1, 2, 3, 4 (.98, .85, .62, .38) they refuse 2, 19, 80 and 100 %,
darkened to a tenth (.51) all, brightened 2.5 times (.66) 88 %, at 15 % contrast (.52) 95 %.

Darkness is judged by the face's highlights (the 95th percentile), not by its mean, so that dark skin
in good light does not count as underexposed.
"""

import math
from dataclasses import replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from footfall_vision.alignment import ARCFACE_TEMPLATE, CROP_SIZE
from footfall_vision.head_pose import head_angles
from footfall_vision.quality_gates import RECOGNITION_GATES, QualityGates
from footfall_vision.types import Face, Floats, Image, Quality, QualityReason

_FULL_SIZE_PX: Final = 48.0
_CROP_INTER_OCULAR_PX: Final = float(np.hypot(*(ARCFACE_TEMPLATE[1] - ARCFACE_TEMPLATE[0])))

_FRONTAL_DEGREES: Final = 10.0
_LOST_DEGREES: Final = 60.0

_BLURRED_RATIO: Final = 0.001
_SHARP_RATIO: Final = 0.015
_LEAST_SIZE: Final = 16
# Rounding to whole luma has a variance of 1/12, which second differences (1, -2, 1) make six times
# as much. In a dark or flat face that would pass for detail.
_ROUNDING_ENERGY: Final = 6 / 12
# Second differences across, down and along both diagonals; a diagonal step is longer, hence the weight.
_SECOND_DIFFERENCES: Final = tuple(
    np.array(kernel, np.float32) * weight
    for kernel, weight in (
        (((0, 0, 0), (1, -2, 1), (0, 0, 0)), 1.0),
        (((0, 1, 0), (0, -2, 0), (0, 1, 0)), 1.0),
        (((1, 0, 0), (0, -2, 0), (0, 0, 1)), math.sqrt(0.5)),
        (((0, 0, 1), (0, -2, 0), (1, 0, 0)), math.sqrt(0.5)),
    )
)
_DARK_P95: Final = (30.0, 110.0)
_BURNT_LUMA: Final = 250
_BURNT_SHARE: Final = (0.5, 0.05)
_FLAT_DEVIATION: Final = (4.0, 18.0)
_UNSURE_SCORE: Final = (0.4, 0.9)


def assess(image: Image, face: Face, crop: Image, *, gates: QualityGates = RECOGNITION_GATES) -> Quality:
    """Quality of a face in an image, given its aligned crop, uint8 [112, 112, 3] BGR.

    The reasons name what is below the gates.
    """
    inter_ocular = face.inter_ocular_px
    luma = np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    exposure, exposure_fault = _exposure(luma)
    size = min(1.0, inter_ocular / _FULL_SIZE_PX)
    pose = pose_part(face.landmarks)
    sharpness = _sharpness(luma, inter_ocular)
    visible = _visible(face, image.shape[1], image.shape[0])
    certainty = _ramp(face.score, *_UNSURE_SCORE)
    ungated = Quality(
        score=min(size, pose, sharpness, exposure, visible, certainty),
        size=size,
        pose=pose,
        sharpness=sharpness,
        exposure=exposure,
        visible=visible,
        certainty=certainty,
        inter_ocular_px=inter_ocular,
        exposure_fault=exposure_fault,
        reasons=(),
    )
    return replace(ungated, reasons=gates.reasons(ungated))


def pose_part(landmarks: Floats) -> float:
    """1 for a face turned by up to 10 degrees, 0 from 60 degrees on or for impossible landmarks."""
    angles = head_angles(landmarks)
    return 0.0 if angles is None else _ramp(math.hypot(*angles), _LOST_DEGREES, _FRONTAL_DEGREES)


def degrees_at(pose: float) -> float:
    """How far a face may be turned for that pose part, 0..1: pose_part() the other way round."""
    return _LOST_DEGREES + pose * (_FRONTAL_DEGREES - _LOST_DEGREES)


def _ramp(value: float, zero_at: float, one_at: float) -> float:
    """Linear from 0 to 1 between the two, which may fall or rise; clamped."""
    return min(1.0, max(0.0, (value - zero_at) / (one_at - zero_at)))


@lru_cache(maxsize=CROP_SIZE)
def _face_mask(size: int) -> npt.NDArray[np.uint8]:
    """Ellipse of skin in an aligned crop of size x size: leaves out hair, collar and background."""
    rows, columns = np.mgrid[0:size, 0:size] * (CROP_SIZE / size)
    inside: npt.NDArray[np.bool_] = ((columns - 56) / 36) ** 2 + ((rows - 66) / 44) ** 2 <= 1
    mask = inside.astype(np.uint8)
    mask.setflags(write=False)  # shared by every caller
    return mask


def _exposure(luma: npt.NDArray[np.uint8]) -> tuple[float, QualityReason]:
    """The lowest of dark, bright and flat, and its name."""
    counts = cv2.calcHist([luma], [0], _face_mask(CROP_SIZE), [256], [0, 256]).ravel()
    shares = counts / counts.sum()
    levels = np.arange(256)
    mean = float(shares @ levels)
    deviation = math.sqrt(max(0.0, float(shares @ (levels - mean) ** 2)))
    p95 = float(np.searchsorted(np.cumsum(shares), 0.95))
    burnt = float(shares[_BURNT_LUMA:].sum())
    return min(
        (_ramp(p95, *_DARK_P95), QualityReason.TOO_DARK),
        (_ramp(burnt, *_BURNT_SHARE), QualityReason.TOO_BRIGHT),
        (_ramp(deviation, *_FLAT_DEVIATION), QualityReason.LOW_CONTRAST),
        key=lambda part: part[0],
    )


def detail_ratio(luma: npt.NDArray[np.uint8], inter_ocular_px: float) -> float:
    """Energy of second differences along the blurrier of four directions, relative to the face's variance.

    The direction matters: a person who walks by is smeared along the path only, which leaves a plain
    Laplacian almost as high as before. The variance takes the light out. A face smaller than the crop
    was enlarged, which blurs it; it is judged at the size that it had, so that a small sharp face is
    small and not blurred. luma: uint8 [112, 112] of an aligned crop.
    """
    size = min(CROP_SIZE, max(_LEAST_SIZE, round(CROP_SIZE * inter_ocular_px / _CROP_INTER_OCULAR_PX)))
    plane = luma.astype(np.float32)
    if size < CROP_SIZE:
        plane = np.asarray(cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA), dtype=np.float32)
    skin = _face_mask(size).astype(bool)
    energies = [float(cv2.filter2D(plane, cv2.CV_32F, kernel)[skin].var()) for kernel in _SECOND_DIFFERENCES]
    detail = max(0.0, min(energies) - _ROUNDING_ENERGY)
    return detail / max(1.0, float(plane[skin].var()))


def _sharpness(luma: npt.NDArray[np.uint8], inter_ocular_px: float) -> float:
    ratio = max(detail_ratio(luma, inter_ocular_px), 1e-9)
    return _ramp(math.log(ratio), math.log(_BLURRED_RATIO), math.log(_SHARP_RATIO))


def _visible(face: Face, width: int, height: int) -> float:
    """Share of the box inside the image; 0 when a landmark lies outside, since it is then a guess."""
    if (face.landmarks < 0).any() or (face.landmarks > (width, height)).any():
        return 0.0
    left, top, box_width, box_height = (float(side) for side in face.box)
    across = min(left + box_width, width) - max(left, 0.0)
    down = min(top + box_height, height) - max(top, 0.0)
    area = box_width * box_height
    return min(1.0, max(0.0, across) * max(0.0, down) / area) if area > 0 else 0.0
