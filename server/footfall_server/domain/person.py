"""The faces that customers are recognised by."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from footfall_server.domain.face_event import Embedding


@dataclass(frozen=True, slots=True)
class GalleryFace:
    """One embedding that a customer is recognised by, with where it came from."""

    face_id: UUID
    customer_id: UUID
    model_id: str
    embedding: Embedding = field(repr=False)
    quality_score: float
    event_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who may be the one: `score` is the cosine similarity of the closest gallery face."""

    customer_id: UUID
    score: float
