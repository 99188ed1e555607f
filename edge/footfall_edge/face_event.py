"""What a camera has to tell about one face."""

from dataclasses import dataclass, field
from datetime import datetime

from footfall_vision.types import Face, Floats, Quality

from footfall_edge.entry_line import Crossing
from footfall_edge.staff.gallery import StaffMatch


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Portrait:
    """The picture of a face, as the camera's image policy has it; uploaded apart from the event."""

    image_id: str
    jpeg: bytes


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FaceEvent:
    """One track, told by its best shot; see footfall.v1.FaceEvent for the meaning of each field.

    face is in pixels of the camera's full frame. embedding: float32 [d], L2-normalised; None, and model_id
    empty, where nobody is recognised. aligned_jpeg is the
    best shot as the embedder saw it; empty where no image of the face is kept, and of a face that cannot be
    recognised. crossing is what the track has done at the camera's entry line so far, all in all.
    lease_token: the camera's lease that the track was captured under; 0 without leases.
    staff_match: the member of staff that the worker takes it for.
    """

    event_id: str
    camera_id: str
    track_id: str
    first_seen: datetime
    last_seen: datetime
    final: bool
    model_id: str
    embedding: Floats | None = field(repr=False)
    face: Face
    quality: Quality
    female_probability: float | None
    portrait: Portrait | None
    shot_count: int
    aligned_jpeg: bytes = b""
    crossing: Crossing | None = None
    lease_token: int = 0
    staff_match: StaffMatch | None = None
