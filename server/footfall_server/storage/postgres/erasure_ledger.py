"""The ledger of erasures, in PostgreSQL."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.erasure import (
    Erasure,
    ErasureCounts,
    SubjectKind,
    Tombstone,
    TombstoneKind,
)
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.statements import TenantConnection, insert_each, one_of
from footfall_server.storage.postgres.tables import (
    customers,
    erasure_tombstones,
    erasures,
    sightings,
)

_COUNTS = ("faces", "tracks", "visits", "images")
_COLUMNS = tuple(
    erasures.c[name]
    for name in (
        "erasure_id",
        "kind",
        "subject_id",
        "ticket",
        "requested_by",
        "erased_at",
        *_COUNTS,
        "person_ids",
        "face_ids",
        "object_keys",
        "completed_at",
        "receipt",
    )
)
_NEWEST_FIRST = (erasures.c.erased_at.desc(), erasures.c.erasure_id.desc())
_TOMBSTONE = ("digest", "kind", "erasure_id", "erased_at")
# Who is erased once more after a restore has tombstones already.
_ADD_TOMBSTONES = insert_each(erasure_tombstones, _TOMBSTONE).on_conflict_do_nothing()


@dataclass(frozen=True, slots=True)
class _TombstoneRow:
    digest: bytes
    kind: str
    erasure_id: UUID
    erased_at: datetime


class PostgresErasureLedger:
    """ErasureLedger."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, erasure: Erasure, tombstones: Collection[Tombstone], request_id: UUID | None) -> None:
        """See ErasureLedger.add."""
        counts = erasure.counts
        await self._connection.run(
            insert(erasures).values(
                tenant_id=self._connection.tenant_id,
                erasure_id=erasure.erasure_id,
                kind=erasure.kind.value,
                subject_id=erasure.subject_id,
                ticket=erasure.ticket,
                requested_by=erasure.requested_by,
                request_id=request_id,
                erased_at=erasure.erased_at,
                faces=counts.faces,
                tracks=counts.tracks,
                visits=counts.visits,
                images=counts.images,
                person_ids=list(erasure.person_ids),
                face_ids=list(erasure.face_ids),
                object_keys=list(erasure.object_keys),
                completed_at=erasure.completed_at,
                receipt=erasure.receipt,
            )
        )
        rows = [
            _TombstoneRow(each.digest, each.kind.value, erasure.erasure_id, erasure.erased_at)
            for each in tombstones
        ]
        await self._connection.run_for_each(_ADD_TOMBSTONES, _TOMBSTONE, rows)

    async def get(self, erasure_id: UUID) -> Erasure | None:
        """See ErasureLedger.get."""
        row = await self._connection.first(select(*_COLUMNS).where(erasures.c.erasure_id == erasure_id))
        return None if row is None else _to_erasure(row)

    async def requested(self, request_id: UUID) -> Erasure | None:
        """See ErasureLedger.requested."""
        row = await self._connection.first(select(*_COLUMNS).where(erasures.c.request_id == request_id))
        return None if row is None else _to_erasure(row)

    async def list(self, ticket: str, *, before: TimeCursor | None, limit: int) -> Sequence[Erasure]:
        """See ErasureLedger.list."""
        page = select(*_COLUMNS).order_by(*_NEWEST_FIRST).limit(limit)
        if ticket:
            page = page.where(erasures.c.ticket == ticket)
        if before is not None:
            page = page.where(
                tuple_(erasures.c.erased_at, erasures.c.erasure_id) < tuple_(before.at, before.resource_id)
            )
        return [_to_erasure(row) for row in await self._connection.rows(page)]

    async def open(self, limit: int) -> Sequence[Erasure]:
        """See ErasureLedger.open."""
        found = (
            select(*_COLUMNS)
            .where(erasures.c.completed_at.is_(None))
            .order_by(erasures.c.erased_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [_to_erasure(row) for row in await self._connection.rows(found)]

    async def complete(self, erasure_id: UUID, at: datetime, receipt: str) -> None:
        """See ErasureLedger.complete."""
        await self._connection.run(
            update(erasures)
            .where(erasures.c.erasure_id == erasure_id)
            .values(completed_at=at, receipt=receipt, person_ids=[], face_ids=[])
        )

    async def uploads_over(self, before: datetime) -> Sequence[Erasure]:
        """See ErasureLedger.uploads_over."""
        found = select(*_COLUMNS).where(
            erasures.c.completed_at < before, func.cardinality(erasures.c.object_keys) > 0
        )
        return [_to_erasure(row) for row in await self._connection.rows(found)]

    async def forget_keys(self, erasure_ids: Collection[UUID]) -> None:
        """See ErasureLedger.forget_keys."""
        await self._connection.run(
            update(erasures).where(one_of(erasures.c.erasure_id, erasure_ids)).values(object_keys=[])
        )

    async def tombstones_of(self, erasure_id: UUID) -> Sequence[Tombstone]:
        """See ErasureLedger.tombstones_of."""
        rows = await self._connection.rows(
            select(erasure_tombstones.c.kind, erasure_tombstones.c.digest)
            .where(erasure_tombstones.c.erasure_id == erasure_id)
            .order_by(erasure_tombstones.c.digest)
        )
        return [Tombstone(TombstoneKind(row.kind), row.digest) for row in rows]

    async def among(self, tombstones: Collection[Tombstone]) -> frozenset[bytes]:
        """See ErasureLedger.among."""
        rows = await self._connection.rows(
            select(erasure_tombstones.c.digest).where(
                one_of(erasure_tombstones.c.digest, [each.digest for each in tombstones])
            )
        )
        return frozenset(row.digest for row in rows)

    async def has_tombstones(self) -> bool:
        """See ErasureLedger.has_tombstones."""
        return bool(await self._connection.rows(select(erasure_tombstones.c.digest).limit(1)))

    async def person_ids(self, after: UUID | None, limit: int) -> Sequence[UUID]:
        """See ErasureLedger.person_ids."""
        return await self._ids(customers, "customer_id", after, limit)

    async def track_ids(self, after: UUID | None, limit: int) -> Sequence[UUID]:
        """See ErasureLedger.track_ids."""
        return await self._ids(sightings, "track_id", after, limit)

    async def _ids(self, table: Table, name: str, after: UUID | None, limit: int) -> Sequence[UUID]:
        page = select(table.c[name]).order_by(table.c[name]).limit(limit)
        if after is not None:
            page = page.where(table.c[name] > after)
        return [row[0] for row in await self._connection.rows(page)]


def _to_erasure(row: Row[Any]) -> Erasure:
    return Erasure(
        erasure_id=row.erasure_id,
        kind=SubjectKind(row.kind),
        subject_id=row.subject_id,
        ticket=row.ticket,
        requested_by=row.requested_by,
        erased_at=row.erased_at,
        counts=ErasureCounts(row.faces, row.tracks, row.visits, row.images),
        person_ids=tuple(row.person_ids),
        face_ids=tuple(row.face_ids),
        object_keys=tuple(row.object_keys),
        completed_at=row.completed_at,
        receipt=row.receipt,
    )
