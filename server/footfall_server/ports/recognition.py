"""Events, customers, their faces and their tracks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.face_event import Recorded
from footfall_server.domain.person import Customer, GalleryFace
from footfall_server.domain.sighting import Sighting


class EventRepository(Protocol):
    """Which events were recorded: the guard against counting twice."""

    async def recorded(self, event_ids: Collection[UUID]) -> Mapping[UUID, Recorded]:
        """What became of those that were recorded before, by event id, with duplicate=True."""
        ...

    async def record(self, outcomes: Sequence[Recorded], at: datetime) -> None: ...


class CustomerRepository(Protocol):
    """The people whom the tenant's cameras know."""

    async def existing(self, customer_ids: Collection[UUID]) -> frozenset[UUID]:
        """Which of these are customers now."""
        ...

    async def next_number(self) -> int:
        """The number of the next new customer. Only inside an exclusive transaction."""
        ...

    async def add(self, customers: Sequence[Customer]) -> None: ...


class GalleryRepository(Protocol):
    """The faces that customers are recognised by, and the outbox that carries them to the index."""

    async def add(self, faces: Sequence[GalleryFace]) -> None:
        """Adds faces and, for each, an entry in the outbox."""
        ...

    async def recents(self, model_id: str, indexed_after: datetime) -> Sequence[GalleryFace]:
        """Faces that the index may not find yet: not indexed, or confirmed at or after the time."""
        ...

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


@dataclass(frozen=True, slots=True)
class CameraSpan:
    """A stretch of capture time on one camera, both ends included."""

    camera_id: UUID
    earliest: datetime
    latest: datetime


class SightingRepository(Protocol):
    """Tracks."""

    async def by_track(self, track_ids: Collection[UUID]) -> Mapping[UUID, Sighting]: ...

    async def save(self, sightings: Sequence[Sighting]) -> None:
        """Inserts, or replaces the one with the same track_id."""
        ...

    async def overlapping(self, spans: Collection[CameraSpan]) -> Sequence[Sighting]:
        """Recognised sightings that share a moment, ends included, with a span on the same camera."""
        ...

    async def move(self, *, from_visits: Collection[UUID], to_visit: UUID) -> None:
        """Hands the sightings of some visits to another: two visits turned out to be one."""
        ...
