"""Fakes of the repositories of models, changes of the model and calibrations."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import md5
from uuid import UUID

from fakes.memory_tables import GalleryRow, TenantTables
from footfall_server.domain.calibration import SampledFace
from footfall_server.domain.face_event import Embedding
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.models import (
    AppliedCalibration,
    LackingFace,
    ModelChange,
    ModelChangeProgress,
    ModelChangeState,
    ModelUsage,
    TenantModel,
)
from footfall_server.domain.person import GalleryFace, IdentityState
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import TimeCursor


def _faces_of(tables: TenantTables, model_id: str) -> Mapping[UUID, GalleryFace]:
    """The model's faces, by exemplar, in their order."""
    rows = (row.face for row in tables.gallery.values() if row.face.model_id == model_id)
    return {face.exemplar_id: face for face in sorted(rows, key=lambda face: face.exemplar_id)}


def _root_of(tables: TenantTables, face: GalleryFace) -> UUID:
    return tables.customers[face.customer_id].root_id


def _is_confirmed(tables: TenantTables, root_id: UUID) -> bool:
    return tables.customers[root_id].state is IdentityState.CONFIRMED


class MemoryTenantModels:
    """Implements TenantModelRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def list(self) -> Sequence[TenantModel]:
        return sorted(self._tables.tenant_models.values(), key=lambda each: (not each.in_use, each.model_id))

    async def add(self, model: TenantModel) -> None:
        self._tables.tenant_models.setdefault(model.model_id, model)

    async def put_in_use(self, model_id: str) -> None:
        for each in tuple(self._tables.tenant_models.values()):
            self._tables.tenant_models[each.model_id] = replace(each, in_use=each.model_id == model_id)

    async def remove(self, model_id: str) -> None:
        self._tables.tenant_models.pop(model_id, None)

    async def usage(self) -> Mapping[str, ModelUsage]:
        faces: defaultdict[str, list[GalleryFace]] = defaultdict(list)
        for row in self._tables.gallery.values():
            faces[row.face.model_id].append(row.face)
        usage = {}
        for model_id, theirs in faces.items():
            roots = {_root_of(self._tables, face) for face in theirs}
            confirmed = sum(_is_confirmed(self._tables, root_id) for root_id in roots)
            usage[model_id] = ModelUsage(len(theirs), confirmed)
        return usage


class MemoryModelChanges:
    """Implements ModelChangeRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def add(self, change: ModelChange, request_id: UUID | None) -> None:
        if await self.open() is not None:
            raise FootfallError(
                ErrorKind.FAILED_PRECONDITION,
                "MODEL_CHANGE_STATE",
                "another change of the model is not over yet",
                metadata={"state": "open"},
            )
        self._tables.model_changes[change.model_change_id] = change
        if request_id is not None:
            self._tables.requests[request_id] = change.model_change_id

    async def get(self, model_change_id: UUID) -> ModelChange | None:
        return self._tables.model_changes.get(model_change_id)

    async def requested(self, request_id: UUID) -> ModelChange | None:
        made = self._tables.requests.get(request_id)
        return None if made is None else self._tables.model_changes.get(made)

    async def open(self) -> ModelChange | None:
        return next((each for each in self._tables.model_changes.values() if each.is_open), None)

    async def list(self, *, after: TimeCursor | None, limit: int) -> Sequence[ModelChange]:
        ordered = sorted(
            self._tables.model_changes.values(),
            key=lambda each: (each.started_at, each.model_change_id),
            reverse=True,
        )
        if after is not None:
            place = (after.at, after.resource_id)
            ordered = [each for each in ordered if (each.started_at, each.model_change_id) < place]
        return ordered[:limit]

    async def save(self, change: ModelChange) -> None:
        self._tables.model_changes[change.model_change_id] = change

    async def claim(self, holder: UUID, *, now: datetime, until: datetime) -> ModelChange | None:
        change = await self.open()
        if change is None or change.state is not ModelChangeState.RUNNING:
            return None
        leased = self._tables.model_change_leases.get(change.model_change_id)
        if leased is not None and leased[0] != holder and leased[1] > now:
            return None
        self._tables.model_change_leases[change.model_change_id] = (holder, until)
        return change

    async def add_losses(self, model_change_id: UUID, exemplar_ids: Collection[UUID]) -> None:
        for exemplar_id in exemplar_ids:
            self._tables.model_change_losses.setdefault((model_change_id, exemplar_id), True)

    async def progress(self, change: ModelChange) -> ModelChangeProgress:
        old = _faces_of(self._tables, change.from_model_id)
        new = _faces_of(self._tables, change.to_model_id)
        lost = {each for each in old if self._is_lost(change, each)} - new.keys()
        return ModelChangeProgress(
            len(old), len(old.keys() & new.keys()), len(lost), len(self._hopeless(change))
        )

    async def lost_customers(self, change: ModelChange, limit: int) -> Sequence[UUID]:
        return sorted(self._hopeless(change))[:limit]

    def _hopeless(self, change: ModelChange) -> set[UUID]:
        known = {
            _root_of(self._tables, each) for each in _faces_of(self._tables, change.to_model_id).values()
        }
        lost, hoped = set(), set()
        for exemplar_id, face in _faces_of(self._tables, change.from_model_id).items():
            (lost if self._is_lost(change, exemplar_id) else hoped).add(_root_of(self._tables, face))
        return {each for each in lost - hoped - known if _is_confirmed(self._tables, each)}

    def _is_lost(self, change: ModelChange, exemplar_id: UUID) -> bool:
        return (change.model_change_id, exemplar_id) in self._tables.model_change_losses


