"""A sighting: one closed or still open track on one camera."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from footfall_server.domain.crossing import Crossing
from footfall_server.domain.face_event import FaceOutcome


@dataclass(frozen=True, slots=True)
class Sighting:
    """One track.

    `owner_id` is whose face it was matched with and `customer_id` who that is after merges; both are None
    while it is unrecognisable. `visit_id` is None as well while the track waits (PENDING), and of staff.
    `visit_seed` is the id that a visit founded by this sighting has: the lowest seed of its sightings is a
    visit's id, so visits that are joined, parted and joined again have the same ids each time. `crossing` is
    which way the person crossed the camera's entry line; None without a line, or when nobody crossed it.
    """

    track_id: UUID
    site_id: UUID
    camera_id: UUID
    worker_id: UUID | None
    first_seen_at: datetime
    last_seen_at: datetime
    final: bool
    outcome: FaceOutcome
    customer_id: UUID | None
    visit_id: UUID | None
    score: float | None
    quality_score: float
    female_probability: float | None
    image_id: UUID | None
    model_id: str
    owner_id: UUID | None = None
    visit_seed: UUID | None = None
    crossing: Crossing | None = None
