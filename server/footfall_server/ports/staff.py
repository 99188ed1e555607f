"""People who work here, and the faces that they were enrolled with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.face_event import Embedding
from footfall_server.domain.staff import EnrolledFace, StaffDetails, StaffFilter


class StaffRepository(Protocol):
    """What is said of staff. That somebody is staff is said by the kind of the customer."""

    async def find(self, staff_ids: Collection[UUID]) -> Mapping[UUID, StaffDetails]:
        """Those of whom something was said."""
        ...

    async def save(self, details: StaffDetails) -> None:
        """Adds or overwrites. Raises ALREADY_EXISTS for an employee number that another one has."""
        ...

    async def page(self, *, matching: StaffFilter, after: int | None, limit: int) -> Sequence[UUID]:
        """Staff who were not merged away, with a number above `after`, the lowest first."""
        ...

    async def leave_site(self, site_id: UUID) -> int:
        """Takes a site from whoever works there; returns how many those were."""
        ...

    async def leavers(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Staff who left and by whose faces, or those of whoever was merged into them, somebody is known."""
        ...


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many pictures somebody was enrolled with, and the one of the best quality."""

    faces: int
    best_id: UUID
    best_quality: float


class EnrolmentRepository(Protocol):
    """Faces that staff were enrolled with."""

    async def of(self, staff_ids: Collection[UUID]) -> Sequence[EnrolledFace]:
        """All of theirs, the oldest first."""
        ...

    async def counted(self, staff_ids: Collection[UUID]) -> Mapping[UUID, Enrolled]:
        """Of those who were enrolled with any."""
        ...

    async def embeddings(self, staff_ids: Collection[UUID], model_id: str) -> Mapping[UUID, Embedding]:
        """Those of one model, by enrolled face."""
        ...

    async def behind(self, embedding_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """The enrolled face that each embedding is of, by its face_id in the gallery; others are left out."""
        ...

    async def requested(self, request_id: UUID) -> EnrolledFace | None:
        """The one that this request_id made."""
        ...

    async def add(
        self,
        face: EnrolledFace,
        *,
        embeddings: Mapping[str, Embedding],
        aligned_jpeg: bytes,
        request_id: UUID | None,
    ) -> None:
        """Adds the face, one that its owner is recognised by in each of the models.

        Its embeddings go to the outbox of the index, and the aligned crop is kept for other models. Only in
        an exclusive transaction.
        """
        ...

    async def remove(self, face_ids: Collection[UUID], at: datetime) -> None:
        """Removes these faces; their embeddings go into the outbox of deletions from the index."""
        ...
