"""Fakes of the repositories of customers, of their tracks and faces, and of forgetting them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_report_marks import leave_merges_out
from fakes.memory_tables import GalleryRow, TenantTables
from footfall_server.domain.customer import Customer, CustomerFilter, CustomerView
from footfall_server.domain.erasure import ErasureCounts
from footfall_server.domain.image import ImageState
from footfall_server.domain.person import CustomerKind, GalleryFace, IdentityState
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.track_face import TrackFace
from footfall_server.ports import Erased, ErasedFaces, TimeCursor


class MemoryCustomers:
    """Implements CustomerRepository. What the database's constraints refuse is an AssertionError here."""

    def __init__(self, tables: TenantTables, *, exclusive: bool) -> None:
        self._tables = tables
        self._exclusive = exclusive

    async def add(self, customer: Customer, request_id: UUID | None) -> Customer:
        if request_id is not None:
            known = await self.requested(request_id)
            if known is not None:
                return known
            self._tables.requests[request_id] = customer.customer_id
        confirmed = customer.state is IdentityState.CONFIRMED
        added = replace(customer, number=self._next_number() if confirmed else None)
        self._tables.customers[customer.customer_id] = added
        return added

    async def confirm(self, customer_id: UUID, at: datetime) -> None:
        customer = self._tables.customers[customer_id]
        assert customer.state is IdentityState.WAITING
        self._tables.customers[customer_id] = replace(
            customer,
            state=IdentityState.CONFIRMED,
            number=self._next_number(),
            confirmed_at=at,
            updated_at=at,
        )

    async def requested(self, request_id: UUID) -> Customer | None:
        known = self._tables.requests.get(request_id)
        return None if known is None else self._tables.customers.get(known)

    async def find(self, customer_ids: Collection[UUID]) -> Mapping[UUID, Customer]:
        known = self._tables.customers
        return {each: known[each] for each in customer_ids if each in known}

    async def families(self, root_ids: Collection[UUID]) -> Sequence[Customer]:
        found = [each for each in self._tables.customers.values() if each.root_id in root_ids]
        return sorted(found, key=lambda each: each.customer_id)

    async def unseen_since(self, before: datetime, limit: int) -> Sequence[UUID]:
        tables = self._tables
        root_of = {each.customer_id: each.root_id for each in tables.customers.values()}
        known = {root_of[row.face.customer_id] for row in tables.gallery.values()}
        seen = {
            root_of[each.customer_id]
            for each in tables.sightings.values()
            if each.customer_id in root_of and each.last_seen_at >= before
        }
        found = [
            each.customer_id
            for each in tables.customers.values()
            if each.customer_id in known - seen
            and each.kind is CustomerKind.VISITOR
            and each.created_at < before
        ]
        return sorted(found)[:limit]

    async def save(self, customers: Sequence[Customer]) -> None:
        for each in customers:
            known = self._tables.customers[each.customer_id]
            self._tables.customers[each.customer_id] = replace(
                known,
                display_name=each.display_name,
                kind=each.kind,
                root_id=each.root_id,
                merged_into=each.merged_into,
                updated_at=each.updated_at,
            )

    async def seen_at(self, customer_ids: Collection[UUID], sites: Collection[UUID]) -> frozenset[UUID]:
        known = self._tables.customers
        return frozenset(
            each
            for each in customer_ids
            if each in known and sightings_of(self._tables, known[each].root_id, sites)
        )

    async def views(
        self, customer_ids: Collection[UUID], *, sites: Collection[UUID] | None
    ) -> Mapping[UUID, CustomerView]:
        found = (self._tables.customers.get(each) for each in customer_ids)
        return {
            each.customer_id: self._view(each, sites)
            for each in found
            if each is not None and is_customer(each) and self._was_seen(each, sites)
        }

    async def list(
        self, *, matching: CustomerFilter, after: int | None, limit: int
    ) -> Sequence[CustomerView]:
        seen_at = matching.site_ids if matching.seen_at is None else [matching.seen_at]
        numbered = sorted(
            (each.number, each) for each in self._tables.customers.values() if each.number is not None
        )
        found = [
            each
            for number, each in numbered
            if number > (after or 0)
            and is_customer(each)
            and self._was_seen(each, seen_at)
            and matching.name.lower() in each.display_name.lower()
            and matching.kind in {None, each.kind}
            and matching.number in {None, number}
        ]
        return [self._view(each, matching.site_ids) for each in found[:limit]]

    async def note_sites(self, customer_id: UUID, site_ids: Collection[UUID]) -> None:
        self._tables.site_people.update(((site_id, customer_id), True) for site_id in site_ids)

    def _was_seen(self, customer: Customer, sites: Collection[UUID] | None) -> bool:
        return sites is None or bool(sightings_of(self._tables, customer.customer_id, sites))

    def _view(self, customer: Customer, sites: Collection[UUID] | None) -> CustomerView:
        sightings = sightings_of(self._tables, customer.customer_id, sites)
        family = {
            each.customer_id
            for each in self._tables.customers.values()
            if each.root_id == customer.customer_id
        }
        faces = {
            row.face.exemplar_id for row in self._tables.gallery.values() if row.face.customer_id in family
        }
        return CustomerView(
            customer=customer,
            merged_ids=tuple(sorted(family - {customer.customer_id})),
            first_seen_at=min((each.first_seen_at for each in sightings), default=None),
            last_seen_at=max((each.last_seen_at for each in sightings), default=None),
            visit_count=len({each.visit_id for each in sightings if each.visit_id}),
            face_count=len(faces),
            image_id=best_image(self._tables, sightings),
        )

    def _next_number(self) -> int:
        assert self._exclusive, "numbers are given only inside an exclusive transaction"
        number = self._tables.counters["customers"] = self._tables.counters.get("customers", 0) + 1
        return number


