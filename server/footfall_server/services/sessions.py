"""Sessions of people: opened by signing in, kept going by refresh tokens, ended by signing out."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from footfall_server.auth.refresh_tokens import RefreshTokens, hash_refresh_token, is_refresh_token
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role, User, is_open
from footfall_server.domain.session import RefreshToken, Session, SessionLimits, Worth, worth_of
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import AccountTransaction, Clock, Transactions
from footfall_server.services.account_audit import by_nobody, by_owner
from footfall_server.services.session_ending import end_session, end_sessions_of
from footfall_server.services.session_tokens import SessionTokens, time_of_issue
from footfall_server.services.sign_in import SignIn, bad_credentials


class SessionService:
    """Opens, refreshes and ends sessions. Two replicas that are asked at once never fork one."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        access: SessionTokens,
        refresh_tokens: RefreshTokens,
        clock: Clock,
        limits: SessionLimits,
    ) -> None:
        self._transactions = transactions
        self._access = access
        self._refresh_tokens = refresh_tokens
        self._clock = clock
        self._limits = limits

    async def open(self, user: User, *, method: str) -> SignIn:
        """A session for somebody who proved to be the user by `method`, such as "password" or "oidc".

        Raises UNAUTHENTICATED / BAD_CREDENTIALS when the account was shut since it was looked at.
        """
        now = self._clock.now()
        session = Session(
            session_id=new_id(),
            user_id=user.user_id,
            tenant_id=user.tenant_id,
            method=method,
            created_at=now,
            last_used_at=now,
            idle_ends_at=now + self._limits.idle,
            ends_at=now + self._limits.absolute,
        )
        text = self._refresh_tokens.first()
        first = RefreshToken(hash_refresh_token(text), session.session_id, issued_at=now)
        async with self._begin(user.tenant_id) as tx:
            as_it_is = await tx.sessions.user_of(session)
            if not is_open(as_it_is):
                raise bad_credentials()
            await tx.sessions.add(session, first)
            issued_at = await time_of_issue(tx, session, now)
            detail = {"method": method, "session_id": session.session_id}
            await tx.audit.append(by_owner(as_it_is, Action.SIGN_IN, at=now, detail=detail))
        return await self._access.sign_in(session, as_it_is, issued_at=issued_at, refresh_token=text)

    async def refresh(self, text: str) -> SignIn:
        """Goes on with a session: a token for the account as it is now, and the next refresh token.

        Raises UNAUTHENTICATED / BAD_CREDENTIALS for a token that is worth nothing. One that was used before
        ends its session, unless its answer may have been lost: then it is given again.
        """
        if not is_refresh_token(text):
            raise bad_credentials()
        now = self._clock.now()
        async with self._transactions.begin_platform() as platform:
            found = await platform.session_search.of_refresh_token(hash_refresh_token(text))
        if found is None:
            raise bad_credentials()
        async with self._begin(found.tenant_id) as tx:
            going_on = await self._go_on(tx, found.session_id, text, now)
        # Only now, so that what was ended stays so.
        if going_on is None:
            raise bad_credentials()
        session, user, successor, issued_at = going_on
        return await self._access.sign_in(session, user, issued_at=issued_at, refresh_token=successor)

    async def sign_out(self, principal: Principal, *, everywhere: bool) -> None:
        """Ends the session of the caller's token, or all of the caller's.

        Raises PERMISSION_DENIED for a program, which has none.
        """
        if principal.session_id is None:
            raise FootfallError(
                ErrorKind.PERMISSION_DENIED,
                "PERMISSION_DENIED",
                "an API key has no session to end; revoke the key instead",
            )
        now = self._clock.now()
        home = None if principal.role is Role.SYSTEM_ADMIN else principal.tenant_id
        async with self._begin(home) as tx:
            if everywhere:
                ended = len(await end_sessions_of(tx, principal.subject_id, at=now))
            else:
                session = await tx.sessions.lock(principal.session_id)
                ended = 0
                if session is not None and session.revoked_at is None:
                    await end_session(tx, session, at=now)
                    ended = 1
            if ended:
                detail = {"session_id": principal.session_id, "everywhere": everywhere, "ended": ended}
                entry = AuditEntry.of(
                    principal, Action.SIGN_OUT, principal.subject_id, at=now, detail=detail, resource="user"
                )
                await tx.audit.append(entry)

    async def _go_on(
        self, tx: AccountTransaction, session_id: UUID, text: str, now: datetime
    ) -> tuple[Session, User, str, datetime] | None:
        session = await tx.sessions.lock(session_id)
        # After the lock: what another replica did with the token just now is there.
        token = await tx.sessions.token(hash_refresh_token(text))
        if session is None or token is None:
            return None
        known = await tx.sessions.token(token.successor_hash) if token.successor_hash else None
        worth = worth_of(session, token, known, now=now, grace=self._limits.grace)
        if worth is Worth.NOTHING:
            return None
        user = await tx.sessions.user_of(session)
        if worth is Worth.THEFT or not is_open(user):
            await end_session(tx, session, at=now)
            if worth is Worth.THEFT:
                detail = {"session_id": session_id}
                entry = by_nobody(session.user_id, Action.REFRESH_REUSED, at=now, detail=detail)
                await tx.audit.append(entry)
            return None
        successor = self._successor(text, token)
        if successor is None:
            return None
        if worth is Worth.SUCCESSOR:
            session = replace(session, last_used_at=now, idle_ends_at=now + self._limits.idle)
            following = RefreshToken(hash_refresh_token(successor), session_id, issued_at=now)
            used = replace(token, used_at=now, successor_hash=following.token_hash)
            await tx.sessions.rotate(used, following)
            await tx.sessions.save(session)
        return session, user, successor, await time_of_issue(tx, session, now)

    def _successor(self, text: str, token: RefreshToken) -> str | None:
        """None when a key was taken away since the successor was first given: nobody can tell it again."""
        if token.successor_hash is None:
            return self._refresh_tokens.successor(text)
        return self._refresh_tokens.successor_with_hash(text, token.successor_hash)

    def _begin(self, tenant_id: UUID | None) -> AbstractAsyncContextManager[AccountTransaction]:
        """Where the account is at home: in its tenant, or in the installation."""
        if tenant_id is None:
            return self._transactions.begin_platform()
        return self._transactions.begin(tenant_id)
