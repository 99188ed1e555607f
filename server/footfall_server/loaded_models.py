"""The face models that this process has loaded, each once, whoever asks."""

import threading
from pathlib import Path

import structlog
from footfall_vision.detector import FaceDetector
from footfall_vision.embedder import FaceEmbedder
from footfall_vision.errors import ModelError
from footfall_vision.model_cards import DEFAULT_DETECTOR
from footfall_vision.model_store import ModelStore

from footfall_server.errors import FootfallError
from footfall_server.services.model_registry import model_unknown

_log = structlog.get_logger()

_KEPT = 2
"""Embedders that stay loaded: those of one change."""


class LoadedModels:
    """Models of a folder, loaded when they are first needed. May be asked from several threads at once."""

    def __init__(self, models_dir: Path | None = None) -> None:
        self._store = ModelStore(models_dir.expanduser() if models_dir else None)
        self._loading = threading.Lock()
        self._embedders: dict[str, FaceEmbedder] = {}
        self._detector: FaceDetector | None = None

    def embedder(self, model_id: str) -> FaceEmbedder:
        """Raises FAILED_PRECONDITION / MODEL_UNKNOWN."""
        with self._loading:
            if model_id not in self._embedders:
                try:
                    loaded = FaceEmbedder.load(self._store, model_id=model_id)
                except ModelError as error:
                    raise _not_here(model_id, error) from error
                while len(self._embedders) >= _KEPT:
                    del self._embedders[next(iter(self._embedders))]
                self._embedders[model_id] = loaded
            return self._embedders[model_id]

    def detector(self) -> FaceDetector:
        """The detector that workers have by default. Raises FAILED_PRECONDITION / MODEL_UNKNOWN."""
        with self._loading:
            if self._detector is None:
                try:
                    # What it looks at are photos of all sizes, now and then.
                    self._detector = FaceDetector.load(self._store, keeps_memory=False)
                except ModelError as error:
                    raise _not_here(DEFAULT_DETECTOR, error) from error
            return self._detector


def _not_here(model_id: str, error: ModelError) -> FootfallError:
    _log.warning("model_not_loaded", model_id=model_id, detail=str(error))
    return model_unknown(
        model_id,
        f"the file of model {model_id} is missing on the core's machine, or is not the registered"
        f" one; there, run: footfall models pull {model_id}",
    )
