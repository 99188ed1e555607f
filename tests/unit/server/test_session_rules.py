"""What a session and a refresh token are worth, and whom a revocation is about."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from fakes.manual_clock import START
from footfall_server.auth.refresh_tokens import RefreshTokens, hash_refresh_token, is_refresh_token
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.revocation import MAX_TOKEN_LIFETIME, Revocation, first_good_of
from footfall_server.domain.session import RefreshToken, Session, Worth, worth_of

GRACE = timedelta(seconds=10)
TICK = timedelta(microseconds=1)
SESSION = Session(
    session_id=new_id(),
    user_id=new_id(),
    tenant_id=new_id(),
    method="password",
    created_at=START,
    last_used_at=START,
    idle_ends_at=START + timedelta(hours=12),
    ends_at=START + timedelta(days=30),
)
UNUSED = RefreshToken("a" * 64, SESSION.session_id, START)
SUCCESSOR = RefreshToken("b" * 64, SESSION.session_id, START)
USED = replace(UNUSED, used_at=START, successor_hash=SUCCESSOR.token_hash)


def worth(token: RefreshToken, successor: RefreshToken | None, seconds: float = 0) -> Worth:
    return worth_of(SESSION, token, successor, now=START + timedelta(seconds=seconds), grace=GRACE)


def test_a_token_is_good_once() -> None:
    assert worth(UNUSED, None) is Worth.SUCCESSOR
    assert worth(USED, SUCCESSOR, 10) is Worth.SAME_SUCCESSOR
    assert worth(USED, SUCCESSOR, 10.000001) is Worth.THEFT
    assert worth(USED, replace(SUCCESSOR, used_at=START), 1) is Worth.THEFT
    assert worth(USED, None, 1) is Worth.THEFT


def test_a_replica_whose_clock_is_behind_is_within_the_grace() -> None:
    assert worth(USED, SUCCESSOR, -5) is Worth.SAME_SUCCESSOR


@pytest.mark.parametrize("token", [UNUSED, USED])
@pytest.mark.parametrize(
    "ended",
    [
        replace(SESSION, revoked_at=START),
        replace(SESSION, idle_ends_at=START),
        replace(SESSION, ends_at=START),
    ],
    ids=["revoked", "idle", "over"],
)
def test_a_session_that_ended_gives_nothing(token: RefreshToken, ended: Session) -> None:
    assert worth_of(ended, token, SUCCESSOR, now=START, grace=GRACE) is Worth.NOTHING


def test_a_session_lives_until_the_earlier_end() -> None:
    assert SESSION.refresh_ends_at == SESSION.idle_ends_at
    assert SESSION.is_live(SESSION.idle_ends_at - TICK)
    assert not SESSION.is_live(SESSION.idle_ends_at)
    busy = replace(SESSION, idle_ends_at=START + timedelta(days=31))
    assert busy.refresh_ends_at == SESSION.ends_at


def tokens_of(*keys: bytes) -> RefreshTokens:
    return RefreshTokens(lambda: keys)


def test_successors_are_the_same_on_every_replica_and_after_a_new_key() -> None:
    old, new = b"o" * 32, b"n" * 32
    before, after = tokens_of(old), tokens_of(new, old)
    first = before.first()
    assert is_refresh_token(first)
    assert before.first() != first
    given = before.successor(first)
    assert is_refresh_token(given)
    assert tokens_of(old).successor(first) == given
    assert after.successor(first) != given, "the newest key is not used"
    assert after.successor_with_hash(first, hash_refresh_token(given)) == given
    assert tokens_of(new).successor_with_hash(first, hash_refresh_token(given)) is None


def test_no_token_of_a_session_comes_twice() -> None:
    tokens = tokens_of(b"k" * 32)
    line = [tokens.first()]
    for _ in range(100):
        line.append(tokens.successor(line[-1]))
    assert len(set(line)) == 101
    assert all(a != b for a, b in pairwise(line))


@pytest.mark.parametrize("text", ["", "ffr_", "ffr_" + "0" * 63, "ffr_" + "G" * 64, "ffr_" + "0" * 64 + "\n"])
def test_what_is_no_refresh_token(text: str) -> None:
    assert not is_refresh_token(text)


def caller(issued_seconds: float | None, **named: UUID) -> Principal:
    at = None if issued_seconds is None else START + timedelta(seconds=issued_seconds)
    return Principal(
        subject_id=named.get("subject", new_id()),
        role=Role.TENANT_ADMIN,
        tenant_id=named.get("tenant", new_id()),
        expires_at=START + timedelta(hours=1),
        session_id=named.get("session"),
        issued_at=at,
    )


def test_a_session_that_was_ended_is_over_for_every_token_of_it() -> None:
    named = new_id()
    assert Revocation(named, START).refuses(caller(3600, session=named))


def test_who_is_ended_again_at_once_is_ended() -> None:
    """Let in again within the margin, a token is dated ahead: the next end has to reach it."""
    first = Revocation(new_id(), START)
    dated = first_good_of([first], START)
    again = Revocation(first.subject_or_session_id, START + timedelta(milliseconds=100)).after(first)
    seconds = (dated - START).total_seconds()
    assert not first.refuses(caller(seconds, subject=first.subject_or_session_id))
    assert again.refuses(caller(seconds, subject=first.subject_or_session_id))
    later = Revocation(first.subject_or_session_id, START + timedelta(hours=1))
    assert later.after(again) == later


@pytest.mark.parametrize("whose", ["subject", "tenant"])
def test_a_revocation_ends_what_was_issued_before(whose: str) -> None:
    named = new_id()
    revocation = Revocation(named, START + timedelta(milliseconds=500))
    first_good = (revocation.first_good - START).total_seconds()
    assert first_good == 3, "whole seconds, with a margin for clocks that differ"
    assert revocation.refuses(caller(-60, **{whose: named}))
    assert revocation.refuses(caller(2, **{whose: named}))
    assert not revocation.refuses(caller(first_good, **{whose: named}))
    assert revocation.refuses(caller(None, **{whose: named})), "a token without a time is let through"
    assert not revocation.refuses(caller(-60, **{whose: new_id()}))


def test_a_revocation_is_remembered_as_long_as_a_token_can_live() -> None:
    revocation = Revocation(new_id(), START)
    last_token_issued_at = revocation.first_good - timedelta(seconds=1)
    assert revocation.until > last_token_issued_at + MAX_TOKEN_LIFETIME + timedelta(seconds=30)


def test_a_token_after_a_revocation_is_dated_after_it() -> None:
    now = START
    just_now, long_ago = Revocation(new_id(), now), Revocation(new_id(), now - timedelta(hours=1))
    assert first_good_of([], now) == now
    assert first_good_of([long_ago], now) == now
    dated = first_good_of([long_ago, just_now], now)
    assert not just_now.refuses(
        caller((dated - START).total_seconds(), subject=just_now.subject_or_session_id)
    )
    assert dated - now <= timedelta(seconds=3), "further ahead than clocks may differ"
