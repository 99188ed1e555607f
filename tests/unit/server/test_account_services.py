"""Whose access ends when accounts change, who is the first administrator, and what is forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from fakes.ended_access import EndedAccess
from fakes.manual_clock import START, ManualClock
from fakes.memory_transactions import MemoryTransactions
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.auth.passwords import Passwords
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role, User
from footfall_server.domain.lockout import FORGOTTEN_AFTER
from footfall_server.domain.oidc import OidcLogin
from footfall_server.domain.places import Tenant
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.services.accounts import SignIn
from footfall_server.services.failed_sign_ins import FailedSignIns
from footfall_server.services.login_throttle import LoginThrottle
from footfall_server.services.passwords import PasswordService
from footfall_server.services.provisioning import ProvisioningService
from footfall_server.services.sign_in_retention import SignInRetention
from footfall_server.services.sites import SiteService, SiteValues
from footfall_server.services.users import UserService, UserValues

PASSWORD, NEW = "correct horse battery", "staple of twelve herons"


class NoSessions:
    """Implements Sessions, for tests that let nobody in."""

    async def open(self, user: User, *, method: str) -> SignIn:
        raise AssertionError(f"{user.user_id} was let in by {method}")


class World:
    """A tenant with an administrator, and services that remember whose access they ended."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.transactions = MemoryTransactions(clock=self.clock)
        self.access = EndedAccess()
        self.tenant = Tenant(new_id(), "Nord", START, START)
        self.transactions.platform.tenants[self.tenant.tenant_id] = self.tenant
        self.hashes = Passwords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.users = UserService(transactions=self.transactions, access=self.access, clock=self.clock)
        self.sites = SiteService(transactions=self.transactions, access=self.access, clock=self.clock)
        self.provisioning = ProvisioningService(
            transactions=self.transactions, passwords=self.hashes, policy=PasswordPolicy(), clock=self.clock
        )
        self.passwords = self.password_service(self.hashes)
        self.admin = self.principal(Role.TENANT_ADMIN)

    def password_service(self, hashes: Passwords) -> PasswordService:
        return PasswordService(
            transactions=self.transactions,
            passwords=hashes,
            policy=PasswordPolicy(),
            throttle=LoginThrottle(transactions=self.transactions, clock=self.clock, key=lambda: b"k" * 32),
            failures=FailedSignIns(transactions=self.transactions, clock=self.clock),
            sessions=NoSessions(),
            access=self.access,
            clock=self.clock,
        )

    def principal(self, role: Role, user: User | None = None) -> Principal:
        return Principal(
            subject_id=user.user_id if user else new_id(),
            role=role,
            tenant_id=None if role is Role.SYSTEM_ADMIN else self.tenant.tenant_id,
            expires_at=START + timedelta(hours=1),
            session_id=new_id(),
        )

    async def manager(self, *names: str) -> User:
        sites = [
            await self.sites.create(self.admin, SiteValues(display_name=name), request_id=None)
            for name in names
        ]
        return await self.users.create(
            self.admin,
            UserValues(site_ids=frozenset(site.site_id for site in sites)),
            email=f"{new_id()}@nord.example",
            role=Role.SITE_MANAGER,
            request_id=None,
        )


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        (lambda _: UserValues(display_name="Else"), False),
        (lambda user: UserValues(site_ids=user.site_ids), False),
        (lambda user: UserValues(site_ids=frozenset([min(user.site_ids)])), True),
        (lambda _: UserValues(role=Role.TENANT_ADMIN), True),
        (lambda _: UserValues(disabled=True), True),
    ],
)
async def test_what_changes_the_reach_ends_the_access(
    world: World, values: Callable[[User], UserValues], ends: bool
) -> None:
    user = await world.manager("A", "B")
    await world.users.update(world.admin, user.user_id, values(user))
    assert world.access.ended == ([(user.user_id, None)] if ends else [])


async def test_who_is_removed_or_loses_the_site_is_out(world: World) -> None:
    gone, left = await world.manager("A"), await world.manager("B")
    await world.users.delete(world.admin, gone.user_id)
    assert world.access.users() == [gone.user_id]
    [site_id] = left.site_ids or ()
    await world.sites.delete(world.admin, site_id)
    assert world.access.users() == [gone.user_id, left.user_id]


async def test_a_changed_password_keeps_the_session_that_asked(world: World) -> None:
    user_id = await world.provisioning.create_tenant_admin(
        world.tenant.tenant_id, email="a@nord.example", display_name="", password=PASSWORD
    )
    me = world.principal(Role.TENANT_ADMIN, world.transactions.platform.users[user_id])
    await world.passwords.change(me, current=PASSWORD, new=NEW)
    assert world.access.ended == [(user_id, me.session_id)]
    made = await world.users.create_setup_token(world.admin, user_id)
    await world.passwords.set_by_token(made.text, new=PASSWORD)
    assert world.access.ended[1:] == [(user_id, None)]


