"""Ends commands that nobody answered, and removes what is over of commands, pictures and previews."""

from datetime import timedelta
from uuid import UUID

from footfall_server.ports import Clock, Transactions
from footfall_server.services.camera_commands import expire_commands
from footfall_server.services.rounds import come_round, each_tenant


class CommandExpiry:
    """Every replica runs it, for commands whose sender is gone; of several that find one, one ends it.

    Commands are kept for `keep` after their deadline, so that a repeated request is answered as the first.
    Pictures go as soon as their time is over.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        clock: Clock,
        keep: timedelta = timedelta(hours=1),
        every: timedelta = timedelta(seconds=5),
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._keep = keep
        self._every = every

    async def run(self) -> None:
        """Looks once in a while for as long as the process lives."""
        await come_round(self.expire, every=self._every, failed="commands_not_expired")

    async def expire(self) -> int:
        """Ends what is over by now, in every tenant. Returns how many commands those were.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        now = self._clock.now()
        async with self._transactions.begin_platform() as platform:
            await platform.purge_pictures(now)
            await platform.purge_previews(now)
            await platform.purge_commands(now - self._keep)
            tenant_ids = await platform.tenants_with_expired_commands(now)
        return await each_tenant(tenant_ids, self._expire)

    async def _expire(self, tenant_id: UUID) -> int:
        async with self._transactions.begin(tenant_id) as tx:
            return await expire_commands(tx, self._clock)
