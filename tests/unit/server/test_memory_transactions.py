"""The fakes have to be worth what tests build on them."""

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from fakes.manual_clock import START, ManualClock
from fakes.memory_changes import MemoryChanges
from fakes.memory_face_index import MemoryFaceIndex
from fakes.memory_images import MemoryImages
from fakes.memory_transactions import MemoryTransactions
from footfall_server.domain.change import ChangeKind, NewChange, SourceReset, TenantChanged, Topic
from footfall_server.domain.person import Customer

if TYPE_CHECKING:
    from footfall_server.ports import ChangeSource, FaceIndex, ImageStore, Transactions


def a_change() -> NewChange:
    return NewChange(Topic.VISITS, ChangeKind.CREATED, uuid4(), uuid4())


def a_customer(number: int) -> Customer:
    return Customer(uuid4(), number, START)


async def test_an_exception_rolls_all_of_it_back() -> None:
    transactions = MemoryTransactions(clock=ManualClock())
    tenant = uuid4()

    async def fail_midway() -> None:
        async with transactions.begin_exclusive(tenant) as tx:
            await tx.customers.add([a_customer(await tx.customers.next_number())])
            await tx.changes.append([a_change()])
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        await fail_midway()
    async with transactions.begin_exclusive(tenant) as tx:
        assert await tx.customers.next_number() == 1
        assert (await tx.changes.horizon()).current == 0


async def test_tenants_do_not_see_each_other() -> None:
    transactions = MemoryTransactions(clock=ManualClock())
    mine, other = uuid4(), uuid4()
    customer = a_customer(1)
    async with transactions.begin(mine) as tx:
        await tx.customers.add([customer])
    async with transactions.begin(other) as tx:
        assert not await tx.customers.existing([customer.customer_id])


async def test_two_transactions_that_touch_different_rows_both_count() -> None:
    transactions = MemoryTransactions(clock=ManualClock())
    tenant = uuid4()
    async with transactions.begin(tenant) as first:
        await first.customers.add([a_customer(1)])
        async with transactions.begin(tenant) as second:
            await second.customers.add([a_customer(2)])
    assert {each.number for each in transactions.tables(tenant).customers.values()} == {1, 2}


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
