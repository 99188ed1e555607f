"""Fakes of the repositories of staff, and of the faces that they were enrolled with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_customers import drop_enrolled, forget_faces, is_customer
from fakes.memory_tables import GalleryRow, TenantTables
from footfall_server.domain.face_event import Embedding
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import CustomerKind, GalleryFace, Provenance
from footfall_server.domain.staff import EnrolledFace, StaffDetails, StaffFilter, StaffPresence
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Enrolled


class MemoryStaff:
    """Implements StaffRepository."""

    def __init__(self, tables: TenantTables, hidden: TenantTables) -> None:
        self._tables = tables
        self._hidden = hidden

    async def find(self, staff_ids: Collection[UUID]) -> Mapping[UUID, StaffDetails]:
        known = self._tables.staff
        return {each: known[each] for each in staff_ids if each in known}

    async def save(self, details: StaffDetails) -> None:
        everybody = [*self._tables.staff.values(), *self._hidden.staff.values()]
        taken = {each.employee_number for each in everybody if each.staff_id != details.staff_id}
        if details.employee_number and details.employee_number in taken:
            said = "another staff member has this employee number"
            raise FootfallError(ErrorKind.ALREADY_EXISTS, "ALREADY_EXISTS", said)
        self._tables.staff[details.staff_id] = details

    async def page(self, *, matching: StaffFilter, after: int | None, limit: int) -> Sequence[UUID]:
        numbered = sorted(
            (each.number, each.customer_id)
            for each in self._tables.customers.values()
            if each.number is not None and each.kind is CustomerKind.STAFF and is_customer(each)
        )
        return [
            customer_id
            for number, customer_id in numbered
            if number > (after or 0) and self._matches(customer_id, matching)
        ][:limit]

    async def leave_site(self, site_id: UUID) -> int:
        there = [each for each in self._tables.staff.values() if site_id in each.site_ids]
        for each in there:
            self._tables.staff[each.staff_id] = replace(each, site_ids=each.site_ids - {site_id})
        return len(there)

    async def leavers(self, now: datetime, limit: int) -> Sequence[UUID]:
        return sorted(
            each.staff_id
            for each in self._tables.staff.values()
            if each.has_left(now) and self._is_known(each.staff_id)
        )[:limit]

    def _matches(self, customer_id: UUID, matching: StaffFilter) -> bool:
        details = self._tables.staff.get(customer_id, StaffDetails(customer_id))
        texts = (self._tables.customers[customer_id].display_name, details.employee_number)
        presence = StaffPresence.LEFT if details.has_left(matching.now) else StaffPresence.ACTIVE
        return (
            any(matching.name.lower() in each.lower() for each in texts)
            and (matching.works_at is None or matching.works_at in (details.site_ids or {matching.works_at}))
            and matching.presence in {None, presence}
            and (matching.reach is None or not details.site_ids.isdisjoint(matching.reach))
        )

    def _is_known(self, staff_id: UUID) -> bool:
        root = self._tables.customers.get(staff_id)
        if root is None or root.kind is not CustomerKind.STAFF or root.merged_into is not None:
            return False
        family = {each.customer_id for each in self._tables.customers.values() if each.root_id == staff_id}
        owners = {row.face.customer_id for row in self._tables.gallery.values()}
        owners |= {each.staff_id for each in self._tables.enrolments.values()}
        return not family.isdisjoint(owners)


class MemoryEnrolments:
    """Implements EnrolmentRepository."""

    def __init__(self, tables: TenantTables, *, exclusive: bool) -> None:
        self._tables = tables
        self._exclusive = exclusive

    async def of(self, staff_ids: Collection[UUID]) -> Sequence[EnrolledFace]:
        found = [each for each in self._tables.enrolments.values() if each.staff_id in staff_ids]
        return [self._seen(each) for each in sorted(found, key=lambda face: (face.created_at, face.face_id))]

    async def counted(self, staff_ids: Collection[UUID]) -> Mapping[UUID, Enrolled]:
        counted = {}
        for staff_id in staff_ids:
            theirs = [each for each in self._tables.enrolments.values() if each.staff_id == staff_id]
            if theirs:
                best = min(theirs, key=lambda each: (-each.quality.score, each.face_id))
                counted[staff_id] = Enrolled(len(theirs), best.face_id, best.quality.score)
        return counted

    async def embeddings(self, staff_ids: Collection[UUID], model_id: str) -> Mapping[UUID, Embedding]:
        theirs = {each.face_id for each in self._tables.enrolments.values() if each.staff_id in staff_ids}
        faces = sorted((row.face for row in self._tables.gallery.values()), key=lambda face: face.exemplar_id)
        return {
            face.exemplar_id: face.embedding
            for face in faces
            if face.model_id == model_id and face.exemplar_id in theirs
        }

    async def behind(self, embedding_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        tables = self._tables
        found = {
            each: tables.gallery[each].face.exemplar_id for each in embedding_ids if each in tables.gallery
        }
        return {each: enrolled_id for each, enrolled_id in found.items() if enrolled_id in tables.enrolments}

    async def requested(self, request_id: UUID) -> EnrolledFace | None:
        face_id = self._tables.enrolment_requests.get(request_id)
        found = None if face_id is None else self._tables.enrolments.get(face_id)
        return None if found is None else self._seen(found)

    async def add(
        self,
        face: EnrolledFace,
        *,
        embeddings: Mapping[str, Embedding],
        aligned_jpeg: bytes,
        request_id: UUID | None,
    ) -> None:
        if not self._exclusive:
            raise AssertionError("faces are enrolled only inside an exclusive transaction")
        self._tables.enrolments[face.face_id] = face
        self._tables.crops[face.face_id] = aligned_jpeg
        if request_id is not None:
            self._tables.enrolment_requests[request_id] = face.face_id
        for model_id, embedding in embeddings.items():
            known = GalleryFace(
                face_id=new_id(),
                customer_id=face.staff_id,
                model_id=model_id,
                embedding=embedding,
                quality_score=face.quality.score,
                event_id=face.face_id,
                created_at=face.created_at,
                exemplar_id=face.face_id,
                provenance=Provenance.ENROLLED,
            )
            self._tables.gallery[known.face_id] = GalleryRow(known)

    async def remove(self, face_ids: Collection[UUID], at: datetime) -> None:
        del at
        gone = set(face_ids)
        forget_faces(self._tables, lambda face: face.exemplar_id in gone)
        drop_enrolled(self._tables, gone)

    def _seen(self, face: EnrolledFace) -> EnrolledFace:
        models = {
            row.face.model_id for row in self._tables.gallery.values() if row.face.exemplar_id == face.face_id
        }
        return replace(face, model_ids=tuple(sorted(models)))