class MemoryModelFaces:
    """Implements ModelFaceRepository."""

    def __init__(self, tables: TenantTables, *, exclusive: bool) -> None:
        self._tables = tables
        self._exclusive = exclusive

    async def lacking(
        self, model_id: str, *, having: str, change_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[LackingFace]:
        there = _faces_of(self._tables, model_id)
        lacking = [
            LackingFace(exemplar_id, self._tables.crops.get(exemplar_id, b""))
            for exemplar_id in _faces_of(self._tables, having)
            if exemplar_id not in there
            and (after is None or exemplar_id > after)
            and (change_id, exemplar_id) not in self._tables.model_change_losses
        ]
        return lacking[:limit]

    async def add(
        self, model_id: str, *, having: str, embeddings: Mapping[UUID, Embedding], at: datetime
    ) -> int:
        del at  # the fake outbox has no times
        if not self._exclusive:
            raise AssertionError("faces of a model are added only inside an exclusive transaction")
        there, having_faces = _faces_of(self._tables, model_id), _faces_of(self._tables, having)
        added = 0
        for exemplar_id, embedding in embeddings.items():
            if exemplar_id in there or exemplar_id not in having_faces:
                continue
            face = replace(
                having_faces[exemplar_id], face_id=new_id(), model_id=model_id, embedding=embedding
            )
            self._tables.gallery[face.face_id] = GalleryRow(face)
            added += 1
        return added

    async def waiting(self, model_id: str, limit: int) -> int:
        rows = self._tables.gallery.values()
        return min(limit, sum(row.face.model_id == model_id and row.indexed_at is None for row in rows))

    async def remove(self, model_id: str, *, limit: int, at: datetime) -> int:
        del at
        gone = [face_id for face_id, row in self._tables.gallery.items() if row.face.model_id == model_id]
        for face_id in gone[:limit]:
            del self._tables.gallery[face_id]
            self._tables.removals[face_id] = model_id
        return len(gone[:limit])

    async def sample(self, model_id: str, *, people: int, faces_of_each: int) -> Sequence[SampledFace]:
        theirs: defaultdict[UUID, list[GalleryFace]] = defaultdict(list)
        for face in _faces_of(self._tables, model_id).values():
            root_id = _root_of(self._tables, face)
            if _is_confirmed(self._tables, root_id):
                theirs[root_id].append(face)
        return [
            SampledFace(root_id, face.track_id or face.exemplar_id, face.embedding)
            for root_id in sorted(theirs, key=_draw)[:people]
            for face in sorted(theirs[root_id], key=lambda face: _draw(face.face_id))[:faces_of_each]
        ]

    async def known_people(self) -> int:
        return self._tables.counters.get("customers", 0)


def _draw(key: UUID) -> str:
    return md5(str(key).encode(), usedforsecurity=False).hexdigest()


class MemoryCalibrations:
    """Implements CalibrationRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def get(self, model_id: str) -> AppliedCalibration | None:
        return self._tables.calibrations.get(model_id)

    async def apply(self, calibration: AppliedCalibration) -> None:
        self._tables.calibrations[calibration.model_id] = calibration

    async def reset(self, model_id: str) -> bool:
        return self._tables.calibrations.pop(model_id, None) is not None
