"""All of a tenant's people and faces, page by page, for a look at everything at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from footfall_server.domain.face_event import Embedding


@dataclass(frozen=True, slots=True)
class OwnedFace:
    """A face of a root identity: an exemplar, or that of a recognised track which is none."""

    face_id: UUID
    root_id: UUID
    is_waiting: bool
    embedding: Embedding = field(repr=False)
    quality_score: float


class PopulationRepository(Protocol):
    """Reads everybody. Each page goes on after the last id of the one before."""

    async def exemplars(self, model_id: str, after: UUID | None, limit: int) -> Sequence[OwnedFace]: ...

    async def track_faces(self, model_id: str, after: UUID | None, limit: int) -> Sequence[OwnedFace]:
        """`face_id` is the track's."""
        ...

    async def distinct_pairs(self) -> Sequence[tuple[UUID, UUID]]:
        """Who is marked as two people, as who they are after merges."""
        ...
