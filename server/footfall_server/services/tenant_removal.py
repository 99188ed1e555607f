"""Removes a chain with all that any store holds of it."""

from uuid import UUID

from footfall_server.domain.image import tenant_prefix
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import FaceIndex, ImageStore, Transactions
from footfall_server.services.model_registry import KnownModels


class TenantRemoval:
    """Deletes a tenant's rows, vectors and objects. For system administrators."""

    def __init__(
        self, *, transactions: Transactions, index: FaceIndex, images: ImageStore, known: KnownModels
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._images = images
        self._known = known

    async def delete(self, tenant_id: UUID) -> None:
        """Raises NOT_FOUND, and FAILED_PRECONDITION / NOT_EMPTY for a tenant that has sites.

        The rows go last: as long as another store cannot be reached (UNAVAILABLE) the tenant is still there,
        and the call can be repeated until nothing is left. Every step does no harm when it is done twice.

        Nothing comes in after the objects were deleted, since without sites there is no camera; a URL to
        upload to that was handed out before may still be used for the rest of its ten minutes, and what it
        stores the bucket's life cycle deletes. The rows are gone, though not committed, before the vectors:
        deleting the outbox waits for a writer of the index that has some of the tenant's faces in hand.
        """
        await self._refuse_unless_empty(tenant_id)
        await self._images.delete_all(tenant_prefix(tenant_id))
        async with self._transactions.begin_platform() as tx:
            if not await tx.remove_tenant(tenant_id):
                raise not_found("tenant", tenant_id)
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
