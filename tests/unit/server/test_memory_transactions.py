"""The fakes have to be worth what tests build on them."""

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from fakes.manual_clock import START, ManualClock
from fakes.memory_changes import MemoryChanges
from fakes.memory_face_index import MemoryFaceIndex
from fakes.memory_images import MemoryImages
from fakes.memory_transactions import MemoryTransactions
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.change import ChangeKind, NewChange, SourceReset, TenantChanged, Topic

if TYPE_CHECKING:
    from footfall_server.ports import ChangeSource, FaceIndex, ImageStore, Transactions
from storage_samples import a_site, people


def a_change() -> NewChange:
    return NewChange(Topic.VISITS, ChangeKind.CREATED, uuid4(), uuid4())


def newcomer() -> BatchRecords:
    return BatchRecords(at=START, people=people([uuid4()]))


async def test_an_exception_rolls_all_of_it_back() -> None:
    transactions = MemoryTransactions(clock=ManualClock())
    tenant = uuid4()

    async def fail_midway() -> None:
        async with transactions.begin_exclusive(tenant) as tx:
            await tx.batches.write(newcomer())
            await tx.changes.append([a_change()])
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        await fail_midway()
    async with transactions.begin_exclusive(tenant) as tx:
        await tx.batches.write(newcomer())
        assert (await tx.changes.horizon()).current == 0
    assert [each.number for each in transactions.tables(tenant).customers.values()] == [1]


async def test_tenants_do_not_see_each_other() -> None:
    transactions = MemoryTransactions(clock=ManualClock())
    mine, other = uuid4(), uuid4()
    async with transactions.begin(mine) as tx:
        await tx.changes.append([a_change()])
    async with transactions.begin(other) as tx:
        assert (await tx.changes.horizon()).current == 0


async def test_two_transactions_that_touch_different_rows_both_count() -> None:
    transactions = MemoryTransactions(clock=ManualClock())
    tenant = uuid4()
    async with transactions.begin(tenant) as first:
        await first.sites.add(a_site("Old Town"), None)
        async with transactions.begin(tenant) as second:
            await second.sites.add(a_site("Harbour"), None)
    names = {each.display_name for each in transactions.tables(tenant).sites.values()}
    assert names == {"Old Town", "Harbour"}


async def test_a_commit_notifies_and_numbers_its_changes() -> None:
    changes = MemoryChanges()
    transactions = MemoryTransactions(clock=ManualClock(), changes=changes)
    tenant = uuid4()
    word = changes.notifications()
    async with transactions.begin(tenant) as tx:
        assert await tx.changes.append([a_change(), a_change()]) == 2
    assert await anext(word) == SourceReset()
    assert await anext(word) == TenantChanged(tenant, 2, frozenset({Topic.VISITS}))


def test_the_fakes_have_the_shape_of_their_ports() -> None:
    """mypy is the test here."""
    changes: ChangeSource = MemoryChanges()
    index: FaceIndex = MemoryFaceIndex()
    images: ImageStore = MemoryImages()
    transactions: Transactions = MemoryTransactions(clock=ManualClock())
    assert all((changes, index, images, transactions))
