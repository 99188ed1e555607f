"""System administrators, acting for one tenant or for none."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identity import Principal, is_open
from footfall_server.errors import not_found
from footfall_server.ports import Clock, Transactions
from footfall_server.services.account_audit import by_owner
from footfall_server.services.session_tokens import SessionTokens, time_of_issue
from footfall_server.services.sign_in import SignIn, unauthenticated


class TenantSwitching:
    """Lets a system administrator into tenants, in sight of everybody."""

    def __init__(self, *, transactions: Transactions, access: SessionTokens, clock: Clock) -> None:
        self._transactions = transactions
        self._access = access
        self._clock = clock

    async def switch(self, principal: Principal, tenant_id: UUID | None) -> SignIn:
        """A token that acts for a tenant, or for none; the session keeps to it.

        Both the tenant's and the installation's log tell it. Raises TENANT_NOT_FOUND, and UNAUTHENTICATED
        when the session has ended.
        """
        now = self._clock.now()
        await self._note_in_tenants(principal, tenant_id, now)
        async with self._transactions.begin_platform() as tx:
            session = await tx.sessions.lock(principal.session_id) if principal.session_id else None
            user = await tx.sessions.user_of(session) if session is not None else None
            if session is None or not session.is_live(now) or not is_open(user):
                raise unauthenticated()
            switched = replace(session, acting_tenant_id=tenant_id)
            await tx.sessions.save(switched)
            issued_at = await time_of_issue(tx, session, now)
            detail = {"session_id": session.session_id, "left": session.acting_tenant_id, "to": tenant_id}
            await tx.audit.append(by_owner(user, Action.SWITCH_TENANT, at=now, detail=detail))
        return await self._access.sign_in(switched, user, issued_at=issued_at, refresh_token=None)

    async def _note_in_tenants(self, principal: Principal, tenant_id: UUID | None, now: datetime) -> None:
        """Tells the tenant that is entered, and the one that is left, before anything can be done in it."""
        left = principal.tenant_id
        async with self._transactions.begin_platform() as platform:
            if tenant_id is not None and await platform.get_tenant(tenant_id) is None:
                raise not_found("tenant", tenant_id)
            if left is not None and await platform.get_tenant(left) is None:
                left = None
        for named, action in ((left, Action.LEAVE_TENANT), (tenant_id, Action.SWITCH_TENANT)):
            if named is None or principal.tenant_id == tenant_id:
                continue
            detail = {"session_id": principal.session_id}
            entry = AuditEntry.of(principal, action, named, at=now, detail=detail, resource="tenant")
            async with self._transactions.begin(named) as tx:
                await tx.audit.append(entry)
