"""Customers and the faces that they are recognised by."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from footfall_server.domain.face_event import Embedding


@dataclass(frozen=True, slots=True)
class Customer:
    """A person whom the cameras know. `number` counts the tenant's customers from 1."""

    customer_id: UUID
    number: int
    created_at: datetime
    display_name: str = field(default="", repr=False)


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