class MemoryCustomerSightings:
    """Implements CustomerSightingRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def page(
        self, customer_id: UUID, *, sites: Collection[UUID] | None, after: TimeCursor | None, limit: int
    ) -> Sequence[Sighting]:
        newest_first = sorted(sightings_of(self._tables, customer_id, sites), key=_age, reverse=True)
        if after is not None:
            newest_first = [each for each in newest_first if _age(each) < (after.at, after.resource_id)]
        return [
            each if is_stored(self._tables, each.image_id) else replace(each, image_id=None)
            for each in newest_first[:limit]
        ]

    async def best_images(
        self, customer_ids: Collection[UUID], *, sites: Collection[UUID] | None
    ) -> Mapping[UUID, UUID]:
        found = {
            each: best_image(self._tables, sightings_of(self._tables, each, sites)) for each in customer_ids
        }
        return {each: image_id for each, image_id in found.items() if image_id is not None}


class MemoryExemplars:
    """Implements ExemplarRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def owners(self, customer_ids: Collection[UUID]) -> frozenset[UUID]:
        return frozenset(row.face.customer_id for row in self._tables.gallery.values()) & frozenset(
            customer_ids
        )

    async def move(
        self, track_ids: Collection[UUID], *, owners: Collection[UUID], to: UUID, at: datetime
    ) -> int:
        del at
        rows = [
            row
            for row in self._tables.gallery.values()
            if row.face.customer_id in owners and row.face.track_id in track_ids
        ]
        for row in rows:
            face = replace(row.face, customer_id=to)
            self._tables.gallery[face.face_id] = replace(row, face=face, indexed_at=None, retry_at=None)
        return len(rows)

    async def best_left(self, track_ids: Collection[UUID]) -> TrackFace | None:
        left = [face for face in self._tables.track_faces.values() if face.track_id in track_ids]
        return max(left, key=lambda face: (face.quality_score, face.track_id), default=None)

    async def promote(self, face: GalleryFace) -> None:
        assert face.track_id is not None
        self._tables.track_faces.pop(face.track_id, None)
        self._tables.gallery[face.face_id] = GalleryRow(face)


