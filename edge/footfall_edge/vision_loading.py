"""The models as a worker's settings want them."""

from footfall_edge.face_vision import ModelVision
from footfall_edge.settings import EdgeSettings


def load_vision(settings: EdgeSettings, *, gender: bool | None = None) -> ModelVision:
    """Load, verify and test the models. Raises footfall_vision.errors.ModelError, in one line.

    gender: in place of what is set.
    """
    return ModelVision.load(
        models_dir=settings.models_dir,
        detect_width=settings.detect_width,
        detection_threshold=settings.detection_threshold,
        gender=settings.gender if gender is None else gender,
        embedder=settings.embedding_model,
        detector=settings.detector,
        provider=settings.execution_provider,
    )
