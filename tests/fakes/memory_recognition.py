"""Fakes of the repositories of events, customers, gallery faces and sightings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_tables import GalleryRow, TenantStore, TenantTables
from footfall_server.domain.face_event import Recorded
from footfall_server.domain.person import Customer, GalleryFace
from footfall_server.domain.sighting import Sighting
from footfall_server.ports import CameraSpan, Clock


class MemoryEvents:
    """Implements EventRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def recorded(self, event_ids: Collection[UUID]) -> Mapping[UUID, Recorded]:
        known = self._tables.recorded
        return {each: replace(known[each], duplicate=True) for each in event_ids if each in known}

    async def record(self, outcomes: Sequence[Recorded], at: datetime) -> None:
        for outcome in outcomes:
            if outcome.event_id in self._tables.recorded:
                raise AssertionError(f"event {outcome.event_id} is recorded twice")
            self._tables.recorded[outcome.event_id] = outcome
            self._tables.recorded_at[outcome.event_id] = at


class MemoryCustomers:
    """Implements CustomerRepository."""

    def __init__(self, tables: TenantTables, *, exclusive: bool) -> None:
        self._tables = tables
        self._exclusive = exclusive

    async def existing(self, customer_ids: Collection[UUID]) -> frozenset[UUID]:
        return frozenset(each for each in customer_ids if each in self._tables.customers)

    async def next_number(self) -> int:
        if not self._exclusive:
            raise AssertionError("customers are numbered only inside an exclusive transaction")
        number = self._tables.counters.get("customers", 0) + 1
        self._tables.counters["customers"] = number
        return number

    async def add(self, customers: Sequence[Customer]) -> None:
        for customer in customers:
            if any(other.number == customer.number for other in self._tables.customers.values()):
                raise AssertionError(f"two customers have the number {customer.number}")
            self._tables.customers[customer.customer_id] = customer


class MemoryGallery:
    """Implements GalleryRepository. `close` gives the locks back."""

    def __init__(self, tables: TenantTables, store: TenantStore, clock: Clock) -> None:
        self._tables = tables
        self._store = store
        self._clock = clock
        self._taken: set[UUID] = set()

    async def add(self, faces: Sequence[GalleryFace]) -> None:
        for face in faces:
            if face.customer_id not in self._tables.customers:
                raise AssertionError(f"face {face.face_id} belongs to no customer")
            self._tables.gallery[face.face_id] = GalleryRow(face)

    async def recents(self, model_id: str, indexed_after: datetime) -> Sequence[GalleryFace]:
        return [
            row.face
            for row in self._tables.gallery.values()
            if row.face.model_id == model_id and (row.indexed_at is None or row.indexed_at >= indexed_after)
        ]

    async def take_unindexed(self, limit: int) -> Sequence[GalleryFace]:
        # As SKIP LOCKED does, this looks at what is committed by now and not at the copy.
        now = self._clock.now()
        due = [
            row.face
            for face_id, row in self._store.tables.gallery.items()
            if row.indexed_at is None
            and face_id not in self._store.taken_faces
            and (row.retry_at is None or row.retry_at <= now)
        ][:limit]
        mine = {face.face_id for face in due}
        self._taken |= mine
        self._store.taken_faces |= mine
        for face_id in mine:
            self._tables.gallery[face_id] = self._store.tables.gallery[face_id]
        return due

    async def confirm_indexed(self, face_ids: Collection[UUID], at: datetime) -> None:
        for face_id in face_ids:
            self._tables.gallery[face_id] = replace(self._tables.gallery[face_id], indexed_at=at)

    async def postpone(self, face_ids: Collection[UUID], until: datetime) -> None:
        for face_id in face_ids:
            row = self._tables.gallery[face_id]
            self._tables.gallery[face_id] = replace(row, retry_at=until, attempts=row.attempts + 1)

    async def requeue(self, model_id: str) -> int:
        rows = [row for row in self._tables.gallery.values() if row.face.model_id == model_id]
        for row in rows:
            self._tables.gallery[row.face.face_id] = replace(row, indexed_at=None, retry_at=None)
        return len(rows)

    def close(self) -> None:
        self._store.taken_faces -= self._taken


class MemorySightings:
    """Implements SightingRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def by_track(self, track_ids: Collection[UUID]) -> Mapping[UUID, Sighting]:
        known = self._tables.sightings
        return {each: known[each] for each in track_ids if each in known}

    async def save(self, sightings: Sequence[Sighting]) -> None:
        for sighting in sightings:
            if sighting.visit_id is not None and sighting.visit_id not in self._tables.visits:
                raise AssertionError(f"sighting {sighting.track_id} belongs to a visit that is not there")
            self._tables.sightings[sighting.track_id] = sighting

    async def overlapping(self, spans: Collection[CameraSpan]) -> Sequence[Sighting]:
        return [
            sighting
            for sighting in self._tables.sightings.values()
            if sighting.customer_id is not None
            and any(
                span.camera_id == sighting.camera_id
                and sighting.first_seen_at <= span.latest
                and span.earliest <= sighting.last_seen_at
                for span in spans
            )
        ]

    async def move(self, *, from_visits: Collection[UUID], to_visit: UUID) -> None:
        for track_id, sighting in tuple(self._tables.sightings.items()):
            if sighting.visit_id in from_visits:
                self._tables.sightings[track_id] = replace(sighting, visit_id=to_visit)
