"""What a sign-in leads to, and what ends it: the border between proving who one is and being let in."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from footfall_server.auth.tokens import AccessTokens
from footfall_server.domain.identity import Principal, User
from footfall_server.ports import AccountTransaction, Transactions
from footfall_server.services.accounts import Identity, SignIn


class Sessions(Protocol):
    """Lets people in whose credentials were right."""

    async def open(self, user: User, *, method: str) -> SignIn:
        """A token for the person. `method` says how they proved themselves: "password" or "oidc"."""
        ...


class AccessEnder(Protocol):
    """Takes back what an account was let in with."""

    async def end_access(self, tx: AccountTransaction, user_id: UUID, *, keep_session: UUID | None) -> None:
        """Ends the account's sessions, tokens and streams when the transaction commits.

        `keep_session` goes on: the one in which the person asked for this.
        """
        ...


class TokenSessions:
    """Sessions of a single access token each, which ends by itself."""

    def __init__(self, *, transactions: Transactions, tokens: AccessTokens, lifetime: timedelta) -> None:
        self._transactions = transactions
        self._tokens = tokens
        self._lifetime = lifetime

    async def open(self, user: User, *, method: str) -> SignIn:
        """See Sessions.open."""
        del method
        async with self._transactions.begin_platform() as tx:
            tenant = await tx.get_tenant(user.tenant_id) if user.tenant_id else None
        token = self._tokens.issue(
            subject_id=user.user_id,
            role=user.role,
            tenant_id=user.tenant_id,
            site_ids=user.site_ids,
            lifetime=self._lifetime,
        )
        principal = Principal(
            subject_id=user.user_id,
            role=user.role,
            tenant_id=user.tenant_id,
            expires_at=token.expires_at,
            site_ids=user.site_ids,
            display_name=user.display_name,
        )
        return SignIn(token, Identity(principal, tenant.display_name if tenant else ""))


class TokensEndThemselves:
    """AccessEnder for TokenSessions: a token is not kept anywhere, so none can be taken back."""

    async def end_access(self, tx: AccountTransaction, user_id: UUID, *, keep_session: UUID | None) -> None:
        """See AccessEnder.end_access. What was issued ends at its expiry."""
