"""Removes a chain with all that any store holds of it."""

from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.erasure import erasures_prefix
from footfall_server.domain.identity import Principal
from footfall_server.domain.image import tenant_prefix
from footfall_server.domain.revocation import Revocation
from footfall_server.domain.staff import staff_prefix
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import Clock, FaceIndex, ImageStore, Transactions
from footfall_server.services.import_store import imports_prefix
from footfall_server.services.model_registry import KnownModels


class TenantRemoval:
    """Deletes a tenant's rows, vectors and objects. For system administrators."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: FaceIndex,
        images: ImageStore,
        known: KnownModels,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._images = images
        self._known = known
        self._clock = clock

    async def delete(self, principal: Principal, tenant_id: UUID) -> None:
        """Ends the tokens of whoever is in it, too.

        Raises NOT_FOUND, and FAILED_PRECONDITION / NOT_EMPTY for a tenant that has sites.

        The rows go last: as long as another store cannot be reached (UNAVAILABLE) the tenant is still there,
        and the call can be repeated until nothing is left. Every step does no harm when it is done twice.

        Nothing comes in after the objects were deleted, since without sites there is no camera; a URL to
        upload to that was handed out before may still be used for the rest of its ten minutes, and what it
        stores the bucket's life cycle deletes. The rows are gone, though not committed, before the vectors:
        deleting the outbox waits for a writer of the index that has some of the tenant's faces in hand.
        """
        await self._refuse_unless_empty(tenant_id)
        await self._images.delete_all(tenant_prefix(tenant_id))
        await self._images.delete_all(staff_prefix(tenant_id))
        await self._images.delete_all(imports_prefix(tenant_id))
        await self._images.delete_all(erasures_prefix(tenant_id))
        async with self._transactions.begin_platform() as tx:
            tenant = await tx.get_tenant(tenant_id)
            if tenant is None or not await tx.remove_tenant(tenant_id):
                raise not_found("tenant", tenant_id)
            now = self._clock.now()
            await tx.revocations.add(Revocation(tenant_id, now))
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.TENANT_DELETE,
                    tenant_id,
                    at=now,
                    detail={"display_name": tenant.display_name},
                    resource="tenant",
                )
            )
            for model_id in self._known.model_ids:
                await self._index.drop_tenant(tenant_id, model_id)

    async def _refuse_unless_empty(self, tenant_id: UUID) -> None:
        """Before anything is deleted that a tenant with sites still needs. Removing the row asks again."""
        async with self._transactions.begin_platform() as tx:
            if await tx.get_tenant(tenant_id) is None:
                raise not_found("tenant", tenant_id)
        async with self._transactions.begin(tenant_id) as inside:
            if await inside.sites.list(only=None, after=None, limit=1):
                raise FootfallError(
                    ErrorKind.FAILED_PRECONDITION,
                    "NOT_EMPTY",
                    f"the tenant {tenant_id} still has sites",
                    metadata={"tenant_id": str(tenant_id), "holds": "sites"},
                )
