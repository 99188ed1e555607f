"""A FaceVision without models."""

from collections.abc import Sequence

import cv2
import numpy as np
from fakes.edge_samples import MODEL_ID, face, quality, unit_vector
from footfall_vision.types import Face, Floats, Image, Quality


class OneFaceVision:
    """Sees the same person in every picture while is_there; whose vector is that of the seed."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self.is_there = True

    @property
    def model_id(self) -> str:
        return MODEL_ID

    def detect(self, image: Image, detect_width: int | None = None) -> Sequence[Face]:
        assert image.size
        assert detect_width is None or detect_width > 0
        return [face(x=30, y=10, size=60)] if self.is_there else []

    def align(self, image: Image, face: Face) -> Image:
        assert face.score <= 1
        return np.asarray(cv2.resize(image, (112, 112)), dtype=np.uint8)

    def assess(self, image: Image, face: Face, crop: Image) -> Quality:
        assert image.size
        assert crop.shape == (112, 112, 3)
        assert face.score <= 1
        return quality(0.9)

    def embed(self, crop: Image) -> Floats:
        assert crop.shape == (112, 112, 3)
        return unit_vector(self.seed)

    def female_probability(self, image: Image, face: Face) -> float | None:
        assert image.size
        assert face.score <= 1
        return None
