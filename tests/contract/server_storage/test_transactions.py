"""Contract of transactions, and of what is done outside any tenant."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import NameCursor, Transactions
from storage_samples import a_site, a_tenant, a_user, an_api_key

PATIENCE = 20.0


async def _add_and_fail(transactions: Transactions, tenant_id: UUID, name: str) -> None:
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(a_site(name), None)
        raise LookupError


async def test_an_exception_leaves_nothing_behind(transactions: Transactions, tenant_id: UUID) -> None:
    with pytest.raises(LookupError):
        await _add_and_fail(transactions, tenant_id, "Harbour")
    async with transactions.begin(tenant_id) as tx:
        assert tx.tenant_id == tenant_id
        assert list(await tx.sites.list(only=None, after=None, limit=9)) == []


async def test_nothing_is_seen_before_the_commit(transactions: Transactions, tenant_id: UUID) -> None:
    site = a_site()
    async with transactions.begin(tenant_id) as mine:
        await mine.sites.add(site, None)
        async with transactions.begin(tenant_id) as theirs:
            assert await theirs.sites.get(site.site_id) is None
        assert await mine.sites.get(site.site_id) == site


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(
    transactions: Transactions, tenant_id: UUID
) -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with transactions.begin_exclusive(tenant_id) as tx:
            await tx.sites.add(a_site("Harbour"), None)
            inside.set()
            await asyncio.Event().wait()

    for _ in range(6):
        inside.clear()
        task = asyncio.create_task(hang())
        async with asyncio.timeout(PATIENCE):
            await inside.wait()
        task.cancel()
        await asyncio.wait([task])
    async with asyncio.timeout(PATIENCE), transactions.begin_exclusive(tenant_id) as tx:
        assert list(await tx.sites.list(only=None, after=None, limit=9)) == []


async def test_exclusive_transactions_of_a_tenant_go_one_by_one(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    order: list[str] = []
    inside, release = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with transactions.begin_exclusive(tenant_id):
            inside.set()
            await release.wait()
            order.append("first")

    async def second() -> None:
        await inside.wait()
        async with transactions.begin_exclusive(tenant_id):
            order.append("second")

    async def elsewhere() -> None:
        await inside.wait()
        async with transactions.begin_exclusive(other_tenant_id):
            order.append("elsewhere")
        async with transactions.begin(tenant_id):
            order.append("shared")
        release.set()

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        for work in (first, second, elsewhere):
            tasks.create_task(work())
    assert order == ["elsewhere", "shared", "first", "second"]


async def test_tenants_are_kept_changed_and_listed(transactions: Transactions) -> None:
    mark = new_id().hex
    tenants = [a_tenant(f"{mark} {name}") for name in ("b", "C", "a")]
    request_id = new_id()
    async with transactions.begin_platform() as tx:
        for tenant in tenants[1:]:
            await tx.add_tenant(tenant, None)
        assert await tx.add_tenant(tenants[0], request_id) == tenants[0]
        assert await tx.add_tenant(a_tenant(), request_id) == tenants[0]
    renamed = replace(tenants[0], display_name=f"{mark} d")
    async with transactions.begin_platform() as tx:
        await tx.save_tenant(renamed)
    async with transactions.begin_platform() as tx:
        assert await tx.get_tenant(renamed.tenant_id) == renamed
        assert await tx.get_tenant(new_id()) is None
        start = NameCursor(mark, UUID(int=0))
        assert list(await tx.list_tenants(after=start, limit=3)) == [tenants[2], tenants[1], renamed]
        after = NameCursor(tenants[1].display_name, tenants[1].tenant_id)
        assert list(await tx.list_tenants(after=after, limit=1)) == [renamed]
        assert {tenant.tenant_id for tenant in tenants} <= set(await tx.tenant_ids())


async def test_a_tenant_name_is_taken_whatever_its_case(transactions: Transactions) -> None:
    tenant, other = a_tenant(), a_tenant()
    async with transactions.begin_platform() as tx:
        await tx.add_tenant(tenant, None)
        await tx.add_tenant(other, None)
    taken = tenant.display_name.upper()
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin_platform() as tx:
            await tx.add_tenant(a_tenant(taken), new_id())
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin_platform() as tx:
            await tx.save_tenant(replace(other, display_name=taken))
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS


async def test_a_tenant_with_sites_is_not_removed(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin_platform() as tx:
            await tx.remove_tenant(tenant_id)
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.FAILED_PRECONDITION, "NOT_EMPTY")
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.remove(site_id)
    async with transactions.begin_platform() as tx:
        assert await tx.remove_tenant(tenant_id)
        assert not await tx.remove_tenant(tenant_id)
        assert await tx.get_tenant(tenant_id) is None


async def test_signing_in_finds_whoever_it_is(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    user, admin = a_user(tenant_id), a_user(None)
    key = an_api_key(tenant_id, site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.users.add(user)
        await tx.api_keys.add(key)
    async with transactions.begin_platform() as tx:
        await tx.users.add(admin)
    async with transactions.begin_platform() as tx:
        assert await tx.user_by_email(user.email.upper()) == user
        assert await tx.user_by_email(admin.email) == admin
        assert await tx.user_by_email("nobody@example.com") is None
        assert await tx.user_by_id(admin.user_id) == admin
        assert await tx.user_by_id(new_id()) is None
        assert await tx.api_key_by_prefix(key.prefix) == key
        assert await tx.api_key_by_prefix("none") is None
        assert await tx.users.get(user.user_id) is None, "the platform's people are system administrators"
    async with transactions.begin(tenant_id) as tx:
        await tx.users.set_password_hash(user.user_id, "$argon2id$b")
        assert await tx.users.get(user.user_id) == replace(user, password_hash="$argon2id$b")
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin_platform() as tx:
            await tx.users.add(a_user(None, user.email))
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS
