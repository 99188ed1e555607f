"""Fake of the faces of a tenant's staff."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from fakes.memory_tables import TenantTables
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.staff_gallery import MOST_FACES, StaffFace
from footfall_server.ports import Clock


class MemoryStaffGallery:
    """Implements StaffGalleryRepository."""

    def __init__(self, tables: TenantTables, clock: Clock, *, exclusive: bool) -> None:
        self._tables = tables
        self._clock = clock
        self._exclusive = exclusive

    async def is_current(self, model_id: str) -> bool:
        return not self._changed(model_id)

    async def model_ids(self) -> Sequence[str]:
        rows = self._tables.staff_gallery.items()
        return sorted({of for (of, _), (face, _) in rows if face.staff_id is not None})

    async def refresh(self, model_id: str) -> int:
        if not self._exclusive:
            raise AssertionError("the staff gallery is refreshed only inside an exclusive transaction")
        now = self._clock.now()
        base = max(await self.version(model_id), int(now.timestamp() * 1_000_000))
        changed = self._changed(model_id)
        for number, (face_id, staff_id) in enumerate(sorted(changed.items()), 1):
            self._tables.staff_gallery[model_id, face_id] = StaffFace(face_id, staff_id, base + number), now
        return len(changed)

    async def version(self, model_id: str) -> int:
        versions = [
            face.version for (of, _), (face, _) in self._tables.staff_gallery.items() if of == model_id
        ]
        return max(versions, default=0)

    async def after(self, model_id: str, version: int, limit: int) -> Sequence[StaffFace]:
        rows = [face for (of, _), (face, _) in self._tables.staff_gallery.items() if of == model_id]
        newer = sorted((face for face in rows if face.version > version), key=lambda face: face.version)
        return [self._with_vector(face) for face in newer[:limit]]

    async def purge(self, before: datetime) -> int:
        rows = self._tables.staff_gallery
        old = [key for key, (face, at) in rows.items() if face.staff_id is None and at < before]
        for key in old:
            del rows[key]
        return len(old)

    def _with_vector(self, face: StaffFace) -> StaffFace:
        row = self._tables.gallery.get(face.face_id)
        if face.staff_id is None or row is None:
            return StaffFace(face.face_id, None, face.version)
        return StaffFace(face.face_id, face.staff_id, face.version, row.face.embedding)

    def _changed(self, model_id: str) -> Mapping[UUID, UUID | None]:
        customers = self._tables.customers
        faces = sorted(
            (row.face for row in self._tables.gallery.values() if row.face.model_id == model_id),
            key=lambda face: (face.created_at, face.face_id),
        )
        present: dict[UUID, UUID | None] = {}
        for face in faces:
            owner = customers.get(face.customer_id)
            root = None if owner is None else customers.get(owner.root_id)
            if root is not None and root.kind is CustomerKind.STAFF and len(present) < MOST_FACES:
                present[face.face_id] = root.customer_id
        rows = self._tables.staff_gallery.items()
        known = {face_id: face.staff_id for (of, face_id), (face, _) in rows if of == model_id}
        return {
            face_id: present.get(face_id)
            for face_id in present.keys() | known.keys()
            if present.get(face_id) != known.get(face_id)
        }
