"""What people did, for administrators to read and to take along."""

from collections.abc import AsyncGenerator
from typing import Final

from footfall_server.domain.audit import NO_TENANT, Action, AuditEntry, AuditFilter, ChainedEntry
from footfall_server.domain.identity import Principal
from footfall_server.errors import FieldViolation, FootfallError, invalid_fields
from footfall_server.ports import Clock, Transactions
from footfall_server.services import audit_csv
from footfall_server.services.audit_logs import PAGE_SIZE, open_log
from footfall_server.services.paging import Page, page_of

MOST_EXPORTED: Final = 100_000


class AuditLogService:
    """Reads the log of the tenant that the caller acts for, or the installation's for who acts for none."""

    def __init__(
        self, *, transactions: Transactions, clock: Clock, most_exported: int = MOST_EXPORTED
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._most_exported = most_exported

    async def list(
        self, principal: Principal, *, matching: AuditFilter, before: int | None, limit: int
    ) -> Page[ChainedEntry, int]:
        """One page, the newest first; with `before`, of those with a lower sequence."""
        async with open_log(self._transactions, principal.tenant_id or NO_TENANT) as log:
            found = await log.list(matching=matching, before=before, limit=limit + 1)
        return page_of(found, limit, lambda each: each.sequence)

    async def export(self, principal: Principal, matching: AuditFilter) -> AsyncGenerator[str, None]:
        """What was there when it began as CSV, the newest first, a piece at a time.

        It is audited before anything is given: an export that cannot be recorded does not happen. Raises
        INVALID_FIELD for more than `most_exported` entries.
        """
        log_id = principal.tenant_id or NO_TENANT
        async with open_log(self._transactions, log_id) as log:
            count = await log.count(matching=matching, most=self._most_exported + 1)
            if count > self._most_exported:
                raise _too_many(self._most_exported)
            before: int | None = (await log.head()).sequence + 1
            await log.append(self._exported(principal, matching, count))
        yield audit_csv.header()
        while before is not None:
            page = await self.list(principal, matching=matching, before=before, limit=PAGE_SIZE)
            yield audit_csv.lines(page.items)
            before = page.next_after

    def _exported(self, principal: Principal, matching: AuditFilter, count: int) -> AuditEntry:
        asked = {
            "actor_id": matching.actor_id,
            "action": matching.action or None,
            "resource_id": matching.resource_id,
            "start_time": matching.start and matching.start.isoformat(),
            "end_time": matching.end and matching.end.isoformat(),
        }
        return AuditEntry.of(
            principal,
            Action.AUDIT_EXPORT,
            principal.tenant_id or NO_TENANT,
            at=self._clock.now(),
            detail={"entries": count, **{name: value for name, value in asked.items() if value is not None}},
            resource="audit_log",
        )


def _too_many(most: int) -> FootfallError:
    return invalid_fields(
        [FieldViolation("", f"more than {most} entries match: narrow the time range", "audit.export_size")]
    )
