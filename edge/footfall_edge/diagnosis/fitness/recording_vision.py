"""Notes what the worker's own analysis sees of faces, without changing it."""

from collections.abc import Sequence

from footfall_vision.head_pose import head_angles
from footfall_vision.types import Face, Floats, Image, Quality

from footfall_edge.diagnosis.fitness.observations import Sighting
from footfall_edge.ports import FaceVision


class RecordingVision:
    """A FaceVision that keeps the measures of each face that was assessed; one thread at a time."""

    def __init__(self, inner: FaceVision) -> None:
        self._inner = inner
        self.sightings: list[Sighting] = []
        self.faces_in_frame = 0

    @property
    def model_id(self) -> str:
        return self._inner.model_id

    def detect(self, image: Image, detect_width: int | None = None) -> Sequence[Face]:
        faces = self._inner.detect(image, detect_width)
        self.faces_in_frame = len(faces)
        return faces

    def align(self, image: Image, face: Face) -> Image:
        return self._inner.align(image, face)

    def assess(self, image: Image, face: Face, crop: Image) -> Quality:
        quality = self._inner.assess(image, face, crop)
        height, width = image.shape[:2]
        x, y = (float(value) for value in face.box[:2] + face.box[2:] / 2)
        yaw, pitch = head_angles(face.landmarks) or (None, None)
        self.sightings.append(Sighting(quality=quality, x=x / width, y=y / height, yaw=yaw, pitch=pitch))
        return quality

    def embed(self, crop: Image) -> Floats:
        return self._inner.embed(crop)

    def female_probability(self, image: Image, face: Face) -> float | None:
        return self._inner.female_probability(image, face)
