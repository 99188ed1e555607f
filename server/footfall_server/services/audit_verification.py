"""Whether the audit logs are what was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from footfall_server.domain.audit import AuditHead
from footfall_server.domain.audit_chain import BrokenChainError, ChainCheck, Fault
from footfall_server.ports import Transactions
from footfall_server.services.audit_logs import PAGE_SIZE, entries_up_to, open_log, require_log

NO_ANCHORS: Mapping[int, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LogReport:
    """What was found of one log. `head` is its last good entry; `broken` is what is wrong behind that."""

    log_id: UUID
    head: AuditHead
    broken: BrokenChainError | None = None

    @property
    def ok(self) -> bool:
        """Whether the log is whole."""
        return self.broken is None


class AuditVerification:
    """Recomputes whole logs, while they grow."""

    def __init__(self, *, transactions: Transactions, page_size: int = PAGE_SIZE) -> None:
        self._transactions = transactions
        self._page_size = page_size

    async def verify(self, log_id: UUID, *, anchors: Mapping[int, bytes] = NO_ANCHORS) -> LogReport:
        """What is so of the log. Raises TENANT_NOT_FOUND."""
        await require_log(self._transactions, log_id)
        check = ChainCheck(log_id, anchors)
        try:
            await self._walk(log_id, check)
        except BrokenChainError as broken:
            return LogReport(log_id, check.last, broken)
        return LogReport(log_id, check.last)

    async def _walk(self, log_id: UUID, check: ChainCheck) -> None:
        async with open_log(self._transactions, log_id) as log:
            head = await log.head()
        async for each in entries_up_to(self._transactions, log_id, head.sequence, page_size=self._page_size):
            check.take(each)
        check.reached(head)
        # An entry comes with its head: what is seen behind the head, the head read after it has to reach.
        async with open_log(self._transactions, log_id) as log:
            beyond = await log.chain(head.sequence, 1)
            later = await log.head()
        if beyond and later.sequence < beyond[0].sequence:
            said = f"the log goes on, and its head is at {later.sequence}"
            raise BrokenChainError(later.sequence + 1, Fault.HEAD_MISMATCH, said)
