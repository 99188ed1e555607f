"""Contract of the log of changes and of the word between replicas."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from footfall_server.domain.change import (
    ChangeKind,
    Horizon,
    NewChange,
    SourceReset,
    TenantChanged,
    Topic,
    WorkerConnected,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.ports import ChangeSource, Notification, Transactions

PATIENCE = 20.0
EVERYTHING = frozenset(Topic)
Found = TypeVar("Found")


def _change(topic: Topic = Topic.VISITS, site_id: UUID | None = None) -> NewChange:
    return NewChange(topic, ChangeKind.CREATED, site_id or new_id(), new_id())


async def _append(transactions: Transactions, tenant_id: UUID, *changes: NewChange) -> int:
    async with transactions.begin(tenant_id) as tx:
        return await tx.changes.append(changes)


async def _next(
    notifications: AsyncIterator[Notification], wanted: Callable[[Notification], bool]
) -> Notification:
    async with asyncio.timeout(PATIENCE):
        async for notification in notifications:
            if wanted(notification):
                return notification
    raise AssertionError("the notifications ended")


async def test_revisions_have_no_gap_and_the_order_of_the_changes(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    changes = [_change() for _ in range(5)]
    assert await _append(transactions, tenant_id, *changes[:3]) == 3
    assert await _append(transactions, other_tenant_id, _change()) == 1
    assert await _append(transactions, tenant_id, *changes[3:]) == 5
    assert await _append(transactions, tenant_id) == 5, "nothing new, nothing counted"
    async with transactions.begin(tenant_id) as tx:
        kept = await tx.changes.read_after(0, topics=EVERYTHING, sites=None, limit=10)
        assert [change.revision for change in kept] == [1, 2, 3, 4, 5]
        assert [NewChange(each.topic, each.kind, each.site_id, each.resource_id) for each in kept] == changes
        assert all(abs(change.committed_at - datetime.now(UTC)) < timedelta(minutes=5) for change in kept)
        assert await tx.changes.horizon() == Horizon(oldest=0, current=5)


async def test_changes_are_read_from_a_revision_by_topic_and_site(
    transactions: Transactions, tenant_id: UUID
) -> None:
    site_id = new_id()
    await _append(
        transactions,
        tenant_id,
        _change(Topic.VISITS, site_id),
        _change(Topic.CAMERAS, site_id),
        _change(Topic.VISITS),
        _change(Topic.VISITS, site_id),
    )
    cases = [
        (0, EVERYTHING, None, 10, [1, 2, 3, 4]),
        (2, EVERYTHING, None, 10, [3, 4]),
        (0, EVERYTHING, None, 3, [1, 2, 3]),
        (0, {Topic.CAMERAS}, None, 10, [2]),
        (0, {Topic.VISITS}, {site_id}, 10, [1, 4]),
        (0, EVERYTHING, set(), 10, []),
        (4, EVERYTHING, None, 10, []),
    ]
    async with transactions.begin(tenant_id) as tx:
        for after, topics, sites, limit, expected in cases:
            read = await tx.changes.read_after(after, topics=topics, sites=sites, limit=limit)
            assert [change.revision for change in read] == expected, (after, topics, sites, limit)


async def test_an_unknown_tenant_is_at_the_beginning(transactions: Transactions, tenant_id: UUID) -> None:
    async with transactions.begin(tenant_id) as tx:
        assert await tx.changes.horizon() == Horizon(0, 0)
        assert await tx.changes.append([]) == 0
        assert list(await tx.changes.read_after(0, topics=EVERYTHING, sites=None, limit=5)) == []


async def test_the_order_of_revisions_is_the_order_of_commits(
    transactions: Transactions, tenant_id: UUID
) -> None:
    first_appended, may_commit = asyncio.Event(), asyncio.Event()
    finished: list[str] = []

    async def slow() -> None:
        async with transactions.begin(tenant_id) as tx:
            assert await tx.changes.append([_change()]) == 1
            first_appended.set()
            await may_commit.wait()
        finished.append("slow")

    async def quick() -> None:
        await first_appended.wait()
        async with transactions.begin(tenant_id) as tx:
            may_commit.set()
            assert await tx.changes.append([_change()]) == 2
        finished.append("quick")

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        tasks.create_task(slow())
        tasks.create_task(quick())
    assert finished == ["slow", "quick"]


async def test_compacted_changes_are_gone_and_the_horizon_says_so(
    transactions: Transactions, tenant_id: UUID
) -> None:
    await _append(transactions, tenant_id, _change(), _change())
    now = datetime.now(UTC)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.changes.compact(now - timedelta(hours=1)) == 0
        assert await tx.changes.horizon() == Horizon(oldest=0, current=2)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.changes.compact(now + timedelta(hours=1)) == 2
    assert await _append(transactions, tenant_id, _change()) == 3
    async with transactions.begin(tenant_id) as tx:
        assert await tx.changes.horizon() == Horizon(oldest=2, current=3)
        kept = await tx.changes.read_after(2, topics=EVERYTHING, sites=None, limit=5)
        assert [change.revision for change in kept] == [3]


async def test_every_reader_is_told_of_a_commit(
    change_source: ChangeSource, transactions: Transactions, tenant_id: UUID
) -> None:
    readers = [change_source.notifications() for _ in range(3)]
    for reader in readers:
        assert await _next(reader, lambda _: True) == SourceReset(), "a reader looks at the rows first"
    await _append(transactions, tenant_id, _change(Topic.VISITS), _change(Topic.CAMERAS))
    for reader in readers:
        told = await _next(reader, lambda word: isinstance(word, TenantChanged))
        assert told == TenantChanged(tenant_id, 2, frozenset({Topic.VISITS, Topic.CAMERAS}))


async def test_nobody_is_told_of_what_was_not_committed(
    change_source: ChangeSource, transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    reader = change_source.notifications()
    try:
        async with transactions.begin(tenant_id) as tx:
            await tx.changes.append([_change()])
            raise LookupError  # noqa: TRY301
    except LookupError:
        pass
    await _append(transactions, other_tenant_id, _change())
    told = await _next(reader, lambda word: isinstance(word, TenantChanged))
    assert told == TenantChanged(other_tenant_id, 1, frozenset({Topic.VISITS}))


async def test_a_worker_is_announced_to_all(change_source: ChangeSource) -> None:
    readers = [change_source.notifications() for _ in range(2)]
    word = WorkerConnected(new_id(), new_id(), new_id())
    await change_source.announce_worker(word)
    for reader in readers:
        assert await _next(reader, lambda each: isinstance(each, WorkerConnected)) == word
