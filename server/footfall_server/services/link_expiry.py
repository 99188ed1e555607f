"""Finds workers whose link is gone, also when the replica that held it is."""

import asyncio
from datetime import timedelta

import structlog

from footfall_server.errors import FootfallError
from footfall_server.ports import Clock, Transactions
from footfall_server.services.workers import tell_of_expired

_log = structlog.get_logger()


class LinkExpiry:
    """Marks workers OFFLINE. Every replica runs it; of several that find the same one, one tells it."""

    def __init__(
        self, *, transactions: Transactions, clock: Clock, every: timedelta = timedelta(seconds=5)
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Looks once in a while for as long as the process lives."""
        while True:
            await asyncio.sleep(self._every.total_seconds())
            try:
                await self.expire()
            except FootfallError as error:
                _log.warning("links_not_expired", reason=error.reason)

    async def expire(self) -> int:
        """Marks those whose link expired by now, in every tenant. Returns how many those were."""
        now = self._clock.now()
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenants_with_expired_links(now)
        expired = 0
        for tenant_id in tenant_ids:
            async with self._transactions.begin(tenant_id) as tx:
                found = await tx.workers.expire_links(now)
                await tell_of_expired(tx, found)
            expired += len(found)
        return expired
