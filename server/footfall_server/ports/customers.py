"""Customers, and the faces and tracks that they are made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.customer import Customer, CustomerFilter, CustomerView
from footfall_server.domain.erasure import ErasureCounts
from footfall_server.domain.person import GalleryFace
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.track_face import TrackFace
from footfall_server.ports.paging import TimeCursor


class CustomerRepository(Protocol):
    """The tenant's customers, and who waits to become one."""

    async def add(self, customer: Customer, request_id: UUID | None) -> Customer:
        """Adds the customer, or answers the one that the same request_id made before.

        A confirmed one gets the tenant's next number, whatever it says. Only in exclusive transactions.
        """
        ...

    async def confirm(self, customer_id: UUID, at: datetime) -> None:
        """Makes somebody who waits a customer with the next number. Only in exclusive transactions."""
        ...

    async def requested(self, request_id: UUID) -> Customer | None:
        """Whom this request_id made."""
        ...

    async def find(self, customer_ids: Collection[UUID]) -> Mapping[UUID, Customer]: ...

    async def families(self, root_ids: Collection[UUID]) -> Sequence[Customer]:
        """Everybody who is one of these after merges, these included, by id."""
        ...

    async def unseen_since(self, before: datetime, limit: int) -> Sequence[UUID]:
        """Visitors, as who they are after merges, known by a face and last seen before a moment."""
        ...

    async def save(self, customers: Sequence[Customer]) -> None:
        """Overwrites name, kind, pointers and updated_at of customers who exist."""
        ...

    async def seen_at(self, customer_ids: Collection[UUID], sites: Collection[UUID]) -> frozenset[UUID]:
        """Which of them, as who they are after merges, were seen at one of the sites."""
        ...

    async def views(
        self, customer_ids: Collection[UUID], *, sites: Collection[UUID] | None
    ) -> Mapping[UUID, CustomerView]:
        """Confirmed customers who were not merged away. With `sites`, those who were seen there."""
        ...

    async def list(
        self, *, matching: CustomerFilter, after: int | None, limit: int
    ) -> Sequence[CustomerView]:
        """As views, of those with a number above `after`, the lowest first."""
        ...

    async def note_sites(self, customer_id: UUID, site_ids: Collection[UUID]) -> None:
        """Counts somebody among the people who are known at the sites, once each."""
        ...


class CustomerSightingRepository(Protocol):
    """Tracks, by the person who was recognised in them."""

    async def page(
        self, customer_id: UUID, *, sites: Collection[UUID] | None, after: TimeCursor | None, limit: int
    ) -> Sequence[Sighting]:
        """Of one customer, after merges, the newest first; image_id only where the image is stored."""
        ...

    async def best_images(
        self, customer_ids: Collection[UUID], *, sites: Collection[UUID] | None
    ) -> Mapping[UUID, UUID]:
        """The stored image of the best shot of each of them, as whom they were matched, that has one."""
        ...


class ExemplarRepository(Protocol):
    """Faces that people are recognised by, with the tracks that they came from."""

    async def owners(self, customer_ids: Collection[UUID]) -> frozenset[UUID]:
        """Which of them have a face."""
        ...

    async def move(
        self, track_ids: Collection[UUID], *, owners: Collection[UUID], to: UUID, at: datetime
    ) -> int:
        """Gives the faces from these tracks another owner; the index is told. Returns how many."""
        ...

    async def best_left(self, track_ids: Collection[UUID]) -> TrackFace | None:
        """The best face of tracks, of those that nobody is recognised by."""
        ...

    async def promote(self, face: GalleryFace) -> None:
        """Makes the face that was left of `face.track_id` one that somebody is recognised by."""
        ...


@dataclass(frozen=True, slots=True)
class Erased:
    """What went: faces, tracks, how many visits, and where the bytes of images are, which go too."""

    face_ids: Sequence[UUID]
    track_ids: Sequence[UUID]
    visits: int
    object_keys: Sequence[str]

    @property
    def counts(self) -> ErasureCounts:
        """How much of each."""
        return ErasureCounts(
            len(self.face_ids), len(self.track_ids), self.visits, images=len(self.object_keys)
        )


@dataclass(frozen=True, slots=True)
class ErasedFaces:
    """What went: how many embeddings, and where the bytes of portraits are that have to go as well."""

    faces: int
    object_keys: Sequence[str]


class ErasureRepository(Protocol):
    """Forgets people."""

    async def preview(self, customer_ids: Collection[UUID]) -> ErasureCounts:
        """How much `erase` would remove."""
        ...

    async def erase(self, customer_ids: Collection[UUID], at: datetime) -> Erased:
        """Removes all rows of whole families of customers.

        Faces go from the gallery and into the outbox of deletions from the index. Their merges go from the
        ledger, and from what is told of days that these changed. What stays are ids: of events, as the guard
        against counting them twice, and in the audit log.
        """
        ...

    async def erase_faces(self, customer_ids: Collection[UUID], at: datetime) -> ErasedFaces:
        """Removes whatever these are recognised by, enrolled faces included; the rest stays.

        Faces go into the outbox of deletions from the index.
        """
        ...
