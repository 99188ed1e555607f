"""Accounts of people who sign in elsewhere, made and mapped under the real roles and policies."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from database_fixtures import FootfallDatabase
from fakes.ended_access import EndedAccess
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.oidc import ExternalIdentity, GroupRule, ProvenIdentity, ProviderPolicy
from footfall_server.errors import FootfallError
from footfall_server.ports import Transactions
from footfall_server.services.oidc_accounts import OidcAccounts
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from footfall_server.system_clock import SystemClock
from storage_samples import a_site, a_tenant, a_user

pytestmark = pytest.mark.integration


@pytest.fixture
async def transactions(footfall_database: FootfallDatabase) -> AsyncIterator[Transactions]:
    engine = make_engine(footfall_database.app_dsn, limits=PostgresLimits(pool_size=4))
    yield PostgresTransactions(engine)
    await engine.dispose()


@pytest.fixture
async def place(transactions: Transactions) -> tuple[UUID, UUID]:
    """A tenant and a site of it."""
    tenant, site = a_tenant(), a_site("Old Town")
    async with transactions.begin_platform() as tx:
        await tx.add_tenant(tenant, None)
    async with transactions.begin(tenant.tenant_id) as inside:
        await inside.sites.add(site, None)
    return tenant.tenant_id, site.site_id


def proven(subject: str, *groups: str, email: str = "") -> ProvenIdentity:
    return ProvenIdentity(
        ExternalIdentity("acme", "https://id.example", subject),
        email=email or f"{subject}@example.com",
        email_verified=True,
        groups=frozenset(groups),
    )


async def test_a_tenants_person_is_made_mapped_and_turned_away(
    transactions: Transactions, place: tuple[UUID, UUID]
) -> None:
    tenant_id, site_id = place
    rules = (
        GroupRule("admins", Role.TENANT_ADMIN),
        GroupRule("north", Role.SITE_MANAGER, frozenset({site_id, new_id()})),
    )
    policy = ProviderPolicy("acme", "Acme", tenant_id, rules)
    accounts = OidcAccounts(transactions=transactions, access=EndedAccess(), clock=SystemClock())
    subject = str(new_id())
    made = await accounts.account_of(policy, proven(subject, "admins"))
    mapped = await accounts.account_of(policy, proven(subject, "north"))
    assert (made.role, mapped.role) == (Role.TENANT_ADMIN, Role.SITE_MANAGER)
    async with transactions.begin(tenant_id) as tx:
        known = await tx.users.get(made.user_id)
    assert known is not None
    assert known.site_ids == frozenset({site_id}), "a site that is not there is left out"
    assert known.last_sign_in_at is not None
    with pytest.raises(FootfallError) as caught:
        await accounts.account_of(policy, proven(subject, "else"))
    assert caught.value.reason == "NO_ROLE"


async def test_a_system_administrator_is_linked_and_a_tenants_person_is_not(
    transactions: Transactions, place: tuple[UUID, UUID]
) -> None:
    tenant_id, _ = place
    policy = ProviderPolicy("acme", "Acme", None, (GroupRule("ops", Role.SYSTEM_ADMIN),))
    accounts = OidcAccounts(transactions=transactions, access=EndedAccess(), clock=SystemClock())
    admin, person = a_user(None), a_user(tenant_id)
    async with transactions.begin_platform() as tx:
        await tx.users.add(admin)
    async with transactions.begin(tenant_id) as inside:
        await inside.users.add(person)
    linked = await accounts.account_of(policy, proven(str(new_id()), "ops", email=admin.email))
    assert linked.user_id == admin.user_id
    newcomer = await accounts.account_of(policy, proven(str(new_id()), "ops"))
    assert newcomer.tenant_id is None
    with pytest.raises(FootfallError) as caught:
        await accounts.account_of(policy, proven(str(new_id()), "ops", email=person.email))
    assert caught.value.reason == "BAD_CREDENTIALS"
