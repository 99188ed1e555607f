"""Examines face pictures with the models of this machine, in a thread of its own."""

import asyncio
import math
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from footfall_vision.close_up import align_close_up
from footfall_vision.detector import FaceDetector
from footfall_vision.embedder import FaceEmbedder
from footfall_vision.errors import ImageError
from footfall_vision.jpeg import encode_aligned, encode_jpeg
from footfall_vision.picture_file import TooManyPixelsError, decode_picture
from footfall_vision.portrait import portrait_of
from footfall_vision.quality import assess, degrees_at
from footfall_vision.still_search import detect_all_sizes
from footfall_vision.types import Face, Floats, Image, Quality, QualityReason

from footfall_server.domain.face_event import FaceQuality
from footfall_server.domain.face_examination import (
    Box,
    Examination,
    ExaminedFace,
    FaceMeasures,
    FaceRefusal,
    Landmarks,
    Portrait,
    Refusal,
    SeenFace,
    fault,
    subject,
)
from footfall_server.domain.quality_gates import CREATE_GATES
from footfall_server.loaded_models import LoadedModels

_PORTRAIT_SIDE: Final = 640
_PORTRAIT_QUALITIES: Final = (90, 80, 60)
_PORTRAIT_BYTES: Final = 512 * 1024
_EXPOSURE_FAULTS: Final = {
    QualityReason.TOO_DARK: FaceRefusal.TOO_DARK,
    QualityReason.TOO_BRIGHT: FaceRefusal.TOO_BRIGHT,
    QualityReason.LOW_CONTRAST: FaceRefusal.LOW_CONTRAST,
}


class VisionFaceExaminer:
    """FaceExaminer over loaded models.

    One thread: whoever is recognised at the door needs the other cores more than this does, and a decoded
    picture may take 150 MB.
    """

    def __init__(self, models: LoadedModels) -> None:
        self._models = models
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="face-examiner")

    def close(self) -> None:
        """Lets the thread end; what it does now is finished first."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def examine(self, picture: bytes, model_ids: Collection[str]) -> Examination:
        """See FaceExaminer.examine."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._examine, picture, tuple(model_ids)
        )

    def _examine(self, picture: bytes, model_ids: Collection[str]) -> Examination:
        detector = self._models.detector()
        embedders = [self._models.embedder(model_id) for model_id in model_ids]
        try:
            image = decode_picture(picture)
        except TooManyPixelsError as error:
            return Examination(None, Refusal(FaceRefusal.TOO_LARGE, error.pixels, error.bound))
        except ImageError:
            return Examination(None, Refusal(FaceRefusal.NOT_AN_IMAGE))
        return _examined(image, detector, embedders)


def _examined(image: Image, detector: FaceDetector, embedders: Collection[FaceEmbedder]) -> Examination:
    faces = detect_all_sizes(detector, image)
    chosen = subject([SeenFace(math.sqrt(face.box[2] * face.box[3]), face.score) for face in faces])
    if isinstance(chosen, Refusal):
        return Examination(None, chosen)
    face = faces[chosen]
    crop = align_close_up(image, face)
    quality = assess(image, face, crop)
    measures = FaceMeasures(
        quality=_quality(quality),
        detection_score=face.score,
        visible=quality.visible,
        turned=degrees_at(quality.pose),
        turned_bound=degrees_at(CREATE_GATES.pose),
        exposure_fault=_EXPOSURE_FAULTS[quality.exposure_fault],
    )
    examined = ExaminedFace(
        width=image.shape[1],
        height=image.shape[0],
        box=_box(face.box),
        landmarks=_landmarks(face.landmarks),
        detection_score=face.score,
        quality=measures.quality,
        aligned_jpeg=encode_aligned(crop),
        portrait=_portrait(image, face),
        embeddings={embedder.model_id: embedder.embed(crop[None])[0] for embedder in embedders},
    )
    return Examination(examined, fault(measures))


def _quality(quality: Quality) -> FaceQuality:
    return FaceQuality(
        score=quality.score,
        size=quality.size,
        pose=quality.pose,
        sharpness=quality.sharpness,
        exposure=quality.exposure,
        inter_ocular_px=quality.inter_ocular_px,
        reasons=tuple(reason.name.lower() for reason in quality.reasons),
    )


def _portrait(image: Image, face: Face) -> Portrait:
    cut = portrait_of(image, face, max_side=_PORTRAIT_SIDE)
    height, width = cut.image.shape[:2]
    corners = np.stack([face.box[:2], face.box[:2] + face.box[2:]])
    first, last = cut.moved(corners)
    return Portrait(
        jpeg=encode_jpeg(cut.image, qualities=_PORTRAIT_QUALITIES, max_bytes=_PORTRAIT_BYTES),
        width=width,
        height=height,
        box=_box(np.concatenate([first, last - first])),
        landmarks=_landmarks(cut.moved(face.landmarks)),
    )


def _box(values: Floats) -> Box:
    left, top, width, height = (float(value) for value in values)
    return left, top, width, height


def _landmarks(values: Floats) -> Landmarks:
    return tuple((float(x), float(y)) for x, y in values)
