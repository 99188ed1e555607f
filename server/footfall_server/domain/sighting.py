"""A sighting: one closed or still open track on one camera."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from footfall_server.domain.face_event import FaceOutcome


@dataclass(frozen=True, slots=True)
class Sighting:
    """One track. `customer_id` and `visit_id` are None while it is unrecognisable."""

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
