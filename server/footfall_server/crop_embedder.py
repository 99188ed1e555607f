"""Embeds aligned crops with the models of this machine, in a thread of its own."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from footfall_vision.alignment import CROP_SIZE
from footfall_vision.embedder import FaceEmbedder
from footfall_vision.errors import ModelError
from footfall_vision.types import Image

from footfall_server.domain.face_event import Embedding
from footfall_server.loaded_models import LoadedModels


class VisionCropEmbedder:
    """CropEmbedder over loaded models.

    One thread: whoever is recognised at the door needs the other cores more than this does.
    """

    def __init__(self, models: LoadedModels) -> None:
        self._models = models
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="crop-embedder")

    def close(self) -> None:
        """Lets the thread end; what it does now is finished first."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def require(self, model_id: str) -> None:
        """See CropEmbedder.require."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._models.embedder, model_id)

    async def embed(self, model_id: str, jpegs: Sequence[bytes]) -> Sequence[Embedding | None]:
        """See CropEmbedder.embed. A crop of another size counts as one that cannot be read."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._embed, model_id, jpegs)

    def _embed(self, model_id: str, jpegs: Sequence[bytes]) -> Sequence[Embedding | None]:
        embedder = self._models.embedder(model_id)
        crops = [_decoded(jpeg) for jpeg in jpegs]
        sound = [crop for crop in crops if crop is not None]
        if not sound:
            return [None] * len(crops)
        try:
            vectors: Iterator[Embedding | None] = iter(embedder.embed(np.stack(sound)))
        except ModelError:  # one of them gave nothing to normalise, such as a black picture
            vectors = iter([_embedded(embedder, crop) for crop in sound])
        return [None if crop is None else next(vectors) for crop in crops]


def _embedded(embedder: FaceEmbedder, crop: Image) -> Embedding | None:
    try:
        vector: Embedding = embedder.embed(crop[None])[0]
    except ModelError:
        return None
    return vector


def _decoded(jpeg: bytes) -> Image | None:
    try:
        crop = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    if crop is None or crop.shape != (CROP_SIZE, CROP_SIZE, 3):
        return None
    return np.asarray(crop, dtype=np.uint8)
