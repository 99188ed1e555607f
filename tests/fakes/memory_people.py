"""What batches read and write of people and their faces, over the same tables as the other fakes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from uuid import UUID

from fakes.memory_tables import GalleryRow, TenantTables
from footfall_server.domain.batch import (
    GalleryAnswers,
    GalleryQuestions,
    IdentityChanges,
    KnownFace,
    TailOfTenant,
)
from footfall_server.domain.customer import Customer
from footfall_server.domain.face_event import Embedding
from footfall_server.domain.gallery_view import Exemplar, KnownIdentity, apart_pairs
from footfall_server.domain.person import GalleryFace, IdentityState
from footfall_server.domain.sighting import Sighting
from footfall_server.ports import OwnedFace


class MemoryPeople:
    """The gallery and the customers of a transaction."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    def known(self, questions: GalleryQuestions) -> GalleryAnswers:
        tables = self._tables
        found = [tables.gallery[each].face for each in questions.face_ids if each in tables.gallery]
        faces = {each.face_id: KnownFace(self._root_of(each.customer_id), each.provenance) for each in found}
        near = {faces[each].root_id for each in questions.near_ids if each in faces}
        near |= {self._root_of(each) for each in questions.customer_ids if each in tables.customers}
        waiting = [
            each
            for each in tables.sightings.values()
            if each.customer_id in near and tables.customers[each.customer_id].state is IdentityState.WAITING
        ]
        identities = [
            self._identity(root, questions, waiting, near)
            for root in near | {face.root_id for face in faces.values()}
        ]
        sites: dict[UUID, int] = {}
        for site_id, _ in tables.site_people:
            if site_id in questions.site_ids:
                sites[site_id] = sites.get(site_id, 0) + 1
        return GalleryAnswers(
            faces=faces,
            identities=identities,
            waiting=waiting,
            apart=apart_pairs([*self._distinct(near), *self._together(waiting)]),
            tenant_size=tables.counters.get("customers", 0),
            site_sizes=sites,
            tail=self._tail(questions.model_id),
            takes_model=not tables.tenant_models or questions.model_id in tables.tenant_models,
            model_in_use=next((each.model_id for each in tables.tenant_models.values() if each.in_use), None),
        )

    def _tail(self, model_id: str) -> TailOfTenant | None:
        applied = self._tables.calibrations.get(model_id)
        if applied is None:
            return None
        return TailOfTenant(applied.target_rate, applied.tail.cosines, applied.tail.false_match_rates)

    def change(self, people: IdentityChanges, at: datetime) -> None:
        """What IdentityChanges says. What the database's constraints refuse is an AssertionError here."""
        tables = self._tables
        for each in people.made:
            if each.customer_id in tables.customers:
                raise AssertionError(f"{each.customer_id} is made twice")
            tables.customers[each.customer_id] = Customer(
                customer_id=each.customer_id,
                number=None,
                created_at=at,
                root_id=each.root_id,
                updated_at=at,
                state=IdentityState.WAITING,
                merged_into=each.merged_into,
            )
        for customer_id in people.numbered:
            number = tables.counters["customers"] = tables.counters.get("customers", 0) + 1
            tables.customers[customer_id] = replace(
                tables.customers[customer_id],
                number=number,
                state=IdentityState.CONFIRMED,
                confirmed_at=at,
                updated_at=at,
            )
        for customer_id, root_id in people.resolved.items():
            for each in tuple(tables.customers.values()):
                if each.root_id == customer_id:
                    into = root_id if each.customer_id == customer_id else each.merged_into
                    tables.customers[each.customer_id] = replace(each, root_id=root_id, merged_into=into)
        self._faces(people)
        tables.site_people.update((pair, True) for pair in people.seen_at)

    def _faces(self, people: IdentityChanges) -> None:
        tables = self._tables
        for face in people.faces:
            if face.customer_id not in tables.customers:
                raise AssertionError(f"face {face.face_id} belongs to no customer")
            tables.gallery[face.face_id] = GalleryRow(face)
        tables.crops.update(people.crops)
        for face_id in people.removed_faces:
            if face_id in tables.gallery:
                for face in self._same_exemplar(face_id):
                    del tables.gallery[face.face_id]
                    tables.crops.pop(face.exemplar_id, None)
                    tables.removals[face.face_id] = face.model_id
        for face_id, owner_id in people.moved_faces.items():
            for face in self._same_exemplar(face_id):
                row = tables.gallery[face.face_id]
                tables.gallery[face.face_id] = replace(row, face=replace(face, customer_id=owner_id))

    def _same_exemplar(self, face_id: UUID) -> list[GalleryFace]:
        exemplar_id = self._tables.gallery[face_id].face.exemplar_id
        return [row.face for row in self._tables.gallery.values() if row.face.exemplar_id == exemplar_id]

    def _root_of(self, customer_id: UUID) -> UUID:
        return self._tables.customers[customer_id].root_id

    def _identity(
        self, root: UUID, questions: GalleryQuestions, waiting: list[Sighting], near: set[UUID]
    ) -> KnownIdentity:
        customer = self._tables.customers[root]
        exemplars = [
            _exemplar(row.face)
            for row in self._tables.gallery.values()
            if root in near
            and row.face.model_id == questions.model_id
            and self._root_of(row.face.customer_id) == root
        ]
        return KnownIdentity(
            root_id=root,
            state=customer.state,
            kind=customer.kind,
            exemplars=sorted(exemplars, key=lambda each: each.face_id),
            site_ids={
                site_id
                for site_id, customer_id in self._tables.site_people
                if site_id in questions.site_ids and self._root_of(customer_id) == root
            },
            track_ids={each.track_id for each in waiting if each.customer_id == root},
            learned=sum(not each.is_trusted and each.created_at >= questions.since for each in exemplars),
        )

    def _distinct(self, near: set[UUID]) -> Iterator[tuple[UUID, UUID]]:
        for pair in self._tables.distinct:
            one, other = (self._root_of(each) for each in pair)
            if {one, other} <= near:
                yield one, other

    def _together(self, waiting: list[Sighting]) -> Iterator[tuple[UUID, UUID]]:
        """Those who wait, and others whom one camera saw at the same moment."""
        waits = {each.track_id for each in waiting}
        for one, other in combinations(self._tables.sightings.values(), 2):
            if (
                waits & {one.track_id, other.track_id}
                and one.customer_id is not None
                and other.customer_id is not None
                and one.camera_id == other.camera_id
                and one.first_seen_at <= other.last_seen_at
                and other.first_seen_at <= one.last_seen_at
            ):
                yield one.customer_id, other.customer_id


