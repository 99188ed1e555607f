"""The ledger of erasures: kept, found again, completed once, and tombstones that say nothing."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from customer_samples import a_customer
from fakes.erasures import a_tombstone_maker
from footfall_server.domain.erasure import (
    Erasure,
    ErasureCounts,
    SubjectKind,
    Tombstone,
    TombstoneKind,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.ports import TimeCursor, Transactions
from storage_samples import NOON, minutes


def an_erasure(ticket: str = "", *, at: datetime = NOON, **fields: object) -> Erasure:
    erasure = Erasure(
        erasure_id=new_id(),
        kind=SubjectKind.CUSTOMER,
        subject_id=new_id(),
        ticket=ticket,
        requested_by=new_id(),
        erased_at=at,
        counts=ErasureCounts(faces=1, tracks=2, visits=3, images=4),
        person_ids=(new_id(), new_id()),
        face_ids=(new_id(),),
        object_keys=("tenants/a/1.jpg", "tenants/a/2.jpg"),
    )
    return replace(erasure, **fields)  # type: ignore[arg-type]


def a_stone(tenant_id: UUID, kind: TombstoneKind = TombstoneKind.PERSON) -> Tombstone:
    return a_tombstone_maker().of(tenant_id, kind, new_id())


async def test_an_erasure_is_found_as_it_was_noted(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    erasure, by_nobody = an_erasure("DSR-1"), an_erasure(requested_by=None, kind=SubjectKind.STAFF)
    request_id = new_id()
    async with transactions.begin(tenant_id) as tx:
        await tx.erasures.add(erasure, [], request_id)
        await tx.erasures.add(by_nobody, [], None)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.erasures.get(erasure.erasure_id) == erasure
        assert await tx.erasures.get(by_nobody.erasure_id) == by_nobody
        assert await tx.erasures.requested(request_id) == erasure
        assert await tx.erasures.requested(new_id()) is None
        assert await tx.erasures.get(new_id()) is None
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.erasures.get(erasure.erasure_id) is None
        assert await tx.erasures.requested(request_id) is None


async def test_the_newest_come_first_by_ticket_and_page(transactions: Transactions, tenant_id: UUID) -> None:
    made = [an_erasure("A" if number % 2 else "B", at=NOON + minutes(number)) for number in range(5)]
    async with transactions.begin(tenant_id) as tx:
        for each in made:
            await tx.erasures.add(each, [], None)
        newest = list(reversed(made))
        assert await tx.erasures.list("", before=None, limit=2) == newest[:2]
        cursor = TimeCursor(newest[1].erased_at, newest[1].erasure_id)
        assert await tx.erasures.list("", before=cursor, limit=9) == newest[2:]
        assert await tx.erasures.list("A", before=None, limit=9) == [made[3], made[1]]
        assert await tx.erasures.list("C", before=None, limit=9) == []


async def test_an_erasure_is_open_until_it_is_complete(transactions: Transactions, tenant_id: UUID) -> None:
    first, second = an_erasure(), an_erasure(at=NOON + minutes(1))
    async with transactions.begin(tenant_id) as tx:
        for each in (second, first):
            await tx.erasures.add(each, [], None)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.erasures.open(9) == [first, second]
        assert await tx.erasures.open(1) == [first]
    async with transactions.begin_platform() as platform:
        assert tenant_id in await platform.tenants_with_open_erasures()
    done = NOON + minutes(2)
    async with transactions.begin(tenant_id) as tx:
        await tx.erasures.complete(first.erasure_id, done, "a.b.c")
        await tx.erasures.complete(second.erasure_id, done + minutes(5), "d.e.f")
    completed = replace(first, completed_at=done, receipt="a.b.c", person_ids=(), face_ids=())
    async with transactions.begin(tenant_id) as tx:
        assert await tx.erasures.open(9) == []
        assert await tx.erasures.get(first.erasure_id) == completed
        assert await tx.erasures.uploads_over(done) == []
        assert await tx.erasures.uploads_over(done + minutes(1)) == [completed]
        await tx.erasures.forget_keys([first.erasure_id])
        assert await tx.erasures.uploads_over(done + minutes(1)) == []
    async with transactions.begin_platform() as platform:
        assert tenant_id not in await platform.tenants_with_open_erasures()


async def test_tombstones_are_told_from_what_is_none(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    person, track = a_stone(tenant_id), a_stone(tenant_id, TombstoneKind.TRACK)
    never = a_stone(tenant_id)
    first, again = an_erasure(), an_erasure(at=NOON + minutes(1))
    async with transactions.begin(tenant_id) as tx:
        assert not await tx.erasures.has_tombstones()
        await tx.erasures.add(first, [person, track], None)
        # A backup brought the person back, and it was erased once more.
        await tx.erasures.add(again, [person], None)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.erasures.has_tombstones()
        assert await tx.erasures.among([person, never]) == {person.digest}
        assert await tx.erasures.among([]) == frozenset()
        by_digest = sorted([person, track], key=lambda each: each.digest)
        assert await tx.erasures.tombstones_of(first.erasure_id) == by_digest
        assert await tx.erasures.tombstones_of(again.erasure_id) == []
    async with transactions.begin(other_tenant_id) as tx:
        assert not await tx.erasures.has_tombstones()
        assert await tx.erasures.among([person, track]) == frozenset()


async def test_everybody_is_walked_through_once(transactions: Transactions, tenant_id: UUID) -> None:
    made = [a_customer() for _ in range(5)]
    everybody = sorted(each.customer_id for each in made)
    async with transactions.begin_exclusive(tenant_id) as tx:
        for each in made:
            await tx.customers.add(each, None)
    async with transactions.begin(tenant_id) as tx:
        first = await tx.erasures.person_ids(None, 3)
        rest = await tx.erasures.person_ids(first[-1], 3)
        assert await tx.erasures.person_ids(rest[-1], 3) == []
        assert await tx.erasures.track_ids(None, 3) == []
    assert [*first, *rest] == everybody
