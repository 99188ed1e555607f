"""What an edge worker saw, as received and checked, and what became of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.crossing import Crossing
from footfall_server.domain.staff_hint import StaffHint

Embedding = npt.NDArray[np.float32]
"""A face as a vector: shape (d,), L2-normalised."""


class FaceOutcome(StrEnum):
    """What became of a face."""

    KNOWN = "known"
    NEW = "new"
    UNRECOGNISABLE = "unrecognisable"
    PENDING = "pending"
    STAFF = "staff"

    @property
    def is_counted(self) -> bool:
        """Whether the person is in a visit."""
        return self in {FaceOutcome.KNOWN, FaceOutcome.NEW}


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """How fit the best shot is for recognition; parts and score in 0..1.

    `reasons` are named as in the proto, without prefix and in lower case ("too_small").
    """

    score: float
    size: float
    pose: float
    sharpness: float
    exposure: float
    inter_ocular_px: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnouncedImage:
    """An image that the worker will upload."""

    image_id: UUID
    size_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class FaceEvent:
    """One event of a track. `last_seen_at >= first_seen_at`, both aware UTC capture times.

    `track_id` equals `event_id` where the sender keeps no tracks. `crop_jpeg` is empty where the image
    is announced, and `image` is None where neither came. `lease_token` is the lease that the track was
    captured under, 0 without one. `staff_hint` is whom the worker took the person for. An anonymous event
    names no model and has an embedding of shape (0,).
    """

    event_id: UUID
    track_id: UUID
    camera_id: UUID
    first_seen_at: datetime
    last_seen_at: datetime
    final: bool
    model_id: str
    embedding: Embedding = field(repr=False)
    quality: FaceQuality
    detection_score: float
    box: tuple[float, float, float, float] | None = None
    female_probability: float | None = None
    image: AnnouncedImage | None = None
    crop_jpeg: bytes = field(default=b"", repr=False)
    shot_count: int = 0
    aligned_jpeg: bytes = field(default=b"", repr=False)
    lease_token: int = 0
    staff_hint: StaffHint | None = None
    crossing: Crossing | None = None

    @property
    def shows_a_face(self) -> bool:
        """Whether a picture came with it, or is to follow."""
        return self.image is not None or bool(self.crop_jpeg or self.aligned_jpeg)

    @property
    def is_anonymous(self) -> bool:
        """Whether it came without a face to recognise."""
        return not self.model_id

    def made_anonymous(self) -> "FaceEvent":
        """What may be kept of it where nobody is recognised: that somebody was there."""
        return replace(
            self.without_images(),
            model_id="",
            embedding=np.empty(0, np.float32),
            female_probability=None,
            staff_hint=None,
        )

    def without_images(self) -> "FaceEvent":
        """What may be kept of it where no picture leaves the shop."""
        return replace(self, image=None, crop_jpeg=b"", aligned_jpeg=b"")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an event; the answer to it now and whenever it comes again from the same site."""

    event_id: UUID
    site_id: UUID
    outcome: FaceOutcome
    customer_id: UUID | None
    visit_id: UUID | None
    score: float | None
    duplicate: bool = False
