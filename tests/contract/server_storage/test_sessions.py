"""Sessions, refresh tokens and revocations: on the fake and on PostgreSQL."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from footfall_server.domain.change import AccessRevoked
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import User
from footfall_server.domain.revocation import Revocation
from footfall_server.domain.session import RefreshToken, Session
from footfall_server.ports import AccountTransaction, ChangeSource, SessionHome, Transactions
from storage_samples import NOON, a_tenant, a_user

PATIENCE = 30.0


def a_session(user: User, *, at: datetime = NOON) -> Session:
    return Session(
        session_id=new_id(),
        user_id=user.user_id,
        tenant_id=user.tenant_id,
        method="password",
        created_at=at,
        last_used_at=at,
        idle_ends_at=at + timedelta(hours=12),
        ends_at=at + timedelta(days=30),
    )


def a_token(session: Session) -> RefreshToken:
    return RefreshToken(new_id().hex * 2, session.session_id, issued_at=NOON)


def begin(
    transactions: Transactions, tenant_id: UUID | None
) -> AbstractAsyncContextManager[AccountTransaction]:
    return transactions.begin_platform() if tenant_id is None else transactions.begin(tenant_id)


async def signed_in(transactions: Transactions, tenant_id: UUID | None) -> tuple[User, Session, RefreshToken]:
    """An account with a session."""
    user = a_user(tenant_id)
    if tenant_id is None:
        async with transactions.begin_platform() as platform:
            await platform.users.add(user)
    else:
        async with transactions.begin(tenant_id) as inside:
            await inside.users.add(user)
    session = a_session(user)
    token = a_token(session)
    async with begin(transactions, tenant_id) as tx:
        await tx.sessions.add(session, token)
    return user, session, token


@pytest.fixture(params=["a tenant's", "the installation's"])
def home(request: pytest.FixtureRequest, tenant_id: UUID) -> UUID | None:
    """Where an account is at home."""
    return tenant_id if request.param == "a tenant's" else None


async def test_a_session_comes_back_as_it_was_added(transactions: Transactions, home: UUID | None) -> None:
    user, session, token = await signed_in(transactions, home)
    async with begin(transactions, home) as tx:
        assert await tx.sessions.lock(session.session_id) == session
        assert await tx.sessions.token(token.token_hash) == token
        assert await tx.sessions.user_of(session) == user
        assert await tx.sessions.lock(new_id()) is None
        assert await tx.sessions.token("0") is None
    async with transactions.begin_platform() as platform:
        found = await platform.session_search.of_refresh_token(token.token_hash)
        assert found == SessionHome(session.session_id, home)
        assert await platform.session_search.of_refresh_token("0") is None


async def test_a_session_is_there_for_its_tenant_alone(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    user, session, _ = await signed_in(transactions, tenant_id)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.sessions.lock(session.session_id) is None
        assert await tx.sessions.user_of(session) is None
        assert await tx.sessions.revoke_of(user.user_id, NOON) == []
    async with transactions.begin_platform() as platform:
        assert await platform.sessions.lock(session.session_id) is None, "the platform may only find it"


async def test_a_token_has_one_successor(transactions: Transactions, home: UUID | None) -> None:
    _, session, first = await signed_in(transactions, home)
    second = a_token(session)
    used = replace(first, used_at=NOON, successor_hash=second.token_hash)
    later = replace(session, last_used_at=NOON + timedelta(hours=1), idle_ends_at=NOON + timedelta(hours=13))
    async with begin(transactions, home) as tx:
        assert await tx.sessions.lock(session.session_id) == session
        await tx.sessions.rotate(used, second)
        await tx.sessions.save(later)
    async with begin(transactions, home) as tx:
        assert await tx.sessions.token(first.token_hash) == used
        assert await tx.sessions.token(second.token_hash) == second
        assert await tx.sessions.lock(session.session_id) == later


async def test_who_waits_for_a_session_sees_what_was_done_with_it(
    transactions: Transactions, home: UUID | None
) -> None:
    _, session, first = await signed_in(transactions, home)
    second = a_token(session)
    used = replace(first, used_at=NOON, successor_hash=second.token_hash)
    holds = asyncio.Event()

    async def rotate() -> None:
        async with begin(transactions, home) as tx:
            await tx.sessions.lock(session.session_id)
            holds.set()
            await tx.sessions.rotate(used, second)
            await tx.sessions.save(replace(session, revoked_at=NOON))

    async def wait() -> tuple[Session | None, RefreshToken | None]:
        async with begin(transactions, home) as tx:
            await holds.wait()
            locked = await tx.sessions.lock(session.session_id)
            return locked, await tx.sessions.token(first.token_hash)

    async with asyncio.timeout(PATIENCE):
        (locked, token), _ = await asyncio.gather(wait(), rotate())
    assert locked == replace(session, revoked_at=NOON)
    assert token == used


async def test_all_sessions_of_a_user_end_or_all_but_one(
    transactions: Transactions, home: UUID | None
) -> None:
    user, first, _ = await signed_in(transactions, home)
    others = [a_session(user), a_session(user)]
    stranger, untouched, _ = await signed_in(transactions, home)
    async with begin(transactions, home) as tx:
        for each in others:
            await tx.sessions.add(each, a_token(each))
    async with begin(transactions, home) as tx:
        ended = await tx.sessions.revoke_of(user.user_id, NOON, but=first.session_id)
        assert ended == sorted(each.session_id for each in others)
    async with begin(transactions, home) as tx:
        assert await tx.sessions.revoke_of(user.user_id, NOON) == [first.session_id]
        assert await tx.sessions.lock(untouched.session_id) == untouched, f"{stranger.user_id} is another"


async def test_a_tenants_choice_is_kept(transactions: Transactions, tenant_id: UUID) -> None:
    _, session, _ = await signed_in(transactions, None)
    acting = replace(session, acting_tenant_id=tenant_id)
    async with transactions.begin_platform() as tx:
        await tx.sessions.lock(session.session_id)
        await tx.sessions.save(acting)
    async with transactions.begin_platform() as tx:
        assert await tx.sessions.lock(session.session_id) == acting


async def test_of_several_revocations_each_reaches_further(
    transactions: Transactions, home: UUID | None
) -> None:
    named = new_id()
    latest = None
    for minute in (0, 5, 1, 1):
        given = Revocation(named, NOON + timedelta(minutes=minute))
        async with begin(transactions, home) as tx:
            await tx.revocations.add(given)
        latest = given.after(latest)
    assert latest == Revocation(named, NOON + timedelta(minutes=5, seconds=2))
    async with begin(transactions, home) as tx:
        assert await tx.revocations.about([named, new_id()]) == [latest]
        assert await tx.revocations.about([]) == []
    async with transactions.begin_platform() as platform:
        assert latest in await platform.revocations.live(latest.until)
        assert latest not in await platform.revocations.live(latest.until + timedelta(seconds=1))


async def test_a_tenant_sees_its_own_revocations(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    mine = Revocation(new_id(), NOON)
    async with transactions.begin(tenant_id) as tx:
        await tx.revocations.add(mine)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.revocations.about([mine.subject_or_session_id]) == []
        assert await tx.revocations.live(NOON) == []


async def test_a_revocation_that_was_rolled_back_never_was(
    transactions: Transactions, tenant_id: UUID
) -> None:
    undone = Revocation(new_id(), NOON)
    with pytest.raises(LookupError):  # noqa: PT012
        async with transactions.begin(tenant_id) as tx:
            await tx.revocations.add(undone)
            raise LookupError
    async with transactions.begin_platform() as platform:
        assert await platform.revocations.about([undone.subject_or_session_id]) == []


async def test_replicas_are_told_of_a_revocation(
    change_source: ChangeSource, transactions: Transactions, home: UUID | None
) -> None:
    notifications = change_source.notifications()
    async with begin(transactions, home) as tx:
        await tx.revocations.add(Revocation(new_id(), NOON))
    async with asyncio.timeout(PATIENCE):
        async for each in notifications:
            if isinstance(each, AccessRevoked):
                return
    pytest.fail("the notifications ended")


async def test_what_is_over_is_forgotten_with_its_tokens(transactions: Transactions, tenant_id: UUID) -> None:
    user, living, living_token = await signed_in(transactions, tenant_id)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    over = a_session(user, at=long_ago)
    over_token = a_token(over)
    old, young = Revocation(new_id(), long_ago), Revocation(new_id(), datetime.now(UTC))
    async with transactions.begin(tenant_id) as tx:
        await tx.sessions.add(over, over_token)
        await tx.revocations.add(old)
        await tx.revocations.add(young)
    async with transactions.begin_platform() as platform:
        assert await platform.session_search.forget_ended(over.ends_at + timedelta(seconds=1)) == 2
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sessions.lock(over.session_id) is None
        assert await tx.sessions.token(over_token.token_hash) is None
        assert await tx.sessions.token(living_token.token_hash) == living_token
        assert await tx.sessions.lock(living.session_id) == living
        named = [old.subject_or_session_id, young.subject_or_session_id]
        assert await tx.revocations.about(named) == [young]


async def test_a_removed_tenant_leaves_no_session(transactions: Transactions) -> None:
    tenant = a_tenant()
    async with transactions.begin_platform() as platform:
        await platform.add_tenant(tenant, None)
    _, _, token = await signed_in(transactions, tenant.tenant_id)
    async with transactions.begin_platform() as platform:
        assert await platform.remove_tenant(tenant.tenant_id)
    async with transactions.begin_platform() as platform:
        assert await platform.session_search.of_refresh_token(token.token_hash) is None
