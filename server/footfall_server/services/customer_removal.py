"""Forgets people, for good."""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identity import Principal
from footfall_server.ports import Clock, ImageStore, Transaction, Transactions
from footfall_server.services.known_customers import current_customer
from footfall_server.services.scope import begin_exclusive_for

_AT_ONCE: Final = 16
"""How many objects are deleted side by side."""


class CustomerRemoval:
    """Deletes a customer with all that is known of it and of whoever was merged into it."""

    def __init__(self, *, transactions: Transactions, images: ImageStore, clock: Clock) -> None:
        self._transactions = transactions
        self._images = images
        self._clock = clock

    async def delete(self, principal: Principal, customer_id: UUID) -> None:
        """Deletes who the customer is now. Raises NOT_FOUND.

        Images go from the store before the rows that name them are committed as gone: when the store
        cannot be reached, nothing is forgotten that was not deleted, and the call can be repeated. Faces go
        into the outbox of deletions from the index in the same transaction; its writer verifies them.
        """
        async with begin_exclusive_for(self._transactions, principal) as tx:
            root = await current_customer(tx, principal, customer_id)
            await self.forget(tx, principal, root.customer_id)

    async def forget(
        self,
        tx: Transaction,
        principal: Principal,
        root_id: UUID,
        *,
        action: Action = Action.CUSTOMER_DELETE,
        resource: str = "customer",
    ) -> None:
        """Does it in an exclusive transaction that sees all sites; the audit log is told of `action`."""
        family = [each.customer_id for each in await tx.customers.families([root_id])]
        visits = await tx.visits.of_customers(family)
        now = self._clock.now()
        erased = await tx.erasure.erase(family, now)
        await delete_objects(self._images, erased.object_keys)
        detail = {
            "customer_ids": family,
            "faces": erased.faces,
            "tracks": erased.tracks,
            "visits": erased.visits,
            "images": len(erased.object_keys),
        }
        await tx.audit.append(
            AuditEntry.of(principal, action, root_id, at=now, detail=detail, resource=resource)
        )
        await tx.changes.append(
            [NewChange(Topic.VISITS, ChangeKind.DELETED, visit.site_id, visit.visit_id) for visit in visits]
        )


async def delete_objects(images: ImageStore, keys: Sequence[str]) -> None:
    """Deletes objects, some side by side. Raises UNAVAILABLE when one of them cannot be deleted now."""
    for start in range(0, len(keys), _AT_ONCE):
        await asyncio.gather(*(images.delete(key) for key in keys[start : start + _AT_ONCE]))
