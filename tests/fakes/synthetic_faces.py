"""Faces that nobody has: random directions, and noisy shots of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import numpy as np
import numpy.typing as npt
from fakes.manual_clock import START
from footfall_server.domain.face_event import Embedding, FaceEvent, FaceQuality
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.thresholds import ThresholdPolicy

DIMENSION = 64
MODEL_ID = "test-model-64"
POLICY = ThresholdPolicy(
    ImpostorTail.of_points([(0.249, 1e-2), (0.342, 1e-3), (0.42, 1e-4), (0.486, 1e-5), (0.545, 1e-6)])
)
"""Of a gallery of up to 100 people: from a cosine of .486 on it is somebody, below .342 nobody."""
GOOD = FaceQuality(score=0.8, size=0.9, pose=0.8, sharpness=0.9, exposure=0.9, inter_ocular_px=60.0)
POOR = FaceQuality(
    score=0.1, size=0.1, pose=0.8, sharpness=0.2, exposure=0.9, inter_ocular_px=9.0, reasons=("too_small",)
)


def quality(score: float) -> FaceQuality:
    """Good quality with this score."""
    return replace(GOOD, score=score)


def person(number: int, *, dimension: int = DIMENSION) -> Embedding:
    """The direction of a person; two persons are nearly at right angles."""
    return unit(np.random.default_rng(number).standard_normal(dimension))


def stranger(number: int) -> Embedding:
    """One of as many people as there are dimensions, each at a right angle to all others."""
    axes, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((DIMENSION, DIMENSION)))
    return unit(axes[number])


def shot_of(face: Embedding, *, cosine: float, seed: int = 0) -> Embedding:
    """Another shot of a face, at exactly this cosine to it."""
    noise = np.random.default_rng((seed, 1)).standard_normal(face.size)
    across = unit(noise - np.dot(noise, face) * face)
    return unit(cosine * face + np.sqrt(1 - cosine**2) * across)


def unit(vector: npt.NDArray[np.float64]) -> Embedding:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def face_event(
    camera_id: UUID,
    embedding: Embedding,
    *,
    at: datetime = START,
    seconds: float = 2.0,
    track_id: UUID | None = None,
    final: bool = True,
    good: FaceQuality = GOOD,
    model_id: str = MODEL_ID,
) -> FaceEvent:
    """An event of a track that began at a time and is `seconds` old."""
    return FaceEvent(
        event_id=uuid4(),
        track_id=track_id or uuid4(),
        camera_id=camera_id,
        first_seen_at=at,
        last_seen_at=at + timedelta(seconds=seconds),
        final=final,
        model_id=model_id,
        embedding=embedding,
        quality=good,
        detection_score=0.9,
    )
