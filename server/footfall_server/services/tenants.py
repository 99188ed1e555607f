"""The chains that share this installation."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry, changes_between
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.places import Tenant
from footfall_server.errors import not_found
from footfall_server.ports import Clock, NameCursor, Transactions
from footfall_server.services.paging import Page, page_of


class TenantService:
    """Opens, lists and renames tenants, for system administrators.

    All of it is audited in the installation's own log. An operator's command has no principal.
    """

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def create(
        self, principal: Principal | None, display_name: str, *, request_id: UUID | None
    ) -> Tenant:
        """Raises ALREADY_EXISTS for a name that is taken. The same request_id makes one tenant."""
        now = self._clock.now()
        tenant = Tenant(tenant_id=new_id(), display_name=display_name, created_at=now, updated_at=now)
        async with self._transactions.begin_platform() as tx:
            added = await tx.add_tenant(tenant, request_id)
            if added.tenant_id == tenant.tenant_id:
                await tx.audit.append(
                    self._entry(principal, Action.TENANT_CREATE, added.tenant_id, _told(added))
                )
            return added

    async def get(self, tenant_id: UUID) -> Tenant:
        async with self._transactions.begin_platform() as tx:
            tenant = await tx.get_tenant(tenant_id)
        if tenant is None:
            raise not_found("tenant", tenant_id)
        return tenant

    async def list(self, *, after: NameCursor | None, limit: int) -> Page[Tenant, NameCursor]:
        async with self._transactions.begin_platform() as tx:
            found = await tx.list_tenants(after=after, limit=limit + 1)
        return page_of(found, limit, lambda tenant: NameCursor(tenant.display_name, tenant.tenant_id))

    async def update(self, principal: Principal, tenant_id: UUID, *, display_name: str | None) -> Tenant:
        """Changes what is not None."""
        async with self._transactions.begin_platform() as tx:
            tenant = await tx.get_tenant(tenant_id)
            if tenant is None:
                raise not_found("tenant", tenant_id)
            if display_name is None or display_name == tenant.display_name:
                return tenant
            renamed = replace(tenant, display_name=display_name, updated_at=self._clock.now())
            await tx.save_tenant(renamed)
            detail = changes_between(_told(tenant), _told(renamed))
            await tx.audit.append(self._entry(principal, Action.TENANT_UPDATE, tenant_id, detail))
            return renamed

    def _entry(
        self,
        principal: Principal | None,
        action: Action,
        tenant_id: UUID,
        detail: Mapping[str, object],
    ) -> AuditEntry:
        at = self._clock.now()
        if principal is None:
            return AuditEntry.by_operator(action, tenant_id, at=at, detail=detail, resource="tenant")
        return AuditEntry.of(principal, action, tenant_id, at=at, detail=detail, resource="tenant")


def _told(tenant: Tenant) -> dict[str, object]:
    return {"display_name": tenant.display_name}
