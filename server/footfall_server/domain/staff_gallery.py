"""The faces of a tenant's staff, as workers hold them to know whom not to count."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from footfall_server.domain.face_event import Embedding

MOST_FACES = 10_000
"""Of one tenant and model; workers hold no more."""
TOMBSTONES = timedelta(days=30)
"""For so long it is known which faces are staff's no more. Who was away for longer begins anew."""


@dataclass(frozen=True, slots=True)
class StaffFace:
    """What last happened to a face: it became `staff_id`'s, or nobody's (None), as of `version`.

    Versions are unique within a model's faces and grow with every change. `embedding` is there for a face
    that is somebody's.
    """

    face_id: UUID
    staff_id: UUID | None
    version: int
    embedding: Embedding | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HeldGallery:
    """What a worker holds: 0 is nothing."""

    model_id: str
    version: int


@dataclass(frozen=True, slots=True)
class StaffGalleryDelta:
    """How a worker comes from one version to another; from 0 it begins anew.

    `threshold` is the cosine from which a face is somebody's.
    """

    model_id: str
    from_version: int
    version: int
    faces: tuple[StaffFace, ...]
    removed_face_ids: tuple[UUID, ...]
    threshold: float
