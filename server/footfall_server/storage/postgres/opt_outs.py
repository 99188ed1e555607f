"""People who are left out, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.opt_out import OptOut
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.statements import TenantConnection, insert_each, one_of
from footfall_server.storage.postgres.tables import opt_out_templates, opt_out_tracks, opt_outs

_COLUMNS = tuple(
    opt_outs.c[name] for name in ("opt_out_id", "ticket", "created_by", "created_at", "erasure_id")
)
_NEWEST_FIRST = (opt_outs.c.created_at.desc(), opt_outs.c.opt_out_id.desc())
_TEMPLATE = ("model_id", "opt_out_id", "sealed")
_ADD_TEMPLATES = insert_each(opt_out_templates, _TEMPLATE)
_MARK = ("digest", "marked_at")
_MARK_TRACKS = insert_each(opt_out_tracks, _MARK).on_conflict_do_nothing()


@dataclass(frozen=True, slots=True)
class _TemplateRow:
    model_id: str
    opt_out_id: UUID
    sealed: bytes


@dataclass(frozen=True, slots=True)
class _MarkRow:
    digest: bytes
    marked_at: datetime


class PostgresOptOuts:
    """OptOutRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, opt_out: OptOut, request_id: UUID | None) -> None:
        """See OptOutRepository.add."""
        await self._connection.run(
            insert(opt_outs).values(
                tenant_id=self._connection.tenant_id,
                opt_out_id=opt_out.opt_out_id,
                ticket=opt_out.ticket,
                created_by=opt_out.created_by,
                request_id=request_id,
                created_at=opt_out.created_at,
                erasure_id=opt_out.erasure_id,
            )
        )
        rows = [
            _TemplateRow(model_id, opt_out.opt_out_id, sealed) for model_id, sealed in opt_out.sealed.items()
        ]
        await self._connection.run_for_each(_ADD_TEMPLATES, _TEMPLATE, rows)

    async def requested(self, request_id: UUID) -> OptOut | None:
        """See OptOutRepository.requested."""
        found = await self._read(opt_outs.c.request_id == request_id, limit=1)
        return found[0] if found else None

    async def list(self, ticket: str, *, before: TimeCursor | None, limit: int) -> Sequence[OptOut]:
        """See OptOutRepository.list."""
        conditions: list[ColumnElement[bool]] = []
        if ticket:
            conditions.append(opt_outs.c.ticket == ticket)
        if before is not None:
            conditions.append(
                tuple_(opt_outs.c.created_at, opt_outs.c.opt_out_id) < tuple_(before.at, before.resource_id)
            )
        return await self._read(*conditions, limit=limit)

    async def count(self) -> int:
        """See OptOutRepository.count."""
        row = await self._connection.first(select(func.count()).select_from(opt_outs))
        return 0 if row is None else int(row[0])

    async def delete(self, opt_out_id: UUID) -> bool:
        """See OptOutRepository.delete."""
        await self._connection.run(
            delete(opt_out_templates).where(opt_out_templates.c.opt_out_id == opt_out_id)
        )
        gone = await self._connection.run(delete(opt_outs).where(opt_outs.c.opt_out_id == opt_out_id))
        return gone > 0

    async def of_model(self, model_id: str) -> frozenset[UUID]:
        """See OptOutRepository.of_model."""
        rows = await self._connection.rows(
            select(opt_out_templates.c.opt_out_id).where(opt_out_templates.c.model_id == model_id)
        )
        return frozenset(row.opt_out_id for row in rows)

    async def sealed(self, opt_out_ids: Collection[UUID], model_id: str) -> Mapping[UUID, bytes]:
        """See OptOutRepository.sealed."""
        rows = await self._connection.rows(
            select(opt_out_templates.c.opt_out_id, opt_out_templates.c.sealed).where(
                opt_out_templates.c.model_id == model_id,
                one_of(opt_out_templates.c.opt_out_id, opt_out_ids),
            )
        )
        return {row.opt_out_id: row.sealed for row in rows}

    async def mark_tracks(self, digests: Collection[bytes], at: datetime) -> None:
        """See OptOutRepository.mark_tracks."""
        rows = [_MarkRow(digest, at) for digest in digests]
        await self._connection.run_for_each(_MARK_TRACKS, _MARK, rows)

    async def forget_tracks(self, before: datetime) -> int:
        """See OptOutRepository.forget_tracks."""
        return await self._connection.run(delete(opt_out_tracks).where(opt_out_tracks.c.marked_at < before))

    async def _read(self, *conditions: ColumnElement[bool], limit: int) -> Sequence[OptOut]:
        page = select(*_COLUMNS).where(*conditions).order_by(*_NEWEST_FIRST).limit(limit)
        rows = await self._connection.rows(page)
        templates = await self._connection.rows(
            select(
                opt_out_templates.c.opt_out_id, opt_out_templates.c.model_id, opt_out_templates.c.sealed
            ).where(one_of(opt_out_templates.c.opt_out_id, [row.opt_out_id for row in rows]))
        )
        sealed: dict[UUID, dict[str, bytes]] = {row.opt_out_id: {} for row in rows}
        for each in templates:
            sealed[each.opt_out_id][each.model_id] = each.sealed
        return [_to_opt_out(row, sealed[row.opt_out_id]) for row in rows]


def _to_opt_out(row: Row[Any], sealed: Mapping[str, bytes]) -> OptOut:
    return OptOut(
        opt_out_id=row.opt_out_id,
        ticket=row.ticket,
        created_by=row.created_by,
        created_at=row.created_at,
        erasure_id=row.erasure_id,
        sealed=sealed,
    )
