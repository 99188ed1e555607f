"""Events, gallery faces and tracks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.face_event import Recorded
from footfall_server.domain.person import GalleryFace
from footfall_server.domain.sighting import Sighting


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
