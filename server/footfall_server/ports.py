"""What the use cases need of the world, in their own words. Adapters and fakes implement these.

Every method of a repository works inside the tenant that its transaction was opened for: what belongs to
another tenant is not there. Adapters turn a store that cannot be reached into FootfallError UNAVAILABLE
(STORE_UNAVAILABLE or INDEX_UNAVAILABLE).
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.batch import BatchAnswers, BatchQuestions, BatchRecords, VisitReach
from footfall_server.domain.change import (
    Change,
    Horizon,
    NewChange,
    SourceReset,
    TenantChanged,
    Topic,
    WorkerConnected,
)
from footfall_server.domain.face_event import Recorded
from footfall_server.domain.identity import ApiKey, User
from footfall_server.domain.image import FaceImage
from footfall_server.domain.person import Customer, GalleryFace
from footfall_server.domain.places import Camera, DesiredCameras, Site, Tenant
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit, VisitFilter, VisitView
from footfall_server.domain.worker import Worker


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class NameCursor:
    """Where a list by name goes on: after this name (compared in lower case), then after this id."""

    name: str
    resource_id: UUID


@dataclass(frozen=True, slots=True)
class TimeCursor:
    """Where a list by time, newest first, goes on: before this time, then below this id."""

    at: datetime
    resource_id: UUID


class SiteRepository(Protocol):
    """The tenant's shops."""

    async def add(self, site: Site, request_id: UUID | None) -> Site:
        """Adds the site, or answers the one that the same request_id made before.

        Raises ALREADY_EXISTS for a name that is taken.
        """
        ...

    async def get(self, site_id: UUID) -> Site | None: ...

    async def list(
        self, *, only: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[Site]: ...

    async def save(self, site: Site) -> None:
        """Overwrites a site that exists. Raises ALREADY_EXISTS for a name that is taken."""
        ...

    async def remove(self, site_id: UUID) -> bool:
        """Removes the site; False when there is none. Raises FAILED_PRECONDITION / NOT_EMPTY with cameras."""
        ...


class CameraRepository(Protocol):
    """The tenant's cameras."""

    async def add(self, camera: Camera, request_id: UUID | None) -> Camera:
        """As SiteRepository.add. Raises NOT_FOUND (site) when the site is not the tenant's."""
        ...

    async def get(self, camera_id: UUID) -> Camera | None: ...

    async def list(
        self, *, sites: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[Camera]: ...

    async def save(self, camera: Camera) -> None: ...

    async def remove(self, camera_id: UUID) -> bool: ...

    async def sites_of(self, camera_ids: Collection[UUID]) -> Mapping[UUID, Site]:
        """The site of each camera that the tenant has, by camera id."""
        ...

    async def desired(self, site_id: UUID) -> DesiredCameras:
        """The enabled cameras of a site and the tenant's revision as of now."""
        ...


class UserRepository(Protocol):
    """The tenant's people."""

    async def add(self, user: User) -> None:
        """Raises ALREADY_EXISTS for an address that is taken anywhere in the installation."""
        ...

    async def get(self, user_id: UUID) -> User | None: ...


class ApiKeyRepository(Protocol):
    """The tenant's programs."""

    async def add(self, key: ApiKey) -> None: ...

    async def get(self, api_key_id: UUID) -> ApiKey | None: ...

    async def touch(self, api_key_id: UUID, at: datetime) -> None:
        """Notes when the key was last used."""
        ...


class WorkerRepository(Protocol):
    """The tenant's edge workers."""

    async def admit(self, worker: Worker) -> int:
        """Records a worker that connects; its acked_sequence is ignored.

        Returns the sequence that is acknowledged of worker.spool_id: 0 for a spool not seen before. Raises
        PERMISSION_DENIED when the worker_id is known at another site.
        """
        ...

    async def advance(self, worker_id: UUID, spool_id: UUID, sequence: int, at: datetime) -> None:
        """Raises the acknowledged sequence; one that is lower than the known one changes nothing."""
        ...

    async def seen(self, worker_id: UUID, at: datetime) -> None: ...


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


class VisitRepository(Protocol):
    """Visits."""

    async def around(
        self, keys: Collection[tuple[UUID, UUID]], *, earliest: datetime, latest: datetime
    ) -> Sequence[Visit]:
        """Visits of these (site_id, customer_id) that touch the time from earliest to latest."""
        ...

    async def first_of(self, customer_ids: Collection[UUID]) -> Mapping[UUID, Visit]:
        """The visit of each customer that is NEW: lowest (first_seen_at, visit_id) over all sites."""
        ...

    async def save(self, visits: Sequence[Visit]) -> None:
        """Inserts, or replaces the one with the same visit_id."""
        ...

    async def remove(self, visit_ids: Collection[UUID]) -> None: ...

    async def get(self, visit_id: UUID) -> VisitView | None: ...

    async def views(self, visit_ids: Collection[UUID]) -> Mapping[UUID, VisitView]: ...

    async def list(
        self, *, matching: VisitFilter, after: TimeCursor | None, limit: int
    ) -> Sequence[VisitView]:
        """Newest first_seen_at first."""
        ...

    async def of_tracks(self, track_ids: Collection[UUID]) -> Mapping[UUID, tuple[UUID, UUID]]:
        """(visit_id, site_id) of each track that belongs to a visit."""
        ...


class ImageRepository(Protocol):
    """What is known of images."""

    async def announce(self, images: Sequence[FaceImage]) -> None:
        """Adds images; one with a known image_id changes nothing."""
        ...

    async def get(self, image_id: UUID) -> FaceImage | None: ...

    async def find(self, image_ids: Collection[UUID]) -> Mapping[UUID, FaceImage]: ...

    async def mark_stored(self, image_ids: Collection[UUID], at: datetime) -> None: ...


class BatchRepository(Protocol):
    """What recording a batch of events needs: each a single round trip. Only in exclusive transactions."""

    async def look_up(self, questions: BatchQuestions) -> BatchAnswers: ...

    async def visits_near(self, reaches: Sequence[VisitReach]) -> Sequence[Visit]:
        """Visits that touch a reach of theirs, and the first visit of each customer over all sites.

        The first is the one that is NEW: lowest (first_seen_at, visit_id). There may be others.
        """
        ...

    async def write(self, records: BatchRecords) -> None:
        """Writes all of it. Call it last: like ChangeRepository.append it takes the revision row."""
        ...


class ChangeRepository(Protocol):
    """The tenant's log of changes."""

    async def append(self, changes: Sequence[NewChange]) -> int:
        """Gives each change the next revision and returns the last one.

        Call it last: it takes the tenant's revision row, which makes the order of revisions the order of
        commits. The commit notifies the ChangeSource of every replica.
        """
        ...

    async def horizon(self) -> Horizon: ...

    async def read_after(
        self, revision: int, *, topics: Collection[Topic], sites: Collection[UUID] | None, limit: int
    ) -> Sequence[Change]:
        """Changes after the revision, oldest first."""
        ...

    async def compact(self, before: datetime) -> int:
        """Forgets changes that were committed before the time; returns how many."""
        ...


class Transaction(Protocol):
    """One transaction in one tenant. Leaving its context commits; an exception rolls all of it back."""

    @property
    def tenant_id(self) -> UUID: ...
    @property
    def sites(self) -> SiteRepository: ...
    @property
    def cameras(self) -> CameraRepository: ...
    @property
    def users(self) -> UserRepository: ...
    @property
    def api_keys(self) -> ApiKeyRepository: ...
    @property
    def workers(self) -> WorkerRepository: ...
    @property
    def events(self) -> EventRepository: ...
    @property
    def customers(self) -> CustomerRepository: ...
    @property
    def gallery(self) -> GalleryRepository: ...
    @property
    def sightings(self) -> SightingRepository: ...
    @property
    def visits(self) -> VisitRepository: ...
    @property
    def images(self) -> ImageRepository: ...
    @property
    def changes(self) -> ChangeRepository: ...
    @property
    def batches(self) -> BatchRepository: ...


class PlatformTransaction(Protocol):
    """A transaction outside any tenant: what signing in and running the installation need, and no more."""

    async def user_by_email(self, email: str) -> User | None:
        """The account with this address; case does not matter."""
        ...

    async def user_by_id(self, user_id: UUID) -> User | None: ...

    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None:
        """Replaces the hash, when the right password was hashed with outdated parameters."""
        ...

    async def api_key_by_prefix(self, prefix: str) -> ApiKey | None: ...

    async def add_system_admin(self, user: User) -> None: ...

    async def add_tenant(self, tenant: Tenant, request_id: UUID | None) -> Tenant:
        """As SiteRepository.add."""
        ...

    async def get_tenant(self, tenant_id: UUID) -> Tenant | None: ...

    async def list_tenants(self, *, after: NameCursor | None, limit: int) -> Sequence[Tenant]: ...

    async def save_tenant(self, tenant: Tenant) -> None: ...

    async def remove_tenant(self, tenant_id: UUID) -> bool:
        """Raises FAILED_PRECONDITION / NOT_EMPTY when the tenant has sites."""
        ...

    async def tenant_ids(self) -> Sequence[UUID]: ...


class Transactions(Protocol):
    """The one way to the database."""

    def begin(self, tenant_id: UUID) -> AbstractAsyncContextManager[Transaction]: ...

    def begin_exclusive(self, tenant_id: UUID) -> AbstractAsyncContextManager[Transaction]:
        """As begin, and one at a time per tenant over all replicas."""
        ...

    def begin_platform(self) -> AbstractAsyncContextManager[PlatformTransaction]: ...


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A gallery face near a query; `score` is the cosine similarity, -1..1."""

    face_id: UUID
    customer_id: UUID
    score: float


class FaceIndex(Protocol):
    """Nearest faces. Eventually consistent: what was inserted is found soon, not at once."""

    async def exists(self, model_id: str) -> bool:
        """Whether the model has a collection."""
        ...

    async def prepare(self, model_id: str, dimension: int) -> bool:
        """Makes the model's collection when there is none; whether it did. The new one is empty."""
        ...

    async def search(
        self, tenant_id: UUID, model_id: str, embeddings: npt.NDArray[np.float32], limit: int
    ) -> Sequence[Sequence[IndexHit]]:
        """The nearest faces of the tenant for each row of embeddings (n, d), best first.

        Raises UNAVAILABLE when the model has no collection: nobody is unknown because the index is.
        """
        ...

    async def insert(self, tenant_id: UUID, faces: Sequence[GalleryFace]) -> None:
        """Adds faces, all of one model. Adding the same face again is harmless."""
        ...

    async def delete(self, tenant_id: UUID, model_id: str, face_ids: Collection[UUID]) -> None: ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the object store knows of an object."""

    size_bytes: int
    content_type: str


class ImageStore(Protocol):
    """Where the bytes of images are."""

    async def prepare(self) -> None:
        """Makes the bucket, private and with its life cycle, when there is none."""
        ...

    async def put(self, key: str, data: bytes, content_type: str) -> None: ...

    async def get(self, key: str) -> bytes | None: ...

    async def stat(self, key: str) -> StoredObject | None: ...

    async def presign_put(self, key: str, lifetime: timedelta) -> str:
        """A URL that takes one PUT of this object until its lifetime is over."""
        ...

    async def delete(self, key: str) -> None: ...


Notification = TenantChanged | WorkerConnected | SourceReset


class ChangeSource(Protocol):
    """Word between replicas. It may be late or lost (then SourceReset follows); the rows are the truth."""

    def notifications(self) -> AsyncIterator[Notification]:
        """Whatever any replica commits or announces from now on, for as long as it is read."""
        ...

    async def announce_worker(self, word: WorkerConnected) -> None: ...
