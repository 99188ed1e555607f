"""The audit log."""

from typing import Protocol

from footfall_server.domain.audit import AuditEntry


class AuditRepository(Protocol):
    """What people did. Only ever added to."""

    async def append(self, entry: AuditEntry) -> None: ...