async def test_the_first_administrator_is_made_until_one_has_a_password(world: World) -> None:
    first = await world.provisioning.bootstrap_admin(email="Ops@example.com", display_name="")
    again = await world.provisioning.bootstrap_admin(email="ops@example.com", display_name="")
    assert again.user_id == first.user_id, "the same address is the same account"
    assert again.setup_token.expires_at == START + timedelta(hours=1)
    with pytest.raises(FootfallError) as caught:
        await world.passwords.set_by_token(first.setup_token.text, new=NEW)
    assert caught.value.reason == "BAD_CREDENTIALS", "the older token is over"
    other = await world.provisioning.bootstrap_admin(email="second@example.com", display_name="")
    await world.passwords.set_by_token(again.setup_token.text, new=NEW)
    for email in ("ops@example.com", "second@example.com", "third@example.com"):
        with pytest.raises(FootfallError) as caught:
            await world.provisioning.bootstrap_admin(email=email, display_name="")
        assert caught.value.kind is ErrorKind.FAILED_PRECONDITION
    world.clock.advance(timedelta(hours=1))
    with pytest.raises(FootfallError) as caught:
        await world.passwords.set_by_token(other.setup_token.text, new=NEW)
    assert caught.value.reason == "BAD_CREDENTIALS"
    actions = [each.action for each in world.transactions.platform.audit.values()]
    assert actions == ["user.bootstrap"] * 3 + ["auth.password_set"]


@pytest.mark.parametrize("email", ["", "no address", "a@b c", "x" * 250 + "@example.com"])
async def test_a_bootstrap_wants_an_address(world: World, email: str) -> None:
    with pytest.raises(FootfallError) as caught:
        await world.provisioning.bootstrap_admin(email=email, display_name="")
    assert [each.field for each in caught.value.violations] == ["email"]


async def test_commands_refuse_weak_passwords(world: World) -> None:
    with pytest.raises(FootfallError) as caught:
        await world.provisioning.create_system_admin(
            email="ops@example.com", display_name="", password="password1234"
        )
    assert [each.field for each in caught.value.violations] == ["password"]


class CountingHasher(PasswordHasher):
    """Counts how often a password was hashed to be compared."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - as in argon2
        self.compared += 1
        return super().verify(hash, password)


@pytest.mark.parametrize("who", ["known", "unknown", "shut", "without a password"])
async def test_an_attempt_costs_one_hash_whoever_it_is_for(world: World, who: str) -> None:
    """Time is not measured: what takes it is counted."""
    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    hashes = Passwords(hasher=hasher)
    users = world.transactions.platform.users
    user_id = await world.provisioning.create_tenant_admin(
        world.tenant.tenant_id, email="a@nord.example", display_name="", password=PASSWORD
    )
    changes = {"shut": {"disabled_at": START}, "without a password": {"password_hash": None}}.get(who, {})
    users[user_id] = replace(users[user_id], **changes)
    service = world.password_service(hashes)
    email = "nobody@nord.example" if who == "unknown" else "a@nord.example"
    for _ in range(5):
        with pytest.raises(FootfallError, match="not right"):
            await service.sign_in(email=email, password="wrong password")
    assert hasher.compared == 5
    with pytest.raises(FootfallError, match="try again in 1 s"):
        await service.sign_in(email=email, password="wrong password")
    assert hasher.compared == 5, "who has to wait costs nothing"


async def test_what_is_over_is_purged(world: World) -> None:
    user = await world.manager("A")
    await world.users.create_setup_token(world.admin, user.user_id)
    with pytest.raises(FootfallError):
        await world.passwords.sign_in(email="nobody@nord.example", password="wrong")
    async with world.transactions.begin_platform() as tx:
        await tx.oidc_logins.add(OidcLogin("state", "secret", "keycloak", START + timedelta(minutes=10)))
    retention = SignInRetention(transactions=world.transactions, clock=world.clock)
    assert await retention.purge() == 0
    world.clock.advance(timedelta(minutes=11))
    assert await retention.purge() == 1
    world.clock.advance(FORGOTTEN_AFTER)
    assert await retention.purge() == 1
    world.clock.advance(timedelta(hours=72))
    assert await retention.purge() == 1
    platform = world.transactions.platform
    assert [platform.login_attempts, platform.oidc_logins, platform.setup_tokens] == [{}, {}, {}]


async def test_a_shut_account_that_is_last_is_not_in_the_way(world: World) -> None:
    """Somebody who cannot sign in anyway may always be removed."""
    user = await world.users.create(
        world.admin, UserValues(), email="a@nord.example", role=Role.TENANT_ADMIN, request_id=None
    )
    users = world.transactions.platform.users
    users[user.user_id] = replace(user, password_hash="$argon2id$a", disabled_at=START)
    await world.users.delete(world.admin, user.user_id)
    assert not users
