"""What tests erase people with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.face_examiner import picture_of
from fakes.memory_tables import TenantTables
from footfall.v1 import erasure_service_pb2
from footfall_server.auth.erasure_key import ErasureKey
from footfall_server.domain.erasure import (
    Erasure,
    ErasureCounts,
    SubjectKind,
    Tombstone,
    TombstoneMaker,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.ports import TimeCursor
from google.protobuf.message import Message


def an_erasure_key(number: int = 1) -> ErasureKey:
    """The key of the tests' installation, or of another one; the same each time."""
    return ErasureKey(Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big")))


def a_tombstone_maker() -> TombstoneMaker:
    """That key's."""
    return an_erasure_key().tombstones()


class MemoryErasureLedger:
    """Implements ErasureLedger. That no two transactions are given one erasure is not kept here."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def add(self, erasure: Erasure, tombstones: Collection[Tombstone], request_id: UUID | None) -> None:
        self._tables.erasures[erasure.erasure_id] = erasure
        if request_id is not None:
            self._tables.erasure_requests[request_id] = erasure.erasure_id
        for each in tombstones:
            self._tables.tombstones.setdefault(each.digest, (each, erasure.erasure_id))

    async def get(self, erasure_id: UUID) -> Erasure | None:
        return self._tables.erasures.get(erasure_id)

    async def requested(self, request_id: UUID) -> Erasure | None:
        known = self._tables.erasure_requests.get(request_id)
        return None if known is None else self._tables.erasures[known]

    async def list(self, ticket: str, *, before: TimeCursor | None, limit: int) -> Sequence[Erasure]:
        found = [each for each in self._tables.erasures.values() if not ticket or each.ticket == ticket]
        if before is not None:
            found = [each for each in found if _key(each) < (before.at, before.resource_id)]
        return sorted(found, key=_key, reverse=True)[:limit]

    async def open(self, limit: int) -> Sequence[Erasure]:
        waiting = [each for each in self._tables.erasures.values() if each.completed_at is None]
        return sorted(waiting, key=_key)[:limit]

    async def complete(self, erasure_id: UUID, at: datetime, receipt: str) -> None:
        erasure = self._tables.erasures[erasure_id]
        self._tables.erasures[erasure_id] = replace(
            erasure, completed_at=at, receipt=receipt, person_ids=(), face_ids=()
        )

    async def uploads_over(self, before: datetime) -> Sequence[Erasure]:
        return [
            each
            for each in self._tables.erasures.values()
            if each.completed_at is not None and each.completed_at < before and each.object_keys
        ]

    async def forget_keys(self, erasure_ids: Collection[UUID]) -> None:
        for erasure_id in erasure_ids:
            erasure = self._tables.erasures[erasure_id]
            self._tables.erasures[erasure_id] = replace(erasure, object_keys=())

    async def tombstones_of(self, erasure_id: UUID) -> Sequence[Tombstone]:
        rows = self._tables.tombstones.values()
        found = [stone for stone, left_by in rows if left_by == erasure_id]
        return sorted(found, key=lambda each: each.digest)

    async def among(self, tombstones: Collection[Tombstone]) -> frozenset[bytes]:
        return frozenset(self._tables.tombstones.keys() & {each.digest for each in tombstones})

    async def has_tombstones(self) -> bool:
        return bool(self._tables.tombstones)

    async def person_ids(self, after: UUID | None, limit: int) -> Sequence[UUID]:
        return _page(self._tables.customers, after, limit)

    async def track_ids(self, after: UUID | None, limit: int) -> Sequence[UUID]:
        return _page(self._tables.sightings, after, limit)


def _page(ids: Collection[UUID], after: UUID | None, limit: int) -> Sequence[UUID]:
    return sorted(each for each in ids if after is None or each > after)[:limit]


def _key(erasure: Erasure) -> tuple[datetime, UUID]:
    return erasure.erased_at, erasure.erasure_id


def open_erasure(tables: TenantTables, at: datetime) -> UUID:
    """The id of an erasure that was completed, of somebody whom nobody remembers."""
    erasure = Erasure(
        erasure_id=new_id(),
        kind=SubjectKind.CUSTOMER,
        subject_id=new_id(),
        ticket="DSR-4",
        requested_by=new_id(),
        erased_at=at,
        counts=ErasureCounts(faces=1, tracks=2, visits=2, images=2),
        completed_at=at,
        receipt=an_erasure_key().sign({"jti": "4"}),
    )
    tables.erasures[erasure.erasure_id] = erasure
    return erasure.erasure_id


def erasure_requests(erasure_id: str, subject_id: str, person: int) -> Mapping[str, Sequence[Message]]:
    """One good request for every RPC about erasures, by the method's name on the wire."""
    pb = erasure_service_pb2
    good: Mapping[str, Message] = {
        "FindErasureSubjects": pb.FindErasureSubjectsRequest(image=picture_of(person, 3), ticket="DSR-5"),
        "PreviewErasure": pb.PreviewErasureRequest(subject_id=subject_id),
        "CreateErasure": pb.CreateErasureRequest(
            subject_id=subject_id, ticket="DSR-5", request_id=str(new_id())
        ),
        "GetErasure": pb.GetErasureRequest(erasure_id=erasure_id),
        "ListErasures": pb.ListErasuresRequest(ticket="DSR-4", page_size=1),
        "GetErasureKey": pb.GetErasureKeyRequest(),
    }
    return {f"/footfall.v1.ErasureService/{method}": [request] for method, request in good.items()}
