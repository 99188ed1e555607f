"""What a camera has to tell about one face."""

from dataclasses import dataclass
from datetime import datetime

from footfall_vision.types import Face, Floats, Quality


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Portrait:
    """Head and shoulders of a face, as a file that is uploaded apart from the event."""

    image_id: str
    jpeg: bytes


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FaceEvent:
    """One track, told by its best shot; see footfall.v1.FaceEvent for the meaning of each field.

    face is in pixels of the camera's full frame. embedding: float32 [d], L2-normalised. aligned_jpeg is the
    best shot as the embedder saw it; empty where no image of the face is kept, and of a face that cannot be
    recognised.
    """

    event_id: str
    camera_id: str
    track_id: str
    first_seen: datetime
    last_seen: datetime
    final: bool
    model_id: str
    embedding: Floats
    face: Face
    quality: Quality
    female_probability: float | None
    portrait: Portrait | None
    shot_count: int
    aligned_jpeg: bytes = b""
