"""footfall_vision behind the port that the analyst speaks to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from footfall_vision.alignment import align
from footfall_vision.detector import FaceDetector
from footfall_vision.embedder import FaceEmbedder
from footfall_vision.gender import GenderEstimator
from footfall_vision.model_cards import DEFAULT_DETECTOR, DEFAULT_EMBEDDER, DEFAULT_GENDER
from footfall_vision.model_store import ModelStore
from footfall_vision.providers import CPU, ProviderChoice, ProviderTest
from footfall_vision.quality import assess
from footfall_vision.types import Face, Floats, Image, Quality


class ModelVision:
    """The models on onnxruntime, one thread a call; safe to call from several threads."""

    def __init__(
        self,
        *,
        detector: FaceDetector,
        embedder: FaceEmbedder,
        gender: GenderEstimator | None,
        detect_width: int,
        computed_by: ProviderChoice | None = None,
    ) -> None:
        self._detector = detector
        self._embedder = embedder
        self._gender = gender
        self._detect_width = detect_width
        self.computed_by = computed_by or ProviderChoice()
        """What computes the models."""

    @classmethod
    def load(
        cls,
        *,
        models_dir: Path | None,
        detect_width: int,
        detection_threshold: float,
        gender: bool,
        embedder: str = DEFAULT_EMBEDDER,
        detector: str = DEFAULT_DETECTOR,
        provider: str = CPU,
    ) -> Self:
        """Load and verify the models of a folder; raises footfall_vision.errors.ModelError, in one line.

        provider: what is to compute them, a key of footfall_vision.providers.PROVIDERS or auto; computed_by
        tells what does, and why when it is something else.
        """
        store = ModelStore(models_dir.expanduser() if models_dir else None)
        model_ids = [detector, embedder, *([DEFAULT_GENDER] if gender else [])]
        store.require(model_ids)
        choice = ProviderTest([store.load(model_id) for model_id in model_ids]).choose(provider)
        on = choice.onnx_names
        return cls(
            detector=FaceDetector.load(
                store, model_id=detector, score_threshold=detection_threshold, providers=on
            ),
            embedder=FaceEmbedder.load(store, model_id=embedder, providers=on),
            gender=GenderEstimator.load(store, providers=on) if gender else None,
            detect_width=detect_width,
            computed_by=choice,
        )

    @property
    def model_id(self) -> str:
        return self._embedder.model_id

    def detect(self, image: Image, detect_width: int | None = None) -> Sequence[Face]:
        height, width = image.shape[:2]
        widest = self._detect_width if detect_width is None else detect_width
        if not widest or width <= widest:
            return self._detector.detect(image)
        return self._detector.detect(image, max_side=round(max(height, width) * widest / width))

    def align(self, image: Image, face: Face) -> Image:
        return align(image, face.landmarks)

    def assess(self, image: Image, face: Face, crop: Image) -> Quality:
        return assess(image, face, crop)

    def embed(self, crop: Image) -> Floats:
        vector: Floats = self._embedder.embed(crop[None])[0]
        return vector

    def female_probability(self, image: Image, face: Face) -> float | None:
        if self._gender is None:
            return None
        return float(self._gender.female_probabilities(image, [face.landmarks])[0])
