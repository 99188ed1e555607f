"""Entries of audit logs, and the whole of a log, for tests of storage."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from customer_samples import an_admin
from footfall_server.domain.audit import NO_TENANT, Action, AuditEntry, AuditHead, ChainedEntry
from footfall_server.domain.audit_chain import ChainCheck
from footfall_server.domain.identifiers import new_id
from footfall_server.ports import AuditRepository, Transactions
from storage_samples import NOON


def an_entry(action: Action = Action.CUSTOMER_MERGE, *, minute: int = 0, **changes: object) -> AuditEntry:
    """An entry with text that takes more bytes than characters, quotes and a backslash."""
    made = AuditEntry.of(
        an_admin(new_id()),
        action,
        new_id(),
        at=NOON + timedelta(minutes=minute, microseconds=minute),
        detail={"reason": 'derselbe "Mantel" \\ grün', "source_ids": [new_id()]},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@asynccontextmanager
async def log_of(transactions: Transactions, log_id: UUID) -> AsyncIterator[AuditRepository]:
    if log_id == NO_TENANT:
        async with transactions.begin_platform() as platform:
            yield platform.audit
    else:
        async with transactions.begin(log_id) as tx:
            yield tx.audit


async def append(transactions: Transactions, log_id: UUID, *entries: AuditEntry) -> None:
    for entry in entries:
        async with log_of(transactions, log_id) as log:
            await log.append(entry)


async def whole(transactions: Transactions, log_id: UUID) -> Sequence[ChainedEntry]:
    async with log_of(transactions, log_id) as log:
        return await log.chain(0, 10_000)


async def checked(transactions: Transactions, log_id: UUID) -> AuditHead:
    """Where the log ends, after all of it was recomputed."""
    check = ChainCheck(log_id, {})
    for each in await whole(transactions, log_id):
        check.take(each)
    async with log_of(transactions, log_id) as log:
        head = await log.head()
    check.reached(head)
    return head
