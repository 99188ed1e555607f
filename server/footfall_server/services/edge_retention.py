"""Forgets what is of no use any more: leases of long ago, who was staff once, when cameras were read."""

from datetime import timedelta
from uuid import UUID

import structlog

from footfall_server.domain.camera_uptime import KEPT
from footfall_server.domain.staff_gallery import TOMBSTONES
from footfall_server.ports import Clock, Transactions
from footfall_server.services.rounds import come_round, each_tenant

SLACK = timedelta(days=1)
"""For clocks of workers and replicas that differ."""

_log = structlog.get_logger()


class EdgeRetention:
    """Keeps leases for as long as events of their time are taken, and the newest of each camera for ever.

    Whose faces are staff's no more is kept for as long as a worker may come back and be told, and when
    cameras were read for as long as reports are compared.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        clock: Clock,
        keep: timedelta,
        every: timedelta = timedelta(hours=6),
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._keep = keep
        self._every = every

    async def run(self) -> None:
        """Looks once in a while for as long as the process lives."""
        await come_round(self.purge, every=self._every, failed="edge_rows_not_purged")

    async def purge(self) -> int:
        """Forgets what is too old, in every tenant. Returns how many rows that were.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        now = self._clock.now()
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()

        async def purge(tenant_id: UUID) -> int:
            async with self._transactions.begin(tenant_id) as tx:
                return (
                    await tx.leases.purge(now - self._keep - SLACK)
                    + await tx.staff_gallery.purge(now - TOMBSTONES)
                    + await tx.uptime.purge(now - KEPT)
                )

        forgotten = await each_tenant(tenant_ids, purge)
        _log.info("edge_rows_purged", forgotten=forgotten)
        return forgotten
