"""Rules over several accounts hold when they are changed at once, on a real database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from database_fixtures import FootfallDatabase
from fakes.ended_access import EndedAccess
from fakes.manual_clock import ManualClock
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.auth.passwords import Passwords
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role, User
from footfall_server.errors import FootfallError
from footfall_server.ports import Transactions
from footfall_server.services.login_throttle import LoginThrottle
from footfall_server.services.provisioning import ProvisioningService
from footfall_server.services.sites import SiteService
from footfall_server.services.users import UserService, UserValues
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from footfall_server.system_clock import SystemClock
from storage_samples import NOON, a_site, a_tenant, a_user

pytestmark = pytest.mark.integration


@pytest.fixture
async def transactions(footfall_database: FootfallDatabase) -> AsyncIterator[Transactions]:
    engine = make_engine(footfall_database.app_dsn, limits=PostgresLimits(pool_size=8))
    yield PostgresTransactions(engine)
    await engine.dispose()


@pytest.fixture
async def tenant_id(transactions: Transactions) -> UUID:
    tenant = a_tenant()
    async with transactions.begin_platform() as tx:
        await tx.add_tenant(tenant, None)
    return tenant.tenant_id


def acting(user: User) -> Principal:
    return Principal(
        subject_id=user.user_id,
        role=user.role,
        tenant_id=user.tenant_id,
        expires_at=NOON + timedelta(hours=1),
    )


def service(transactions: Transactions) -> UserService:
    return UserService(transactions=transactions, access=EndedAccess(), clock=SystemClock())


@pytest.mark.parametrize("how", ["demote", "shut", "delete"])
async def test_two_administrators_who_remove_each_other(
    transactions: Transactions, tenant_id: UUID, how: str
) -> None:
    one, other, site = a_user(tenant_id), a_user(tenant_id), a_site("Old Town")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(site, None)
        await tx.users.add(one)
        await tx.users.add(other)
    users = service(transactions)

    async def remove(who: User, whom: User) -> bool:
        try:
            match how:
                case "demote":
                    values = UserValues(role=Role.SITE_MANAGER, site_ids=frozenset({site.site_id}))
                    await users.update(acting(who), whom.user_id, values)
                case "shut":
                    await users.update(acting(who), whom.user_id, UserValues(disabled=True))
                case _:
                    await users.delete(acting(who), whom.user_id)
        except FootfallError as error:
            if error.reason != "LAST_ADMIN":
                raise
            return False
        return True

    done = await asyncio.gather(remove(one, other), remove(other, one))
    assert sorted(done) == [False, True], "exactly one of them may succeed"
    async with transactions.begin(tenant_id) as tx:
        assert len([each for each in await tx.users.administrators() if each.can_sign_in]) == 1


async def test_two_system_administrators_who_remove_each_other(transactions: Transactions) -> None:
    one, other = a_user(None), a_user(None)
    async with transactions.begin_platform() as tx:
        for each in await tx.users.administrators():
            await tx.users.remove(each.user_id)
        await tx.users.add(one)
        await tx.users.add(other)
    users = service(transactions)
    ended = await asyncio.gather(
        users.delete(acting(one), other.user_id),
        users.delete(acting(other), one.user_id),
        return_exceptions=True,
    )
    assert sorted(getattr(each, "reason", "") for each in ended) == ["", "LAST_ADMIN"]


async def test_a_site_that_is_closed_while_it_is_given_away(
    transactions: Transactions, tenant_id: UUID
) -> None:
    admin = acting(a_user(tenant_id))
    users = service(transactions)
    sites = SiteService(transactions=transactions, access=EndedAccess(), clock=SystemClock())
    for number in range(6):
        site = a_site(f"Site {number}")
        async with transactions.begin(tenant_id) as tx:
            await tx.sites.add(site, None)
        create = users.create(
            admin,
            UserValues(site_ids=frozenset({site.site_id})),
            email=f"{new_id()}@example.com",
            role=Role.SITE_MANAGER,
            request_id=None,
        )
        await asyncio.gather(sites.delete(admin, site.site_id), create, return_exceptions=True)
        async with transactions.begin(tenant_id) as tx:
            assert await tx.sites.get(site.site_id) is None
            assert await tx.users.confined_to(site.site_id) == [], "an account has a site that is gone"


async def test_two_bootstraps_at_once_make_one_account(transactions: Transactions) -> None:
    async with transactions.begin_platform() as tx:
        for each in await tx.users.administrators():
            await tx.users.remove(each.user_id)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    provisioning = ProvisioningService(
        transactions=transactions,
        passwords=Passwords(hasher=hasher),
        policy=PasswordPolicy(),
        clock=SystemClock(),
    )
    made = await asyncio.gather(
        *(provisioning.bootstrap_admin(email="ops@example.com", display_name="") for _ in range(4))
    )
    assert len({each.user_id for each in made}) == 1


async def test_parallel_guesses_do_not_slip_through(transactions: Transactions) -> None:
    clock = ManualClock()
    throttle = LoginThrottle(transactions=transactions, clock=clock, key=lambda: b"k" * 32)

    async def looked_at() -> int:
        guesses = (throttle.take("a@nord.example") for _ in range(20))
        return [*await asyncio.gather(*guesses, return_exceptions=True)].count(None)

    assert await looked_at() == 5, "the fifth makes all others wait"
    clock.advance(timedelta(seconds=1))
    assert await looked_at() == 1, "after the wait there is one more, and then a longer wait"
