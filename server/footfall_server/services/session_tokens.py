"""What a session gives its owner: access tokens, which say what the account may do now."""

from datetime import datetime, timedelta
from uuid import UUID

from footfall_server.auth.tokens import AccessTokens
from footfall_server.domain.identity import Principal, Role, User
from footfall_server.domain.revocation import first_good_of
from footfall_server.domain.session import Session
from footfall_server.ports import AccountTransaction, Transactions
from footfall_server.services.sign_in import Identity, RefreshGrant, SignIn


class SessionTokens:
    """Issues access tokens of sessions."""

    def __init__(self, *, transactions: Transactions, tokens: AccessTokens, lifetime: timedelta) -> None:
        self._transactions = transactions
        self._tokens = tokens
        self._lifetime = lifetime

    async def sign_in(
        self, session: Session, user: User, *, issued_at: datetime, refresh_token: str | None
    ) -> SignIn:
        """A token for the account as it is, no longer than its session.

        A tenant that a system administrator acts for and that is gone is none any more.
        """
        tenant_id, tenant_name = await self._tenant(session, user)
        token = self._tokens.issue(
            subject_id=user.user_id,
            role=user.role,
            tenant_id=tenant_id,
            site_ids=user.site_ids,
            lifetime=min(self._lifetime, session.refresh_ends_at - issued_at),
            session_id=session.session_id,
            issued_at=issued_at,
        )
        principal = Principal(
            subject_id=user.user_id,
            role=user.role,
            tenant_id=tenant_id,
            expires_at=token.expires_at,
            site_ids=user.site_ids,
            display_name=user.display_name,
            session_id=session.session_id,
            issued_at=issued_at,
        )
        grant = RefreshGrant(refresh_token, session.refresh_ends_at) if refresh_token is not None else None
        return SignIn(token, Identity(principal, tenant_name), grant)

    async def _tenant(self, session: Session, user: User) -> tuple[UUID | None, str]:
        tenant_id = session.acting_tenant_id if user.role is Role.SYSTEM_ADMIN else user.tenant_id
        if tenant_id is None:
            return None, ""
        async with self._transactions.begin_platform() as tx:
            tenant = await tx.get_tenant(tenant_id)
        if tenant is None and user.role is Role.SYSTEM_ADMIN:
            return None, ""
        return tenant_id, tenant.display_name if tenant else ""


async def time_of_issue(tx: AccountTransaction, session: Session, now: datetime) -> datetime:
    """How the next token is dated: after whatever ended the account's tokens before it."""
    ids = {each for each in (session.user_id, session.tenant_id) if each is not None}
    return first_good_of(await tx.revocations.about(ids), now)
