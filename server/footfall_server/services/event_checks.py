"""What is wrong with an event, as far as the event alone tells. Pure.

The messages' own rules (sizes, ids, ranges of numbers) were checked where they came in; here is what
depends on this installation and its clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from footfall_server.domain.face_event import FaceEvent
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError, invalid_fields

NORM_TOLERANCE = 0.01
JPEG_START = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class RecognitionModel:
    """The model whose embeddings are matched."""

    model_id: str
    dimension: int


@dataclass(frozen=True, slots=True)
class EventTimes:
    """Which capture times are believed.

    `max_future` allows for a worker's clock that is ahead. `max_age` is how long a worker may have been
    cut off: no longer than images and embeddings are of use. `max_track` bounds one track, since its span
    joins everything in it into one visit.
    """

    max_future: timedelta = timedelta(minutes=5)
    max_age: timedelta = timedelta(days=31)
    max_track: timedelta = timedelta(hours=12)


class EventChecks:
    """Looks at one event at a time."""

    def __init__(self, *, times: EventTimes) -> None:
        self._times = times

    def refusal(
        self, event: FaceEvent, now: datetime, models: Mapping[str, RecognitionModel], in_use: str
    ) -> FootfallError | None:
        """Why the event is not recorded: MODEL_MISMATCH, or INVALID_FIELD with every bad field named.

        `models` are those whose embeddings the tenant takes, `in_use` the one to embed with.
        """
        of_embedding: list[FieldViolation] = []
        if not event.is_anonymous:
            model = models.get(event.model_id)
            if model is None:
                return model_mismatch(event.model_id, in_use)
            of_embedding += _of_embedding(event, model)
        violations = [*of_embedding, *self._of_times(event, now), *_of_crop(event)]
        return invalid_fields(violations) if violations else None

    def _of_times(self, event: FaceEvent, now: datetime) -> Iterator[FieldViolation]:
        times = self._times
        if event.last_seen_at < event.first_seen_at:
            said = "must not be before first_seen_time"
            yield FieldViolation("last_seen_time", said, "face_event.seen_order")
        elif event.last_seen_at - event.first_seen_at > times.max_track:
            said = f"must not be more than {times.max_track} after first_seen_time"
            yield FieldViolation("last_seen_time", said, "face_event.track_length")
        if max(event.first_seen_at, event.last_seen_at) - now > times.max_future:
            said = f"must not be more than {times.max_future} in the future: check the worker's clock"
            yield FieldViolation("last_seen_time", said, "face_event.future")
        if now - event.first_seen_at > times.max_age:
            said = f"must not be more than {times.max_age.days} days ago"
            yield FieldViolation("first_seen_time", said, "face_event.age")


def model_mismatch(model_id: str, in_use: str) -> FootfallError:
    """FAILED_PRECONDITION / MODEL_MISMATCH: the tenant takes no embeddings of this model."""
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "MODEL_MISMATCH",
        f"embedding.model_id is {model_id}; faces here are matched by {in_use}",
        metadata={"model_id": model_id, "expected_model_id": in_use},
    )


def _of_embedding(event: FaceEvent, model: RecognitionModel) -> Iterator[FieldViolation]:
    field = "embedding.vector"
    if event.embedding.shape != (model.dimension,):
        said = f"must have {model.dimension} values, got {event.embedding.size}"
        yield FieldViolation(field, said, "embedding.dimension")
    elif not np.isfinite(event.embedding).all():
        yield FieldViolation(field, "must have finite values only", "embedding.finite")
    else:
        norm = float(np.linalg.norm(event.embedding.astype(np.float64)))
        if abs(norm - 1.0) > NORM_TOLERANCE:
            said = f"must be L2-normalised (norm within 1 ± {NORM_TOLERANCE}), its norm is {norm:.4g}"
            yield FieldViolation(field, said, "embedding.norm")


def _of_crop(event: FaceEvent) -> Iterator[FieldViolation]:
    if event.aligned_jpeg and not event.aligned_jpeg.startswith(JPEG_START):
        yield FieldViolation("aligned_jpeg", "must be a JPEG file", "face_event.aligned_jpeg")
    if not event.crop_jpeg:
        return
    if event.image is not None:
        yield FieldViolation("crop_jpeg", "must not come together with image", "face_event.crop_or_image")
    if not event.crop_jpeg.startswith(JPEG_START):
        yield FieldViolation("crop_jpeg", "must be a JPEG file", "face_event.crop_jpeg")
