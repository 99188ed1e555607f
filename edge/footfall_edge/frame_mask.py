"""Parts of a camera's picture that are nobody's business."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
from footfall_vision.types import Face, Image

from footfall_edge.camera_settings import Polygon


class FrameMask:
    """The masked parts of one camera's frames."""

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self._polygons = [np.array(polygon, dtype=np.float64) for polygon in polygons]

    def hides(self, face: Face, image: Image) -> bool:
        """Whether the middle of the face's box, in pixels of the image, lies in a mask."""
        x, y = (float(value) for value in face.box[:2] + face.box[2:] / 2)
        return any(
            cv2.pointPolygonTest(corners.astype(np.float32), (x, y), measureDist=False) >= 0
            for corners in self._corners(image)
        )

    def cover(self, image: Image) -> Image:
        """The picture with what is masked in black; the one that was given when there is no mask."""
        if not self._polygons:
            return image
        covered = image.copy()
        for corners in self._corners(image):
            # One by one: filled together, areas that overlap would cancel each other out.
            cv2.fillPoly(covered, [corners], (0, 0, 0))
        return covered

    def _corners(self, image: Image) -> list[npt.NDArray[np.int32]]:
        height, width = image.shape[:2]
        return [np.rint(polygon * (width, height)).astype(np.int32) for polygon in self._polygons]