class MemoryErasure:
    """Implements ErasureRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def preview(self, customer_ids: Collection[UUID]) -> ErasureCounts:
        tables, ids = self._tables, set(customer_ids)
        tracks = {each.track_id for each in tables.sightings.values() if each.customer_id in ids}
        images = sum(each.track_id in tracks for each in tables.images.values())
        return ErasureCounts(
            faces=sum(row.face.customer_id in ids for row in tables.gallery.values()),
            tracks=len(tracks),
            visits=sum(each.customer_id in ids for each in tables.visits.values()),
            images=images + sum(each.staff_id in ids for each in tables.enrolments.values()),
        )

    async def erase(self, customer_ids: Collection[UUID], at: datetime) -> Erased:
        del at
        tables, ids = self._tables, set(customer_ids)
        face_ids = sorted(key for key, row in tables.gallery.items() if row.face.customer_id in ids)
        forget_faces(tables, lambda face: face.customer_id in ids)
        tracks = {each.track_id for each in tables.sightings.values() if each.customer_id in ids}
        images = [each for each in tables.images.values() if each.track_id in tracks]
        for track_id in tracks:
            del tables.sightings[track_id]
            tables.track_faces.pop(track_id, None)
        _drop(tables.decisions, (key for key, each in tables.decisions.items() if each.track_id in tracks))
        for image in images:
            del tables.images[image.image_id]
            tables.image_times.pop(image.image_id, None)
        visits = [each.visit_id for each in tables.visits.values() if each.customer_id in ids]
        for visit_id in visits:
            del tables.visits[visit_id]
        _drop(tables.site_people, (key for key in tables.site_people if key[1] in ids))
        _drop(tables.distinct, (pair for pair in tables.distinct if ids & set(pair)))
        _drop(tables.suggestions, (k for k, each in tables.suggestions.items() if ids & set(each.everybody)))
        merges = [key for key, each in tables.merges.items() if ids & {each.target_id, *each.source_ids}]
        _drop(tables.merges, merges)
        leave_merges_out(tables, merges)
        _drop(tables.customers, (each for each in ids if each in tables.customers))
        enrolled = drop_enrolled(
            tables, [each.face_id for each in tables.enrolments.values() if each.staff_id in ids]
        )
        _drop(tables.staff, (each for each in ids if each in tables.staff))
        keys = sorted(image.object_key for image in images)
        return Erased(face_ids, sorted(tracks), len(visits), (*keys, *enrolled))

    async def erase_faces(self, customer_ids: Collection[UUID], at: datetime) -> ErasedFaces:
        del at
        tables, ids = self._tables, set(customer_ids)
        faces = forget_faces(tables, lambda face: face.customer_id in ids)
        enrolled = [each.face_id for each in tables.enrolments.values() if each.staff_id in ids]
        return ErasedFaces(faces, drop_enrolled(tables, enrolled))


def forget_faces(tables: TenantTables, is_meant: Callable[[GalleryFace], bool]) -> int:
    """Takes faces out of the gallery, with their crops, and has the index forget them."""
    faces = [row.face for row in tables.gallery.values() if is_meant(row.face)]
    for face in faces:
        del tables.gallery[face.face_id]
        tables.crops.pop(face.exemplar_id, None)
        tables.removals[face.face_id] = face.model_id
    return len(faces)


def drop_enrolled(tables: TenantTables, face_ids: Collection[UUID]) -> Sequence[str]:
    """Takes enrolled faces away; returns where their portraits are."""
    gone = [tables.enrolments.pop(face_id) for face_id in face_ids if face_id in tables.enrolments]
    return sorted(each.object_key for each in gone)


def sightings_of(
    tables: TenantTables, customer_id: UUID, sites: Collection[UUID] | None
) -> Sequence[Sighting]:
    """The tracks of one customer, after merges, at the sites."""
    return [
        each
        for each in tables.sightings.values()
        if each.customer_id == customer_id and (sites is None or each.site_id in sites)
    ]


def is_customer(customer: Customer) -> bool:
    return customer.state is IdentityState.CONFIRMED and customer.merged_into is None


def is_stored(tables: TenantTables, image_id: UUID | None) -> bool:
    image = None if image_id is None else tables.images.get(image_id)
    return image is not None and image.state is ImageState.STORED


def best_image(tables: TenantTables, sightings: Iterable[Sighting]) -> UUID | None:
    shown = [each for each in sightings if is_stored(tables, each.image_id)]
    best = max(shown, key=lambda each: (each.quality_score, each.track_id), default=None)
    return None if best is None else best.image_id


def _age(sighting: Sighting) -> tuple[datetime, UUID]:
    return (sighting.first_seen_at, sighting.track_id)


def _drop(rows: dict[object, object], keys: Iterable[object]) -> None:
    for key in tuple(keys):
        del rows[key]
