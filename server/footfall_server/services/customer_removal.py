"""Forgets people, for good."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.erasure import Erasure, SubjectKind, Tombstone, TombstoneKind, TombstoneMaker
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.restatement import ChangeCause
from footfall_server.ports import Clock, Erased, ImageStore, Transaction, Transactions
from footfall_server.services.known_customers import current_customer
from footfall_server.services.scope import begin_exclusive_for

_AT_ONCE: Final = 16
"""How many objects are deleted side by side."""
_ACTIONS: Final = {
    SubjectKind.CUSTOMER: Action.CUSTOMER_DELETE,
    SubjectKind.STAFF: Action.STAFF_DELETE,
}


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """Whom to erase, and why. `root_id` is who it is after merges."""

    root_id: UUID
    kind: SubjectKind = SubjectKind.CUSTOMER
    ticket: str = field(default="", repr=False)
    request_id: UUID | None = None


class CustomerRemoval:
    """Deletes a person with all that is known of it and of whoever was merged into it."""

    def __init__(
        self, *, transactions: Transactions, images: ImageStore, tombstones: TombstoneMaker, clock: Clock
    ) -> None:
        self._transactions = transactions
        self._images = images
        self._tombstones = tombstones
        self._clock = clock

    async def delete(self, principal: Principal, customer_id: UUID) -> None:
        """Deletes who the customer is now. Raises NOT_FOUND."""
        async with begin_exclusive_for(self._transactions, principal) as tx:
            root = await current_customer(tx, principal, customer_id)
            await self.forget(tx, principal, ErasureOrder(root.customer_id))

    async def forget(self, tx: Transaction, principal: Principal | None, order: ErasureOrder) -> Erasure:
        """Does it in an exclusive transaction that sees all sites; by nobody where no principal asked.

        Images go from the store before the rows that name them are committed as gone: when the store
        cannot be reached, nothing is forgotten that was not deleted, and the call can be repeated. Faces go
        into the outbox of deletions from the index in the same transaction; its writer verifies them. Old
        versions of the images go afterwards, and the erasure is complete when all that was seen to be gone.
        """
        family = [each.customer_id for each in await tx.customers.families([order.root_id])]
        visits = await tx.visits.of_customers(family)
        now = self._clock.now()
        await tx.report_days.because(ChangeCause.ERASURE)
        erased = await tx.erasure.erase(family, now)
        await delete_objects(self._images, erased.object_keys)
        erasure = Erasure(
            erasure_id=new_id(),
            kind=order.kind,
            subject_id=order.root_id,
            ticket=order.ticket,
            requested_by=None if principal is None else principal.subject_id,
            erased_at=now,
            counts=erased.counts,
            person_ids=tuple(family),
            face_ids=tuple(erased.face_ids),
            object_keys=tuple(erased.object_keys),
        )
        await tx.erasures.add(erasure, self._stones(tx.tenant_id, family, erased), order.request_id)
        detail = {
            "erasure_id": erasure.erasure_id,
            "customer_ids": family,
            **erased.counts.as_mapping(),
        }
        action, resource = _ACTIONS[order.kind], order.kind.value
        await tx.audit.append(
            AuditEntry.by_nobody(action, order.root_id, at=now, detail=detail, resource=resource)
            if principal is None
            else AuditEntry.of(principal, action, order.root_id, at=now, detail=detail, resource=resource)
        )
        await tx.changes.append(
            [NewChange(Topic.VISITS, ChangeKind.DELETED, visit.site_id, visit.visit_id) for visit in visits]
        )
        return erasure

    def _stones(self, tenant_id: UUID, family: Collection[UUID], erased: Erased) -> Sequence[Tombstone]:
        return [
            *(self._tombstones.of(tenant_id, TombstoneKind.PERSON, each) for each in family),
            *(self._tombstones.of(tenant_id, TombstoneKind.TRACK, each) for each in erased.track_ids),
        ]


async def delete_objects(images: ImageStore, keys: Sequence[str]) -> None:
    """Deletes objects, some side by side. Raises UNAVAILABLE when one of them cannot be deleted now."""
    for start in range(0, len(keys), _AT_ONCE):
        await asyncio.gather(*(images.delete(key) for key in keys[start : start + _AT_ONCE]))
