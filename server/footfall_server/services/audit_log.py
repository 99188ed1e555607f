"""What people did, for administrators to read."""

from footfall_server.domain.audit import NO_TENANT, AuditFilter, ChainedEntry
from footfall_server.domain.identity import Principal
from footfall_server.ports import Transactions
from footfall_server.services.audit_logs import open_log
from footfall_server.services.paging import Page, page_of


class AuditLogService:
    """Lists the log of the tenant that the caller acts for, or the installation's for who acts for none."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    async def list(
        self, principal: Principal, *, matching: AuditFilter, before: int | None, limit: int
    ) -> Page[ChainedEntry, int]:
        """One page, the newest first; with `before`, of those with a lower sequence."""
        async with open_log(self._transactions, principal.tenant_id or NO_TENANT) as log:
            found = await log.list(matching=matching, before=before, limit=limit + 1)
        return page_of(found, limit, lambda each: each.sequence)