class MemoryPopulation:
    """Implements PopulationRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def exemplars(self, model_id: str, after: UUID | None, limit: int) -> Sequence[OwnedFace]:
        faces = [row.face for row in self._tables.gallery.values() if row.face.model_id == model_id]
        return _page(
            [
                self._owned(each.face_id, each.customer_id, each.embedding, each.quality_score)
                for each in faces
            ],
            after,
            limit,
        )

    async def track_faces(self, model_id: str, after: UUID | None, limit: int) -> Sequence[OwnedFace]:
        found = []
        for face in self._tables.track_faces.values():
            sighting = self._tables.sightings.get(face.track_id)
            owner = None if sighting is None else sighting.customer_id
            if face.model_id == model_id and owner is not None:
                found.append(self._owned(face.track_id, owner, face.embedding, face.quality_score))
        return _page(found, after, limit)

    async def distinct_pairs(self) -> Sequence[tuple[UUID, UUID]]:
        customers = self._tables.customers
        return [(customers[low].root_id, customers[high].root_id) for low, high in self._tables.distinct]

    def _owned(self, face_id: UUID, owner_id: UUID, embedding: Embedding, quality: float) -> OwnedFace:
        root = self._tables.customers[self._tables.customers[owner_id].root_id]
        waits = root.state is IdentityState.WAITING
        return OwnedFace(face_id, root.customer_id, waits, embedding, quality)


def _page(faces: list[OwnedFace], after: UUID | None, limit: int) -> Sequence[OwnedFace]:
    ordered = sorted(faces, key=lambda each: each.face_id)
    return [each for each in ordered if after is None or each.face_id > after][:limit]


def _exemplar(face: GalleryFace) -> Exemplar:
    return Exemplar(
        face_id=face.face_id,
        owner_id=face.customer_id,
        provenance=face.provenance,
        quality_score=face.quality_score,
        embedding=face.embedding,
        track_id=face.track_id,
        created_at=face.created_at,
    )
