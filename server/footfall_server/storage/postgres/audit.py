"""The audit log, in PostgreSQL: a trigger chains what is added, see migration 0015."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, insert, select

from footfall_server.domain.audit import AuditEntry, AuditFilter, AuditHead, ChainedEntry
from footfall_server.domain.audit_chain import EMPTY
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import audit_heads, audit_log

_ENTRIES = select(
    audit_log.c.sequence,
    audit_log.c.previous_hash,
    audit_log.c.hash,
    audit_log.c.audit_id,
    audit_log.c.at,
    audit_log.c.actor_id,
    audit_log.c.actor_role,
    audit_log.c.action,
    audit_log.c.resource,
    audit_log.c.resource_id,
    audit_log.c.detail,
)


class PostgresAudit:
    """AuditRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def append(self, entry: AuditEntry) -> None:
        """See AuditRepository.append."""
        await self._connection.run(
            insert(audit_log).values(
                tenant_id=self._connection.tenant_id,
                audit_id=entry.audit_id,
                at=entry.at,
                actor_id=entry.actor_id,
                actor_role=entry.actor_role,
                action=entry.action,
                resource=entry.resource,
                resource_id=entry.resource_id,
                detail=entry.detail,
            )
        )

    async def list(self, *, matching: AuditFilter, before: int | None, limit: int) -> Sequence[ChainedEntry]:
        """See AuditRepository.list."""
        page = _matching(matching).order_by(audit_log.c.sequence.desc()).limit(limit)
        if before is not None:
            page = page.where(audit_log.c.sequence < before)
        return [_to_chained(row) for row in await self._connection.rows(page)]

    async def count(self, *, matching: AuditFilter, most: int) -> int:
        """See AuditRepository.count."""
        found = _matching(matching).with_only_columns(audit_log.c.sequence).limit(most).subquery()
        row = await self._connection.first(select(func.count().label("entries")).select_from(found))
        return 0 if row is None else int(row.entries)

    async def chain(self, after: int, limit: int) -> Sequence[ChainedEntry]:
        """See AuditRepository.chain."""
        page = _ENTRIES.where(audit_log.c.sequence > after).order_by(audit_log.c.sequence).limit(limit)
        return [_to_chained(row) for row in await self._connection.rows(page)]

    async def head(self) -> AuditHead:
        """See AuditRepository.head."""
        row = await self._connection.first(select(audit_heads.c.sequence, audit_heads.c.hash))
        return EMPTY if row is None else AuditHead(row.sequence, row.hash)


def _matching(matching: AuditFilter) -> Select[Any]:
    found: Select[Any] = _ENTRIES
    if matching.actor_id is not None:
        found = found.where(audit_log.c.actor_id == matching.actor_id)
    if matching.action.endswith("."):
        found = found.where(func.starts_with(audit_log.c.action, matching.action))
    elif matching.action:
        found = found.where(audit_log.c.action == matching.action)
    if matching.resource_id is not None:
        found = found.where(audit_log.c.resource_id == matching.resource_id)
    if matching.start is not None:
        found = found.where(audit_log.c.at >= matching.start)
    if matching.end is not None:
        found = found.where(audit_log.c.at < matching.end)
    return found


def _to_chained(row: Row[Any]) -> ChainedEntry:
    entry = AuditEntry(
        audit_id=row.audit_id,
        at=row.at,
        actor_id=row.actor_id,
        actor_role=row.actor_role,
        action=row.action,
        resource=row.resource,
        resource_id=row.resource_id,
        detail=row.detail,
    )
    return ChainedEntry(sequence=row.sequence, entry=entry, previous_hash=row.previous_hash, hash=row.hash)
