"""Finds faces of every size in a still picture, such as a photo that is enrolled.

YuNet sees faces of some 15 to 500 px. A portrait of a phone's camera is far larger: at full size such
a face is missed, or only an eye or a chin of it is taken for one. So each size of face is sought at the
scale where the detector sees it best.
"""

from typing import Final

from footfall_vision.detector import FaceDetector
from footfall_vision.types import Face, Image, check_image

COARSE_SIDE: Final = 480
FINE_SIDE: Final = 1920
_LARGE_PX: Final = 96
_SAME_FACE: Final = 0.3


def detect_all_sizes(detector: FaceDetector, image: Image) -> list[Face]:
    """Faces of a still, the surest first, in pixels of the image.

    A small picture is searched once, a larger one at two scales: the coarse one has the say on large
    faces, the fine one on small ones. Raises ImageError when the image is not uint8 [h, w, 3].
    """
    check_image(image)
    longer = max(image.shape[:2])
    coarse = detector.detect(image, max_side=COARSE_SIDE)
    if longer <= COARSE_SIDE:
        return coarse
    least = _LARGE_PX * longer / COARSE_SIDE
    large = [face for face in coarse if face.box[2] >= least]
    fine = [
        face
        for face in detector.detect(image, max_side=FINE_SIDE)
        if not any(_centre_inside(face, other) for other in large)
    ]
    left = [
        face
        for face in coarse
        if face.box[2] < least and not any(_overlap(face, other) > _SAME_FACE for other in fine)
    ]
    return sorted(large + fine + left, key=lambda face: -face.score)


def _centre_inside(face: Face, other: Face) -> bool:
    x, y = face.box[:2] + face.box[2:] / 2
    left, top, width, height = other.box
    return bool(left <= x <= left + width and top <= y <= top + height)


def _overlap(face: Face, other: Face) -> float:
    """Intersection over union of the boxes."""
    (left, top, width, height), (x, y, across, down) = face.box, other.box
    shared_width = min(left + width, x + across) - max(left, x)
    shared_height = min(top + height, y + down) - max(top, y)
    shared = float(max(0.0, shared_width) * max(0.0, shared_height))
    union = float(width * height + across * down) - shared
    return shared / union if union > 0 else 0.0
