"""The audit log."""

from collections.abc import Sequence
from typing import Protocol

from footfall_server.domain.audit import AuditEntry, AuditFilter, AuditHead, ChainedEntry


class AuditRepository(Protocol):
    """What people did: a chain of hashes that is only ever added to. See domain.audit_chain."""

    async def append(self, entry: AuditEntry) -> None:
        """Adds the entry as the log's next one.

        Other entries of the log wait from here until the transaction ends, so append late: after what
        takes time, and before ChangeRepository.append, whose lock ingest needs.
        """
        ...

    async def list(self, *, matching: AuditFilter, before: int | None, limit: int) -> Sequence[ChainedEntry]:
        """Those that match, the newest first; with `before`, those with a lower sequence than it."""
        ...

    async def count(self, *, matching: AuditFilter, most: int) -> int:
        """How many match; of more than `most`, `most`."""
        ...

    async def chain(self, after: int, limit: int) -> Sequence[ChainedEntry]:
        """The entries whose sequence is above `after`, in the order of their sequences."""
        ...

    async def head(self) -> AuditHead:
        """The last entry, as the log's own row says; EMPTY for a log that nothing was added to."""
        ...
