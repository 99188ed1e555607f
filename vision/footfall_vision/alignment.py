"""Brings a face into the pose that embedders were trained on."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from footfall_vision.errors import ImageError
from footfall_vision.types import Image, check_image

CROP_SIZE: Final = 112

ARCFACE_TEMPLATE: Final[npt.NDArray[np.float64]] = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
"""Where the five landmarks lie in a 112x112 crop: float64 [5, 2] x,y.

Source: the reference points of Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face
Recognition" (CVPR 2019), which every ArcFace-style model is trained with.
"""
ARCFACE_TEMPLATE.setflags(write=False)


def similarity_transform(
    source: npt.NDArray[np.floating], target: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Least-squares rotation, uniform scale and shift (no mirroring) that takes source to target.

    Both are [n, 2] x,y with n >= 2. Returns float64 [2, 3] for cv2.warpAffine. Raises ImageError when
    the source points coincide, are not finite, or the shapes differ.

    Source: S. Umeyama, "Least-squares estimation of transformation parameters between two point
    patterns", IEEE TPAMI 13(4), 1991, equations 38 to 43. In the plane the rotation has the closed
    form used here: with centred points as complex numbers s and t, sum(conj(s) t) / sum(|s|^2).
    """
    points = np.asarray(source, np.float64)
    goal = np.asarray(target, np.float64)
    if points.shape != goal.shape or points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:  # noqa: PLR2004
        raise ImageError(f"points must be two equal [n, 2] arrays, not {points.shape} and {goal.shape}")
    if not (np.isfinite(points).all() and np.isfinite(goal).all()):
        raise ImageError("points must be finite")
    points_mean, goal_mean = points.mean(0), goal.mean(0)
    centred, wanted = points - points_mean, goal - goal_mean
    spread = float((centred**2).sum())
    if spread <= np.finfo(np.float64).eps * max(1.0, float((points**2).sum())):
        raise ImageError("points must not coincide")
    cosine = float((centred * wanted).sum()) / spread
    sine = float((centred[:, 0] * wanted[:, 1] - centred[:, 1] * wanted[:, 0]).sum()) / spread
    linear = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([linear, goal_mean - linear @ points_mean])


def warp(
    image: Image,
    landmarks: npt.NDArray[np.floating],
    template: npt.NDArray[np.floating],
    size: int,
) -> Image:
    """Square uint8 [size, size, 3] crop in which the landmarks lie on the template; black outside."""
    matrix = similarity_transform(landmarks, template)
    return np.asarray(
        cv2.warpAffine(check_image(image), matrix, (size, size), flags=cv2.INTER_LINEAR), dtype=np.uint8
    )


def align(image: Image, landmarks: npt.NDArray[np.floating]) -> Image:
    """Crop of a face, uint8 [112, 112, 3] BGR, by its landmarks [5, 2] in pixels of the image."""
    return warp(image, landmarks, ARCFACE_TEMPLATE, CROP_SIZE)
