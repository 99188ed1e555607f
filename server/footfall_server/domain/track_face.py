"""The face of a recognised track that nobody is recognised by."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from footfall_server.domain.face_event import Embedding


@dataclass(frozen=True, slots=True)
class TrackFace:
    """Kept for a while, so that a split can found somebody on it."""

    track_id: UUID
    model_id: str
    embedding: Embedding = field(repr=False)
    quality_score: float
    event_id: UUID
    seen_at: datetime
