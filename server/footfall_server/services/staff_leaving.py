"""Who left is known by no face any more."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.ports import Clock, ImageStore, Transaction, Transactions
from footfall_server.services.customer_removal import delete_objects
from footfall_server.services.rounds import come_round, each_tenant

_AT_ONCE: Final = 20
"""Leavers of a tenant in one transaction, which keeps its events waiting."""

_log = structlog.get_logger()


async def forget_by_face(tx: Transaction, images: ImageStore, family: Collection[UUID], now: datetime) -> int:
    """Erases whatever a person is recognised by, in an exclusive transaction. Returns how many embeddings.

    As everywhere, portraits go from the store before the rows that name them are committed as gone. What
    cameras saw stays; who comes again is somebody new.
    """
    erased = await tx.erasure.erase_faces(family, now)
    await delete_objects(images, erased.object_keys)
    return erased.faces


class StaffLeaving:
    """Looks for staff whose leave_time is over. Every replica runs it; of several one finds them.

    Workers hear of it with the next look at the staff gallery, seconds later. It finds who is still known,
    not who left just now: faces that come to a leaver later, by a merge, go as well.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        images: ImageStore,
        clock: Clock,
        every: timedelta = timedelta(seconds=15),
    ) -> None:
        self._transactions = transactions
        self._images = images
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Looks once in a while for as long as the process lives."""
        await come_round(self.sweep, every=self._every, failed="leavers_not_forgotten")

    async def sweep(self) -> int:
        """Erases the faces of everybody who left. Returns how many people that were.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()
        return await each_tenant(tenant_ids, self.forget_leavers)

    async def forget_leavers(self, tenant_id: UUID) -> int:
        """Erases the faces of some who left. Returns how many people that were; 0 when nobody is left."""
        async with self._transactions.begin(tenant_id) as tx:
            if not await tx.staff.leavers(self._clock.now(), 1):
                return 0
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            now = self._clock.now()
            leavers = await tx.staff.leavers(now, _AT_ONCE)
            for staff_id in leavers:
                family = [each.customer_id for each in await tx.customers.families([staff_id])]
                faces = await forget_by_face(tx, self._images, family, now)
                detail = {"faces": faces}
                await tx.audit.append(
                    AuditEntry.by_nobody(
                        Action.STAFF_LEAVE, staff_id, at=now, detail=detail, resource="staff"
                    )
                )
        _log.info("leavers_forgotten", tenant_id=str(tenant_id), people=len(leavers))
        return len(leavers)
