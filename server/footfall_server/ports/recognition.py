"""Events, gallery faces and tracks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.face_event import Recorded
from footfall_server.domain.person import GalleryFace
from footfall_server.domain.sighting import Sighting


@dataclass(frozen=True, slots=True)
class IndexRemoval:
    """A face that is gone, and the model whose index may still have it."""

    face_id: UUID
    model_id: str


@dataclass(frozen=True, slots=True)
class FaceStanding:
    """A face, and when the index took it; None while it is in the outbox."""

    face_id: UUID
    indexed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FacePage:
    """Some faces; `embeddings` is float32 (n, d), row by row."""

    face_ids: Sequence[UUID]
    embeddings: npt.NDArray[np.float32] = field(repr=False)


class EventRepository(Protocol):
    """Which events were recorded: the guard against counting twice."""

    async def recorded(self, event_ids: Collection[UUID]) -> Mapping[UUID, Recorded]:
        """What became of those that were recorded before, by event id, with duplicate=True."""
        ...


class GalleryRepository(Protocol):
    """The faces that customers are recognised by, and the outbox that carries them to the index."""

    async def take_unindexed(self, limit: int) -> Sequence[GalleryFace]:
        """The oldest faces in the outbox, locked until the transaction ends, less those locked elsewhere."""
        ...

    async def confirm_indexed(self, face_ids: Collection[UUID], at: datetime) -> None:
        """Takes faces out of the outbox."""
        ...

    async def postpone(self, face_ids: Collection[UUID], until: datetime) -> None:
        """Leaves faces in the outbox, to be taken again after `until`; counts the attempt."""
        ...

    async def requeue(self, model_id: str) -> int:
        """Puts every face of a model into the outbox, due at once; none of them counts as indexed any more.

        Waits for faces in another writer's hands. Returns how many there are.
        """
        ...

    async def waiting(self, model_id: str, created_before: datetime) -> int:
        """How many faces of a model, made before that moment, are in the outbox."""
        ...

    async def count_indexed(self, model_id: str) -> int:
        """How many faces of a model the index is said to have."""
        ...

    async def indexed(
        self, model_id: str, *, since: datetime | None, after: UUID | None, limit: int
    ) -> FacePage:
        """The faces that the index is said to have, by id, from `after` on; with `since`, since then.

        An empty page is the last one.
        """
        ...

    async def standing(self, model_id: str, after: UUID | None, limit: int) -> Sequence[FaceStanding]:
        """Every face of a model, by id, from `after` on, and whether the index is said to have it."""
        ...

    async def requeue_faces(self, face_ids: Collection[UUID]) -> None:
        """Puts faces into the outbox, due at once, as requeue does."""
        ...

    async def forget_track_faces(self, before: datetime) -> int:
        """Removes faces of single tracks that were seen before; returns how many."""
        ...

    async def being_removed(self, face_ids: Collection[UUID]) -> frozenset[UUID]:
        """Which of them are gone and on their way out of the index."""
        ...

    async def take_removals(self, limit: int) -> Sequence[IndexRemoval]:
        """Faces that are gone and are to go from the index, locked as in take_unindexed."""
        ...

    async def confirm_removed(self, face_ids: Collection[UUID]) -> None:
        """The index has them no more."""
        ...

    async def postpone_removals(self, face_ids: Collection[UUID], until: datetime) -> None:
        """As postpone."""
        ...


class SightingRepository(Protocol):
    """Tracks."""

    async def by_track(self, track_ids: Collection[UUID]) -> Mapping[UUID, Sighting]: ...

    async def save(self, sightings: Sequence[Sighting]) -> None:
        """Inserts, or replaces the one with the same track_id."""
        ...

    async def move(self, *, from_visits: Collection[UUID], to_visit: UUID) -> None:
        """Hands the sightings of some visits to another: two visits turned out to be one."""
        ...

    async def of_customers(self, customer_ids: Collection[UUID]) -> Sequence[Sighting]:
        """The sightings of these customers, and those that belong to one of their visits. In no order."""
        ...

    async def assign(self, visit_of: Mapping[UUID, UUID | None]) -> None:
        """Gives sightings, by track, their visit or none. Those that are not there are passed over."""
        ...
