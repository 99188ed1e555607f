"""Accounts, setup tokens and sign-ins under way: the same on the fake and on PostgreSQL."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from database_fixtures import FootfallDatabase
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role, User
from footfall_server.domain.lockout import LoginAttempts
from footfall_server.domain.oidc import ExternalIdentity, OidcLogin
from footfall_server.domain.setup_token import SetupToken
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import AccountTransaction, NameCursor, Transactions
from storage_samples import NOON, a_user

pytestmark = pytest.mark.contract


def begin(
    transactions: Transactions, tenant_id: UUID | None
) -> AbstractAsyncContextManager[AccountTransaction]:
    return transactions.begin_platform() if tenant_id is None else transactions.begin(tenant_id)


@pytest.fixture(params=["tenant", "installation"])
def whose(request: pytest.FixtureRequest, tenant_id: UUID) -> UUID | None:
    return tenant_id if request.param == "tenant" else None


def a_token(user: User, *, expires_at: timedelta = timedelta(hours=1)) -> SetupToken:
    return SetupToken(
        setup_token_id=new_id(),
        tenant_id=user.tenant_id,
        user_id=user.user_id,
        secret_hash=new_id().hex,
        created_at=NOON,
        expires_at=NOON + expires_at,
    )


async def test_an_account_changes_and_goes(transactions: Transactions, whose: UUID | None) -> None:
    user = replace(a_user(whose), password_hash=None)
    async with begin(transactions, whose) as tx:
        assert await tx.users.add(user) == user
    renamed = replace(user, display_name="B. Person", disabled_at=NOON)
    async with begin(transactions, whose) as tx:
        await tx.users.save(renamed)
        await tx.users.set_password_hash(user.user_id, "$argon2id$z")
        await tx.users.signed_in(user.user_id, NOON)
    known = replace(renamed, password_hash="$argon2id$z", last_sign_in_at=NOON)
    async with begin(transactions, whose) as tx:
        assert await tx.users.get(user.user_id) == known
        await tx.setup_tokens.put(token := a_token(user))
    async with begin(transactions, whose) as tx:
        assert await tx.users.remove(user.user_id)
        assert not await tx.users.remove(user.user_id)
    async with begin(transactions, whose) as tx:
        assert await tx.users.get(user.user_id) is None
        assert await tx.setup_tokens.take(token.setup_token_id) is None, "the token outlives its account"


async def test_saving_keeps_what_it_does_not_change(transactions: Transactions, tenant_id: UUID) -> None:
    user = a_user(tenant_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.users.add(user)
        await tx.users.save(replace(user, password_hash=None, email="else@example.com", last_sign_in_at=NOON))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.users.get(user.user_id) == user


async def test_accounts_are_reached_where_they_are_only(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    user, admin = a_user(tenant_id), a_user(None)
    async with transactions.begin(tenant_id) as tx:
        await tx.users.add(user)
    async with transactions.begin_platform() as platform:
        await platform.users.add(admin)
    for elsewhere, stranger in ((other_tenant_id, user), (None, user), (tenant_id, admin)):
        async with begin(transactions, elsewhere) as tx:
            assert await tx.users.get(stranger.user_id) is None
            assert stranger.user_id not in {each.user_id for each in await tx.users.administrators()}
            await tx.users.save(replace(stranger, display_name="Mallory"))
            await tx.users.set_password_hash(stranger.user_id, "$argon2id$mallory")
            assert not await tx.users.remove(stranger.user_id)
    async with transactions.begin_platform() as platform:
        assert await platform.user_by_id(user.user_id) == user
        assert await platform.user_by_id(admin.user_id) == admin


async def test_a_request_makes_one_account(
    transactions: Transactions, whose: UUID | None, other_tenant_id: UUID
) -> None:
    request_id, first = new_id(), a_user(whose)
    async with begin(transactions, whose) as tx:
        assert await tx.users.add(first, request_id) == first
    async with begin(transactions, whose) as tx:
        assert await tx.users.add(a_user(whose), request_id) == first
    theirs = a_user(other_tenant_id)
    async with begin(transactions, other_tenant_id) as tx:
        assert await tx.users.add(theirs, request_id) == theirs, "a request is known in its tenant only"
    with pytest.raises(FootfallError) as caught:
        async with begin(transactions, whose) as tx:
            await tx.users.add(a_user(whose, theirs.email.upper()), new_id())
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS
    assert theirs.email not in str(caught.value).lower()


async def test_accounts_are_listed_by_address(transactions: Transactions, other_tenant_id: UUID) -> None:
    tag = new_id().hex
    people = [a_user(other_tenant_id, f"{name}.{tag}@example.com") for name in ("b", "Ä", "a", "c", "_")]
    async with transactions.begin(other_tenant_id) as tx:
        added = [await tx.users.add(each) for each in people]
    in_order = sorted(added, key=lambda user: user.email)
    async with transactions.begin(other_tenant_id) as tx:
        first = await tx.users.list(after=None, limit=2)
        rest = await tx.users.list(after=NameCursor(first[-1].email, first[-1].user_id), limit=9)
    assert [*first, *rest] == in_order


async def test_who_is_administrator_and_who_is_confined_to_a_site(
    transactions: Transactions, other_tenant_id: UUID
) -> None:
    here, there = new_id(), new_id()
    admin = a_user(other_tenant_id)
    manager = replace(a_user(other_tenant_id, sites=frozenset({here, there})), role=Role.SITE_MANAGER)
    closed = replace(a_user(other_tenant_id, sites=frozenset()), role=Role.SITE_MANAGER, disabled_at=NOON)
    async with transactions.begin(other_tenant_id) as tx:
        for each in (admin, manager, closed):
            await tx.users.add(each)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.users.administrators() == [admin]
        assert await tx.users.confined_to(here) == [manager]
        assert await tx.users.confined_to(new_id()) == []
        assert await tx.users.get(closed.user_id) == closed, "no sites must not come to mean all sites"


async def test_an_identity_belongs_to_one_account(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    identity = ExternalIdentity("keycloak", "https://id.example", f"sub-{new_id()}")
    user, other = a_user(tenant_id), a_user(other_tenant_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.users.add(user)
        await tx.users.link(user.user_id, identity)
    linked = replace(
        user,
        identity_provider=identity.provider_id,
        oidc_issuer=identity.issuer,
        oidc_subject=identity.subject,
    )
    async with transactions.begin_platform() as platform:
        assert await platform.user_by_identity(identity.issuer, identity.subject) == linked
        assert await platform.user_by_identity("https://else.example", identity.subject) is None
    async with transactions.begin(other_tenant_id) as tx:
        await tx.users.add(other)
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(other_tenant_id) as tx:
            await tx.users.link(other.user_id, identity)
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS


async def test_a_system_administrator_is_linked(transactions: Transactions) -> None:
    admin, identity = a_user(None), ExternalIdentity("ops", "https://id.example", f"sub-{new_id()}")
    async with transactions.begin_platform_exclusive() as platform:
        await platform.users.add(admin)
        await platform.users.link(admin.user_id, identity)
    async with transactions.begin_platform() as platform:
        linked = await platform.user_by_identity(identity.issuer, identity.subject)
    assert linked is not None
    assert (linked.user_id, linked.identity_provider) == (admin.user_id, "ops")


async def test_a_setup_token_is_taken_once_and_ended_by_the_next(
    transactions: Transactions, whose: UUID | None, other_tenant_id: UUID
) -> None:
    user = a_user(whose)
    older, newer = a_token(user), a_token(user, expires_at=timedelta(hours=2))
    async with begin(transactions, whose) as tx:
        await tx.users.add(user)
        await tx.setup_tokens.put(older)
    async with begin(transactions, whose) as tx:
        await tx.setup_tokens.put(newer)
    async with transactions.begin_platform() as platform:
        assert await platform.setup_token(older.setup_token_id) is None
        assert await platform.setup_token(newer.setup_token_id) == newer
    async with begin(transactions, other_tenant_id) as tx:
        assert await tx.setup_tokens.take(newer.setup_token_id) is None, "another tenant took it"
    async with begin(transactions, whose) as tx:
        assert await tx.setup_tokens.take(newer.setup_token_id) == newer
        assert await tx.setup_tokens.take(newer.setup_token_id) is None
    async with begin(transactions, whose) as tx:
        assert await tx.setup_tokens.take(newer.setup_token_id) is None


async def test_setup_tokens_that_are_over_are_purged_everywhere(
    transactions: Transactions, tenant_id: UUID
) -> None:
    over, good = a_token(a_user(tenant_id)), a_token(a_user(tenant_id), expires_at=timedelta(hours=9))
    async with transactions.begin(tenant_id) as tx:
        await tx.setup_tokens.put(over)
        await tx.setup_tokens.put(good)
    async with transactions.begin_platform() as platform:
        assert await platform.purge_setup_tokens(NOON + timedelta(hours=5)) >= 1
        assert await platform.setup_token(over.setup_token_id) is None
        assert await platform.setup_token(good.setup_token_id) == good


async def test_attempts_are_counted_forgotten_and_purged(transactions: Transactions) -> None:
    key, other = new_id().bytes, new_id().bytes
    counted = LoginAttempts.none_before(NOON).counted(NOON)
    async with transactions.begin_platform() as tx:
        assert await tx.login_attempts.hold(key, NOON) == LoginAttempts.none_before(NOON)
        await tx.login_attempts.save(key, counted)
        await tx.login_attempts.hold(other, NOON + timedelta(days=1))
    async with transactions.begin_platform() as tx:
        assert await tx.login_attempts.hold(key, NOON + timedelta(hours=1)) == counted
        assert await tx.login_attempts.purge(NOON + timedelta(hours=1)) >= 1
        assert (await tx.login_attempts.hold(key, NOON)).failures == 0
        await tx.login_attempts.forget(other)
        assert (await tx.login_attempts.hold(other, NOON)).last_at == NOON


async def test_guesses_at_once_are_all_counted(transactions: Transactions) -> None:
    key = new_id().bytes

    async def guess() -> None:
        async with transactions.begin_platform() as tx:
            attempts = await tx.login_attempts.hold(key, NOON)
            await tx.login_attempts.save(key, attempts.counted(NOON))

    await asyncio.gather(*(guess() for _ in range(12)))
    async with transactions.begin_platform() as tx:
        assert (await tx.login_attempts.hold(key, NOON)).failures == 12


async def test_a_sign_in_elsewhere_is_taken_once(transactions: Transactions) -> None:
    login = OidcLogin(new_id().hex, "secret", "keycloak", NOON + timedelta(minutes=10))
    over = OidcLogin(new_id().hex, "secret", "keycloak", NOON)
    async with transactions.begin_platform() as tx:
        await tx.oidc_logins.add(login)
        await tx.oidc_logins.add(over)
    async with transactions.begin_platform() as tx:
        assert await tx.oidc_logins.purge(NOON + timedelta(minutes=1)) >= 1
        assert await tx.oidc_logins.take(over.state_hash) is None
        assert await tx.oidc_logins.take(login.state_hash) == login
    async with transactions.begin_platform() as tx:
        assert await tx.oidc_logins.take(login.state_hash) is None


async def test_the_platform_can_be_had_alone(transactions: Transactions) -> None:
    inside: list[int] = []

    async def enter() -> None:
        async with transactions.begin_platform_exclusive() as tx:
            inside.append(1)
            await tx.tenant_ids()
            await asyncio.sleep(0)
            assert len(inside) == 1, "two were inside at once"
            inside.pop()

    await asyncio.gather(*(enter() for _ in range(4)))


async def test_two_who_take_one_token_at_once(
    database: FootfallDatabase | None, transactions: Transactions, tenant_id: UUID
) -> None:
    if database is None:
        pytest.skip("the fake's transactions do not wait for each other's rows")
    token = a_token(a_user(tenant_id))
    async with transactions.begin(tenant_id) as tx:
        await tx.setup_tokens.put(token)

    async def take() -> bool:
        async with transactions.begin(tenant_id) as tx:
            return await tx.setup_tokens.take(token.setup_token_id) is not None

    assert sorted(await asyncio.gather(take(), take(), take())) == [False, False, True]
