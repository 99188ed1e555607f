"""Aligned faces to vectors that can be compared."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from footfall_vision.alignment import CROP_SIZE
from footfall_vision.errors import ModelError
from footfall_vision.model_cards import DEFAULT_EMBEDDER, ModelCard, ModelTask
from footfall_vision.model_store import ModelStore
from footfall_vision.onnx_session import DEFAULT_PROVIDERS, OnnxSession, open_session
from footfall_vision.pixel_input import crops_to_blob
from footfall_vision.types import Floats, Image

_BATCH: Final = 4
"""Crops per run: on one thread larger batches fall out of the cache and take longer per face."""


class FaceEmbedder:
    """Turns aligned crops into unit vectors. embed() may be called from several threads at once.

    model_id goes with every vector: vectors of different models are never compared. dimension is the
    length of a vector, match_threshold the cosine from which two faces count as one visitor.
    """

    def __init__(self, session: OnnxSession, card: ModelCard) -> None:
        if card.dimension is None or card.match_threshold is None:
            raise ModelError(f"model {card.model_id} has no dimension or no match threshold registered")
        self.model_id = card.model_id
        self.dimension = card.dimension
        self.match_threshold = card.match_threshold
        self._preprocessing = card.preprocessing
        self._session = session

    @classmethod
    def load(
        cls,
        store: ModelStore,
        *,
        model_id: str = DEFAULT_EMBEDDER,
        threads: int = 1,
        providers: Sequence[str] = DEFAULT_PROVIDERS,
    ) -> "FaceEmbedder":
        """Open a registered embedder. Raises ModelError."""
        model = store.load(model_id, ModelTask.EMBEDDING)
        return cls(open_session(model, threads=threads, providers=providers), model.card)

    def embed(self, crops: Image) -> Floats:
        """Vectors float32 [n, dimension], each of length 1, of crops uint8 [n, 112, 112, 3] BGR.

        n may be 0. Raises ImageError when the crops have another shape.
        """
        blob = crops_to_blob(crops, self._preprocessing, (CROP_SIZE, CROP_SIZE))
        vectors = np.empty((len(blob), self.dimension), np.float32)
        for start in range(0, len(blob), _BATCH):
            (vectors[start : start + _BATCH],) = self._session.run(blob[start : start + _BATCH])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise ModelError(f"model {self.model_id} gave a vector that cannot be normalised")
        normalised: Floats = vectors / lengths
        return normalised
