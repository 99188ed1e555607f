"""Contract of the audit log: a chain per tenant, and one of the installation, that only grows."""

import asyncio
from uuid import UUID

import pytest
from audit_samples import an_entry, append, checked, whole
from footfall_server.domain.audit import NO_TENANT, Action, AuditEntry, AuditFilter, AuditHead
from footfall_server.domain.audit_chain import EMPTY
from footfall_server.domain.identifiers import new_id
from footfall_server.ports import Transactions
from storage_samples import NOON, a_site

EVERYTHING = AuditFilter()


async def test_a_log_begins_empty(transactions: Transactions, tenant_id: UUID) -> None:
    assert await checked(transactions, tenant_id) == EMPTY
    async with transactions.begin(tenant_id) as tx:
        assert list(await tx.audit.list(matching=EVERYTHING, before=None, limit=9)) == []


async def test_entries_are_kept_as_they_were_and_chained(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    nobody = AuditEntry.by_nobody(
        Action.SIGN_IN_FAILED, None, at=NOON, detail={"why": "unknown"}, resource="user"
    )
    operator = AuditEntry.by_operator(
        Action.AUDIT_EXPORT, tenant_id, at=NOON, detail={"entries": 3}, resource="audit_log"
    )
    old = an_entry(at=NOON.replace(year=1969, microsecond=1), detail="{}", resource="")
    entries = [an_entry(), nobody, operator, old]
    await append(transactions, tenant_id, *entries)
    await append(transactions, other_tenant_id, an_entry())
    found = await whole(transactions, tenant_id)
    assert [each.entry for each in found] == entries
    assert [each.sequence for each in found] == [1, 2, 3, 4]
    head = await checked(transactions, tenant_id)
    assert head == AuditHead(4, found[-1].hash)
    assert (await checked(transactions, other_tenant_id)).sequence == 1
    assert operator.detail == '{"by":"operator","entries":3}'


async def test_the_installation_has_a_log_of_its_own(transactions: Transactions, tenant_id: UUID) -> None:
    before = await checked(transactions, NO_TENANT)
    entry = an_entry(Action.TENANT_CREATE)
    await append(transactions, NO_TENANT, entry, an_entry(Action.TENANT_DELETE))
    assert (await checked(transactions, NO_TENANT)).sequence == before.sequence + 2
    async with transactions.begin_platform() as platform:
        found = await platform.audit.list(matching=EVERYTHING, before=before.sequence + 2, limit=1)
    assert [each.entry for each in found] == [entry]
    assert await checked(transactions, tenant_id) == EMPTY


async def test_several_entries_of_one_transaction_and_none_of_one_that_fails(
    transactions: Transactions, tenant_id: UUID
) -> None:
    async with transactions.begin(tenant_id) as tx:
        for minute in range(3):
            await tx.audit.append(an_entry(minute=minute))
    with pytest.raises(LookupError):  # noqa: PT012
        async with transactions.begin(tenant_id) as tx:
            await tx.audit.append(an_entry())
            raise LookupError
    await append(transactions, tenant_id, an_entry())
    assert (await checked(transactions, tenant_id)).sequence == 4


async def test_lists_go_from_the_newest_on_page_by_page(transactions: Transactions, tenant_id: UUID) -> None:
    entries = [an_entry(minute=minute) for minute in range(5)]
    await append(transactions, tenant_id, *entries)
    async with transactions.begin(tenant_id) as tx:
        first = await tx.audit.list(matching=EVERYTHING, before=None, limit=3)
        rest = await tx.audit.list(matching=EVERYTHING, before=first[-1].sequence, limit=3)
        assert [each.entry for each in (*first, *rest)] == entries[::-1]
        assert [each.entry for each in await tx.audit.chain(2, 2)] == entries[2:4]


async def test_lists_are_filtered(transactions: Transactions, tenant_id: UUID) -> None:
    actor, resource = new_id(), new_id()
    entries = [
        an_entry(Action.CUSTOMER_MERGE, minute=0, actor_id=actor),
        an_entry(Action.CUSTOMER_SPLIT, minute=1, resource_id=resource),
        an_entry(Action.CAMERA_CREATE, minute=2, actor_id=actor, resource_id=resource),
        an_entry(Action.IMAGE_VIEW, minute=3, actor_id=None, resource_id=None),
    ]
    await append(transactions, tenant_id, *entries)
    wanted = {
        EVERYTHING: [3, 2, 1, 0],
        AuditFilter(actor_id=actor): [2, 0],
        AuditFilter(action="customer.merge"): [0],
        AuditFilter(action="customer."): [1, 0],
        AuditFilter(action="customer"): [],
        AuditFilter(action="c."): [],
        AuditFilter(resource_id=resource): [2, 1],
        AuditFilter(start=entries[1].at): [3, 2, 1],
        AuditFilter(end=entries[1].at): [0],
        AuditFilter(start=entries[1].at, end=entries[3].at, actor_id=actor): [2],
        AuditFilter(actor_id=new_id()): [],
    }
    async with transactions.begin(tenant_id) as tx:
        for matching, places in wanted.items():
            found = await tx.audit.list(matching=matching, before=None, limit=9)
            assert [each.entry for each in found] == [entries[place] for place in places], matching
            assert await tx.audit.count(matching=matching, most=9) == len(places), matching
        assert await tx.audit.count(matching=EVERYTHING, most=3) == 3


async def test_many_at_once_make_one_chain_without_a_gap(transactions: Transactions, tenant_id: UUID) -> None:
    entries = [an_entry(minute=minute) for minute in range(20)]
    async with asyncio.TaskGroup() as tasks:
        for entry in entries:
            tasks.create_task(append(transactions, tenant_id, entry))
    assert (await checked(transactions, tenant_id)).sequence == len(entries)
    found = await whole(transactions, tenant_id)
    assert {each.entry.audit_id for each in found} == {each.audit_id for each in entries}


async def test_a_log_goes_with_its_tenant(transactions: Transactions, tenant_id: UUID) -> None:
    site = a_site()
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(site, None)
        await tx.audit.append(an_entry(Action.SITE_CREATE))
        await tx.sites.remove(site.site_id)
    async with transactions.begin_platform() as platform:
        assert await platform.remove_tenant(tenant_id)
        await platform.audit.append(an_entry(Action.TENANT_DELETE))
    assert list(await whole(transactions, tenant_id)) == []
    assert await checked(transactions, tenant_id) == EMPTY
