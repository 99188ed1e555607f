"""Forgets what is of no use any more: leases of long ago, who was staff once, when cameras were read."""

import asyncio
from datetime import timedelta

import structlog

from footfall_server.domain.camera_uptime import KEPT
from footfall_server.domain.staff_gallery import TOMBSTONES
from footfall_server.errors import FootfallError
from footfall_server.ports import Clock, Transactions

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
        while True:
            await asyncio.sleep(self._every.total_seconds())
            try:
                forgotten = await self.purge()
            except FootfallError as error:
                _log.warning("edge_rows_not_purged", reason=error.reason)
            else:
                _log.info("edge_rows_purged", forgotten=forgotten)

    async def purge(self) -> int:
        """Forgets what is too old, in every tenant. Returns how many rows that were."""
        now = self._clock.now()
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()
        forgotten = 0
        for tenant_id in tenant_ids:
            async with self._transactions.begin(tenant_id) as tx:
                forgotten += await tx.leases.purge(now - self._keep - SLACK)
                forgotten += await tx.staff_gallery.purge(now - TOMBSTONES)
                forgotten += await tx.uptime.purge(now - KEPT)
        return forgotten
