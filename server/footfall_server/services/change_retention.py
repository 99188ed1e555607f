"""Forgets changes that are too old to resume a watch from, and what was sent of them."""

from datetime import timedelta
from uuid import UUID

import structlog

from footfall_server.domain.webhook import DELIVERIES_KEPT
from footfall_server.ports import Clock, Transactions
from footfall_server.services.rounds import come_round, each_tenant

_log = structlog.get_logger()


class ChangeRetention:
    """Keeps the log of changes short. Every replica runs it; per tenant one at a time does something.

    What was not carried to webhooks or to the broker yet is kept for as long as deliveries are, which go with
    it.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        clock: Clock,
        keep: timedelta = timedelta(hours=24),
        every: timedelta = timedelta(hours=1),
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._keep = keep
        self._every = every

    async def run(self) -> None:
        """Compacts once in a while for as long as the process lives."""
        await come_round(self.compact, every=self._every, failed="changes_not_compacted")

    async def compact(self) -> int:
        """Forgets what is older than is kept, in every tenant. Returns how many changes that were.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        now = self._clock.now()
        last = now - DELIVERIES_KEPT
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()

        async def compact(tenant_id: UUID) -> int:
            async with self._transactions.begin_exclusive(tenant_id) as tx:
                forgotten = await tx.changes.compact(now - self._keep, unread_before=last)
                await tx.webhook_deliveries.forget(last)
                return forgotten

        forgotten = await each_tenant(tenant_ids, compact)
        _log.info("changes_compacted", forgotten=forgotten)
        return forgotten
