"""The façade: an image in, faces with vectors out."""

from collections.abc import Sequence

import numpy as np

from footfall_vision.alignment import align
from footfall_vision.detector import DEFAULT_SCORE, FaceDetector
from footfall_vision.embedder import FaceEmbedder
from footfall_vision.gender import GenderEstimator
from footfall_vision.model_cards import DEFAULT_DETECTOR, DEFAULT_EMBEDDER, DEFAULT_GENDER
from footfall_vision.model_store import ModelStore
from footfall_vision.quality import assess
from footfall_vision.quality_gates import RECOGNITION_GATES, QualityGates
from footfall_vision.still_search import detect_all_sizes
from footfall_vision.types import EmbeddedFace, Face, Image, check_image


class FaceAnalyzer:
    """Detects, aligns, judges and embeds. It may be called from several threads at once."""

    def __init__(
        self,
        *,
        detector: FaceDetector,
        embedder: FaceEmbedder,
        gender: GenderEstimator | None = None,
        gates: QualityGates = RECOGNITION_GATES,
        max_side: int | None = None,
    ) -> None:
        self.detector = detector
        self.embedder = embedder
        self.gender = gender
        self.gates = gates
        self._max_side = max_side

    @classmethod
    def load(
        cls,
        store: ModelStore,
        *,
        embedder_id: str = DEFAULT_EMBEDDER,
        with_gender: bool = False,
        score_threshold: float = DEFAULT_SCORE,
        gates: QualityGates = RECOGNITION_GATES,
        max_side: int | None = None,
        threads: int = 1,
    ) -> "FaceAnalyzer":
        """Open the models of a store. ModelError names in one line every model that is not ready."""
        wanted = [DEFAULT_DETECTOR, embedder_id, *([DEFAULT_GENDER] if with_gender else [])]
        store.require(wanted)
        return cls(
            detector=FaceDetector.load(store, score_threshold=score_threshold, threads=threads),
            embedder=FaceEmbedder.load(store, model_id=embedder_id, threads=threads),
            gender=GenderEstimator.load(store, threads=threads) if with_gender else None,
            gates=gates,
            max_side=max_side,
        )

    def analyze(self, image: Image) -> list[EmbeddedFace]:
        """Every face of a still, uint8 [h, w, 3] BGR, the surest first; also those that the gates refuse.

        Faces of every size are sought, also those that fill a large photo; for the frames of a camera
        detect() and embed() are faster. Raises ImageError when the image has another type or shape.
        """
        return self.embed(image, detect_all_sizes(self.detector, image))

    def detect(self, image: Image) -> list[Face]:
        """Faces of a camera's frame without vectors, the surest first, sought at one scale (max_side)."""
        return self.detector.detect(image, max_side=self._max_side)

    def embed(self, image: Image, faces: Sequence[Face]) -> list[EmbeddedFace]:
        """Quality, crop, vector and gender estimate of faces that were detected in this image."""
        if not faces:
            return []
        check_image(image)
        crops = np.stack([align(image, face.landmarks) for face in faces])
        vectors = self.embedder.embed(crops)
        probabilities: list[float | None] = [None] * len(faces)
        if self.gender is not None:
            landmarks = [face.landmarks for face in faces]
            probabilities = [float(one) for one in self.gender.female_probabilities(image, landmarks)]
        return [
            EmbeddedFace(
                face=face,
                quality=assess(image, face, crop, gates=self.gates),
                crop=crop,
                embedding=vector,
                model_id=self.embedder.model_id,
                female_probability=probability,
            )
            for face, crop, vector, probability in zip(faces, crops, vectors, probabilities, strict=True)
        ]
