"""Accounts of people who sign in elsewhere: whose access ends, and what happens between two looks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from fakes.ended_access import EndedAccess
from fakes.manual_clock import START, ManualClock
from fakes.memory_transactions import MemoryTransaction, MemoryTransactions
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role, User
from footfall_server.domain.oidc import ExternalIdentity, GroupRule, ProvenIdentity, ProviderPolicy
from footfall_server.domain.places import Tenant
from footfall_server.errors import FootfallError
from footfall_server.services.oidc_accounts import OidcAccounts
from storage_samples import a_site

ISSUER = "https://id.example"


class World:
    """A tenant with two sites, and a provider for it."""

    def __init__(self, transactions: type[MemoryTransactions] = MemoryTransactions) -> None:
        self.transactions = transactions(clock=ManualClock())
        self.access = EndedAccess()
        self.tenant_id = new_id()
        self.transactions.platform.tenants[self.tenant_id] = Tenant(self.tenant_id, "Nord", START, START)
        self.sites = [a_site("A"), a_site("B")]
        self.transactions.tables(self.tenant_id).sites.update({each.site_id: each for each in self.sites})
        one, two = (each.site_id for each in self.sites)
        self.policy = ProviderPolicy(
            "chain",
            "Chain",
            self.tenant_id,
            (
                GroupRule("admins", Role.TENANT_ADMIN),
                GroupRule("both", Role.SITE_MANAGER, frozenset({one, two})),
                GroupRule("one", Role.SITE_MANAGER, frozenset({one})),
            ),
        )
        self.accounts = OidcAccounts(transactions=self.transactions, access=self.access, clock=ManualClock())

    def proven(self, *groups: str, subject: str = "anna") -> ProvenIdentity:
        return ProvenIdentity(
            ExternalIdentity("chain", ISSUER, subject),
            email="anna@nord.example",
            email_verified=True,
            groups=frozenset(groups),
        )

    def account(self) -> User:
        """An account with a password and the person's address."""
        user = User(
            user_id=new_id(),
            tenant_id=self.tenant_id,
            email="anna@nord.example",
            display_name="Anna",
            role=Role.TENANT_ADMIN,
            password_hash="$argon2id$a",
            created_at=START,
        )
        self.transactions.platform.users[user.user_id] = user
        return user


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        ("admins", "admins", False),
        ("one", "both", False),
        ("one", "admins", False),
        ("both", "one", True),
        ("admins", "both", True),
    ],
)
async def test_less_than_before_ends_the_access(before: str, after: str, ends: bool) -> None:
    world = World()
    user = await world.accounts.account_of(world.policy, world.proven(before))
    await world.accounts.account_of(world.policy, world.proven(after))
    assert world.access.users() == ([user.user_id] if ends else [])


async def test_who_loses_the_last_group_loses_the_access() -> None:
    world = World()
    user = await world.accounts.account_of(world.policy, world.proven("one"))
    with pytest.raises(FootfallError, match="none of your groups"):
        await world.accounts.account_of(world.policy, world.proven("else"))
    assert world.access.users() == [user.user_id]


async def test_an_account_that_was_never_linked_is_left_alone() -> None:
    world = World()
    user = world.account()
    with pytest.raises(FootfallError, match="none of your groups"):
        await world.accounts.account_of(world.policy, world.proven("else"))
    assert world.access.users() == []
    assert world.transactions.platform.users[user.user_id] == user


async def test_groups_rule_over_the_last_administrator() -> None:
    world = World()
    user = await world.accounts.account_of(world.policy, world.proven("admins"))
    assert (await world.accounts.account_of(world.policy, world.proven("one"))).role is Role.SITE_MANAGER
    assert world.access.users() == [user.user_id]


async def test_a_tenant_that_is_gone_has_no_people() -> None:
    world = World()
    world.transactions.platform.tenants.clear()
    with pytest.raises(FootfallError) as caught:
        await world.accounts.account_of(world.policy, world.proven("admins"))
    assert caught.value.reason == "BAD_CREDENTIALS"
    assert not world.transactions.platform.users


class Interrupted(MemoryTransactions):
    """Just before the account is looked at under the lock, somebody else does `meanwhile`."""

    changes: dict[str, object]

    @asynccontextmanager
    async def begin_exclusive(self, tenant_id: UUID) -> AsyncIterator[MemoryTransaction]:
        for user_id, user in list(self.platform.users.items()):
            self.platform.users[user_id] = replace(user, **self.changes)  # type: ignore[arg-type]
        async with super().begin_exclusive(tenant_id) as tx:
            yield tx


@pytest.mark.parametrize(
    "changes",
    [
        {"identity_provider": "chain", "oidc_issuer": ISSUER, "oidc_subject": "somebody else"},
        {"disabled_at": START},
    ],
)
async def test_what_happened_since_the_account_was_found_counts(changes: dict[str, object]) -> None:
    world = World(Interrupted)
    assert isinstance(world.transactions, Interrupted)
    world.transactions.changes = changes
    world.account()
    with pytest.raises(FootfallError) as caught:
        await world.accounts.account_of(world.policy, world.proven("admins"))
    assert caught.value.reason == "BAD_CREDENTIALS"
    assert world.access.users() == []
