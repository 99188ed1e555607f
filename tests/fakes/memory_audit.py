"""Fake of the audit log: the chain is made from what is committed, in the order in which it was."""

from collections.abc import Sequence
from uuid import UUID

from fakes.memory_tables import PlatformTables, TenantTables
from footfall_server.domain.audit import Action, AuditEntry, AuditFilter, AuditHead, ChainedEntry
from footfall_server.domain.audit_chain import EMPTY, chained


class MemoryAudit:
    """Implements AuditRepository."""

    def __init__(self, tables: TenantTables | PlatformTables, log_id: UUID) -> None:
        self._tables = tables
        self._log_id = log_id

    async def append(self, entry: AuditEntry) -> None:
        assert entry.audit_id not in self._tables.audit
        assert entry.action in set(Action), f"{entry.action} is missing in Action"
        self._tables.audit[entry.audit_id] = entry

    async def list(self, *, matching: AuditFilter, before: int | None, limit: int) -> Sequence[ChainedEntry]:
        return [
            each
            for each in reversed(self._chained())
            if (before is None or each.sequence < before) and _matches(each.entry, matching)
        ][:limit]

    async def count(self, *, matching: AuditFilter, most: int) -> int:
        return min(most, sum(_matches(each, matching) for each in self._tables.audit.values()))

    async def chain(self, after: int, limit: int) -> Sequence[ChainedEntry]:
        return [each for each in self._chained() if each.sequence > after][:limit]

    async def head(self) -> AuditHead:
        chain = self._chained()
        return AuditHead(chain[-1].sequence, chain[-1].hash) if chain else EMPTY

    def _chained(self) -> Sequence[ChainedEntry]:
        found = []
        head = EMPTY
        for entry in self._tables.audit.values():
            found.append(chained(self._log_id, head, entry))
            head = AuditHead(found[-1].sequence, found[-1].hash)
        return found


def _matches(entry: AuditEntry, matching: AuditFilter) -> bool:
    action = matching.action
    return (
        (matching.actor_id is None or entry.actor_id == matching.actor_id)
        and (entry.action.startswith(action) if action.endswith(".") else action in {"", entry.action})
        and (matching.resource_id is None or entry.resource_id == matching.resource_id)
        and (matching.start is None or entry.at >= matching.start)
        and (matching.end is None or entry.at < matching.end)
    )
