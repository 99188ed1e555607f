"""An audit log as a whole, for an auditor; that it was given away is in it."""

from collections.abc import AsyncIterator
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry, ChainedEntry
from footfall_server.ports import Clock, Transactions
from footfall_server.services.audit_logs import entries_up_to, open_log, require_log


class AuditExport:
    """For operators."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def require(self, log_id: UUID) -> None:
        """Raises TENANT_NOT_FOUND unless there is such a log."""
        await require_log(self._transactions, log_id)

    async def entries(self, log_id: UUID) -> AsyncIterator[ChainedEntry]:
        """The log from its first entry to the one that says of this export, which is written first."""
        async with open_log(self._transactions, log_id) as log:
            await log.append(
                AuditEntry.by_operator(
                    Action.AUDIT_EXPORT, log_id, at=self._clock.now(), detail={}, resource="audit_log"
                )
            )
            last = (await log.head()).sequence
        async for each in entries_up_to(self._transactions, log_id, last):
            yield each
