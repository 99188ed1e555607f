"""Who did not come for long is recognised no more: what is left are visits of nobody in particular."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.jobs import JobResult
from footfall_server.domain.retention import Retention, RetentionLimits
from footfall_server.ports import Clock, ImageStore, Transactions
from footfall_server.services.staff_leaving import forget_by_face

_AT_ONCE: Final = 50
"""Customers in one transaction, which keeps the tenant's events waiting."""


class TemplateExpiry:
    """Erases the templates and names of visitors who were seen last longer ago than the tenant keeps them.

    Their visits stay, under a number that leads to no face. Who comes again is somebody new. Staff are known
    until they leave.
    """

    def __init__(
        self, *, transactions: Transactions, images: ImageStore, clock: Clock, limits: RetentionLimits
    ) -> None:
        self._transactions = transactions
        self._images = images
        self._clock = clock
        self._limits = limits

    async def expire(self, tenant_id: UUID) -> JobResult:
        """Erases, and says how much. Raises UNAVAILABLE."""
        customers, faces = 0, 0
        while True:
            async with self._transactions.begin_exclusive(tenant_id) as tx:
                now = self._clock.now()
                # Each time anew: what somebody allows to stay meanwhile stays.
                keep = Retention(self._limits, await tx.retention.rules()).templates().length
                unseen = await tx.customers.unseen_since(now - keep, _AT_ONCE)
                for root_id in unseen:
                    family = await tx.customers.families([root_id])
                    ids = [each.customer_id for each in family]
                    erased = await forget_by_face(tx, self._images, ids, now)
                    await tx.customers.save(
                        [replace(each, display_name="", updated_at=now) for each in family]
                    )
                    entry = AuditEntry.by_nobody(
                        Action.CUSTOMER_EXPIRE, root_id, at=now, detail={"faces": erased}, resource="customer"
                    )
                    await tx.audit.append(entry)
                    faces += erased
            customers += len(unseen)
            if len(unseen) < _AT_ONCE:
                return JobResult({"customers": customers, "faces": faces})
