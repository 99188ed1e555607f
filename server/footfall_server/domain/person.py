"""Who is known, and the faces that they are recognised by."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from footfall_server.domain.face_event import Embedding


class IdentityState(StrEnum):
    """How sure it is that an identity is a person of its own."""

    WAITING = "waiting"
    """Seen, and not yet clearly a person of its own: has no number, makes no visits."""
    CONFIRMED = "confirmed"
    """A customer."""


class CustomerKind(StrEnum):
    """Whether somebody is counted."""

    VISITOR = "visitor"
    STAFF = "staff"


class Provenance(StrEnum):
    """How a face came to be one that somebody is recognised by.

    Only faces that founded or confirmed somebody, or that a person enrolled, are trusted to teach others:
    a face that was learned never lets another one in, so a gallery does not drift.
    """

    CREATED = "created"
    CONFIRMED = "confirmed"
    LEARNED = "learned"
    ENROLLED = "enrolled"


@dataclass(frozen=True, slots=True)
class GalleryFace:
    """One embedding that somebody is recognised by, with where it came from.

    `customer_id` is the owner, whoever that was merged into. `exemplar_id` is the same for the same shot
    embedded by several models: it names the aligned crop that is kept of it.
    """

    face_id: UUID
    customer_id: UUID
    model_id: str
    embedding: Embedding = field(repr=False)
    quality_score: float
    event_id: UUID
    created_at: datetime
    exemplar_id: UUID
    provenance: Provenance = Provenance.CREATED
    track_id: UUID | None = None
