"""Face detection on onnxruntime, with decoders of our own: YuNet, or RetinaFace."""

import threading
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from footfall_vision import retinaface_decoding, yunet_decoding
from footfall_vision.errors import ImageError, ModelError
from footfall_vision.model_cards import DEFAULT_DETECTOR, ModelTask
from footfall_vision.model_store import ModelStore
from footfall_vision.onnx_session import DEFAULT_PROVIDERS, OnnxSession, open_session
from footfall_vision.suppression import keep_best
from footfall_vision.types import Face, Floats, Image, check_image
from footfall_vision.yunet_decoding import STRIDES

DEFAULT_SCORE: Final = 0.6
"""Scores from which a face counts: at .6 every LFW portrait is found, at OpenCV's .9 only 98.7 %, and
of faces 20 px wide 96 % against 42 %. What is too poor to recognise is for the quality gates to say."""
DEFAULT_OVERLAP: Final = 0.3
_MAX_CACHED_BLOBS: Final = 4
_DECODERS: Final = {
    yunet_decoding.OUTPUT_NAMES: yunet_decoding.decode,
    retinaface_decoding.OUTPUT_NAMES: retinaface_decoding.decode,
}
"""By the names of a network's outputs. All have the same strides."""


class FaceDetector:
    """Finds faces with their five landmarks. detect() may be called from several threads at once."""

    def __init__(
        self,
        session: OnnxSession,
        *,
        score_threshold: float = DEFAULT_SCORE,
        overlap_threshold: float = DEFAULT_OVERLAP,
        mean: tuple[float, float, float] = (0.0, 0.0, 0.0),
        keeps_memory: bool = True,
    ) -> None:
        """mean: of blue, green and red, taken off the pixels. keeps_memory: see load()."""
        if session.output_names not in _DECODERS:
            raise ModelError(f"model {session.model_id} is no detector that is known: its outputs differ")
        if not 0.0 < score_threshold < 1.0:
            raise ValueError(f"score_threshold must lie between 0 and 1, not {score_threshold}")
        self.model_id = session.model_id
        self.score_threshold = score_threshold
        self._overlap_threshold = overlap_threshold
        self._session = session
        self._decode = _DECODERS[session.output_names]
        self._blobs = _BlobCache(mean, size=_MAX_CACHED_BLOBS if keeps_memory else 0)

    @classmethod
    def load(
        cls,
        store: ModelStore,
        *,
        model_id: str = DEFAULT_DETECTOR,
        score_threshold: float = DEFAULT_SCORE,
        threads: int = 1,
        providers: Sequence[str] = DEFAULT_PROVIDERS,
        keeps_memory: bool = True,
    ) -> "FaceDetector":
        """Open a registered detector.

        keeps_memory: right for a camera, whose frames have one size; pictures of all sizes would leave
        hundreds of MB behind. Raises ModelError.
        """
        model = store.load(model_id, ModelTask.DETECTION)
        session = open_session(model, threads=threads, providers=providers, keeps_memory=keeps_memory)
        return cls(
            session,
            score_threshold=score_threshold,
            mean=model.card.preprocessing.mean,
            keeps_memory=keeps_memory,
        )

    def detect(self, image: Image, *, max_side: int | None = None) -> list[Face]:
        """Faces of an image, the surest first, in pixels of that image.

        max_side: the image is shrunk for the search until its longer side is at most this; never
        enlarged. Smaller is faster and misses smaller faces: below some 14 px of width in the shrunk
        image most are missed. Raises ImageError when the image is not uint8 [h, w, 3].
        """
        check_image(image)
        if max_side is not None and max_side < max(STRIDES):
            raise ImageError(f"max_side must be at least {max(STRIDES)}, not {max_side}")
        shrunk = _shrink(image, max_side)
        height, width = shrunk.shape[:2]
        outputs = self._session.run(self._blobs.fill(shrunk))
        boxes, landmarks, scores = self._decode(
            outputs, height=_padded(height), width=_padded(width), score_threshold=self.score_threshold
        )
        kept = keep_best(boxes, scores, overlap_threshold=self._overlap_threshold)
        back = np.array([image.shape[1] / width, image.shape[0] / height], np.float32)
        return [
            Face(
                box=boxes[index] * np.tile(back, 2),
                landmarks=landmarks[index] * back,
                score=float(scores[index]),
            )
            for index in kept
        ]


def _padded(side: int) -> int:
    coarsest = max(STRIDES)
    return -(-side // coarsest) * coarsest


def _shrink(image: Image, max_side: int | None) -> Image:
    height, width = image.shape[:2]
    if max_side is None or max(height, width) <= max_side:
        return image
    ratio = max_side / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


class _BlobCache(threading.local):
    """Input arrays by frame size, per thread: a fresh 11 MB array costs more than filling a kept one."""

    def __init__(self, mean: tuple[float, float, float], *, size: int) -> None:
        self._mean = mean
        self._size = size
        self._blobs: dict[tuple[int, int], npt.NDArray[np.float32]] = {}

    def fill(self, image: Image) -> Floats:
        """Blob float32 [1, 3, H, W] of the image, zero-padded right and below to whole strides."""
        height, width = image.shape[:2]
        blob = self._blobs.get((height, width))
        if blob is None:
            blob = np.zeros((1, 3, _padded(height), _padded(width)), np.float32)
            self._keep((height, width), blob)
        for channel, (plane, mean) in enumerate(zip(cv2.split(image), self._mean, strict=True)):
            blob[0, channel, :height, :width] = plane
            if mean:
                blob[0, channel, :height, :width] -= mean
        return blob

    def _keep(self, size: tuple[int, int], blob: npt.NDArray[np.float32]) -> None:
        if not self._size:
            return
        while len(self._blobs) >= self._size:
            self._blobs.pop(next(iter(self._blobs)))
        self._blobs[size] = blob
