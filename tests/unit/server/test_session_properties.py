"""Whatever is done with sessions, in whatever order and on whichever replica, their promises hold."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fakes.manual_clock import ManualClock
from fakes.memory_transactions import MemoryTransactions
from footfall_server.auth.refresh_tokens import RefreshTokens, hash_refresh_token
from footfall_server.auth.tokens import IssuedToken
from footfall_server.domain.identity import Principal, User
from footfall_server.domain.session import SessionLimits
from footfall_server.errors import FootfallError
from footfall_server.services.session_tokens import SessionTokens
from footfall_server.services.sessions import SessionService
from footfall_server.services.sign_in import SignIn
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from storage_samples import a_tenant, a_user

LIMITS = SessionLimits(idle=timedelta(hours=1), absolute=timedelta(hours=3), grace=timedelta(seconds=10))


class UnsignedTokens:
    """In place of AccessTokens: signatures are tested elsewhere, and cost a millisecond each."""

    def issue(self, *, lifetime: timedelta, issued_at: datetime, **_: Any) -> IssuedToken:
        return IssuedToken("", issued_at + lifetime)


class Sessions(RuleBasedStateMachine):
    """Two replicas, two people, and everybody who ever saw a refresh token."""

    tokens = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.transactions = MemoryTransactions(clock=self.clock)
        tenant = a_tenant()
        self.transactions.platform.tenants[tenant.tenant_id] = tenant
        self.people: list[User] = [a_user(tenant.tenant_id), a_user(None)]
        self.transactions.platform.users.update((each.user_id, each) for each in self.people)
        self.replicas = [self.replica(), self.replica()]
        self.ended = set[UUID]()

    def replica(self) -> SessionService:
        access = SessionTokens(
            transactions=self.transactions,
            tokens=UnsignedTokens(),  # type: ignore[arg-type]
            lifetime=timedelta(minutes=10),
        )
        return SessionService(
            transactions=self.transactions,
            access=access,
            refresh_tokens=RefreshTokens(lambda: [b"k" * 32]),
            clock=self.clock,
            limits=LIMITS,
        )

    @initialize(target=tokens, whose=st.integers(0, 1))
    def somebody_is_signed_in(self, whose: int) -> str:
        return self.signed_in(whose)

    @rule(target=tokens, whose=st.integers(0, 1))
    def sign_in(self, whose: int) -> str:
        return self.signed_in(whose)

    @rule(seconds=st.sampled_from([0.5, 5, 10, 11, 600, 3599, 3601]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule(target=tokens, token=tokens, on=st.integers(0, 1))
    def refresh(self, token: str, on: int) -> str:
        return self.refreshed(token, self.runner.run(attempt(self.replicas[on], token)))

    @rule(target=tokens, token=tokens)
    def refresh_on_both_at_once(self, token: str) -> str:
        async def race() -> list[SignIn | None]:
            return await asyncio.gather(*(attempt(each, token) for each in self.replicas))

        one, other = self.runner.run(race())
        if one is not None and other is not None:
            assert one.refresh == other.refresh, "a session was forked"
        assert (one is None) == (other is None), "one of two was refused"
        return self.refreshed(token, one)

    @rule(token=tokens, everywhere=st.booleans())
    def sign_out(self, token: str, everywhere: bool) -> None:
        session = self.session_of(token)
        [user] = [each for each in self.people if each.user_id == session.user_id]
        principal = Principal(
            user.user_id,
            user.role,
            user.tenant_id,
            expires_at=self.clock.now() + timedelta(minutes=10),
            session_id=session.session_id,
            issued_at=self.clock.now(),
        )
        self.runner.run(self.replicas[0].sign_out(principal, everywhere=everywhere))
        mine = self.transactions.platform.sessions.values()
        self.ended |= {
            each.session_id
            for each in mine
            if each.session_id == session.session_id or (everywhere and each.user_id == user.user_id)
        }

    @invariant()
    def a_session_has_one_token_that_was_not_used(self) -> None:
        unused: dict[UUID, int] = {}
        for token in self.transactions.platform.refresh_tokens.values():
            unused[token.session_id] = unused.get(token.session_id, 0) + (token.used_at is None)
        assert set(unused.values()) <= {1}, "two hold a session"

    @invariant()
    def whose_session_ended_has_no_living_access_token(self) -> None:
        revoked = [each for each in self.transactions.platform.sessions.values() if each.revoked_at]
        named = self.transactions.platform.revocations.keys()
        for session in revoked:
            assert session.session_id in named or session.user_id in named, "its access tokens live on"

    def signed_in(self, whose: int) -> str:
        issued = self.runner.run(self.replicas[whose].open(self.people[whose], method="password"))
        assert issued.refresh is not None
        return issued.refresh.text

    def refreshed(self, token: str, issued: SignIn | None) -> str:
        """Judges what a refresh came to. Returns the token to go on with."""
        session = self.session_of(token)
        if issued is None:
            return token
        assert session.session_id not in self.ended, "a session that ended goes on"
        assert session.revoked_at is None, "a revoked session gives tokens"
        assert self.clock.now() < session.created_at + LIMITS.absolute, "a session outlives its end"
        assert issued.token.expires_at <= session.refresh_ends_at, "a token outlives its session"
        assert issued.refresh is not None
        return issued.refresh.text

    def session_of(self, token: str) -> Any:
        kept = self.transactions.platform.refresh_tokens[hash_refresh_token(token)]
        return self.transactions.platform.sessions[kept.session_id]

    def teardown(self) -> None:
        self.runner.close()


async def attempt(replica: SessionService, token: str) -> SignIn | None:
    """What a refresh gives; None when it is refused."""
    try:
        return await replica.refresh(token)
    except FootfallError as error:
        if error.reason != "BAD_CREDENTIALS":
            raise
        return None


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
