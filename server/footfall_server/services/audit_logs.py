"""The audit logs: one per tenant, named by its id, and the installation's own, named by NO_TENANT."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from footfall_server.domain.audit import NO_TENANT, ChainedEntry
from footfall_server.errors import not_found
from footfall_server.ports import AuditRepository, Transactions

PAGE_SIZE = 1000

_BEFORE_ALL = -(1 << 63)
"""Below 1, so that an entry is seen that somebody hid before the first."""


@asynccontextmanager
async def open_log(transactions: Transactions, log_id: UUID) -> AsyncIterator[AuditRepository]:
    """The log, in a transaction of its own."""
    if log_id == NO_TENANT:
        async with transactions.begin_platform() as platform:
            yield platform.audit
    else:
        async with transactions.begin(log_id) as tx:
            yield tx.audit


async def require_log(transactions: Transactions, log_id: UUID) -> None:
    """Raises TENANT_NOT_FOUND unless there is such a log."""
    if log_id == NO_TENANT:
        return
    async with transactions.begin_platform() as platform:
        if await platform.get_tenant(log_id) is None:
            raise not_found("tenant", log_id)


async def log_ids(transactions: Transactions) -> Sequence[UUID]:
    """All logs, the installation's first."""
    async with transactions.begin_platform() as platform:
        return [NO_TENANT, *await platform.tenant_ids()]


async def entries_up_to(
    transactions: Transactions, log_id: UUID, last: int, *, page_size: int = PAGE_SIZE
) -> AsyncIterator[ChainedEntry]:
    """The entries of a log in the order of their sequences, to `last` and no further; a transaction a page.

    Ends early where there are no more, and goes on behind a gap.
    """
    after = _BEFORE_ALL
    while after < last:
        async with open_log(transactions, log_id) as log:
            page = await log.chain(after, page_size)
        for each in page:
            if each.sequence > last:
                return
            yield each
        if not page:
            return
        after = page[-1].sequence
