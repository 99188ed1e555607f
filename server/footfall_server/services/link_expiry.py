"""Finds workers whose link is gone, also when the replica that held it is."""

from datetime import timedelta
from uuid import UUID

from footfall_server.ports import Clock, Transactions
from footfall_server.services.rounds import come_round, each_tenant
from footfall_server.services.workers import tell_of_expired


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
        await come_round(self.expire, every=self._every, failed="links_not_expired")

    async def expire(self) -> int:
        """Marks those whose link expired by now, in every tenant. Returns how many those were.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        now = self._clock.now()
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenants_with_expired_links(now)

        async def expire(tenant_id: UUID) -> int:
            async with self._transactions.begin(tenant_id) as tx:
                found = await tx.workers.expire_links(now)
                await tell_of_expired(tx, found)
            return len(found)

        return await each_tenant(tenant_ids, expire)
