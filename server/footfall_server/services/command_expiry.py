"""Ends commands that nobody answered, and removes what is over of commands, pictures and previews."""

import asyncio
from datetime import timedelta

import structlog

from footfall_server.errors import FootfallError
from footfall_server.ports import Clock, Transactions
from footfall_server.services.camera_commands import expire_commands

_log = structlog.get_logger()


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
        while True:
            await asyncio.sleep(self._every.total_seconds())
            try:
                await self.expire()
            except FootfallError as error:
                _log.warning("commands_not_expired", reason=error.reason)

    async def expire(self) -> int:
        """Ends what is over by now, in every tenant. Returns how many commands those were."""
        now = self._clock.now()
        async with self._transactions.begin_platform() as platform:
            await platform.purge_pictures(now)
            await platform.purge_previews(now)
            await platform.purge_commands(now - self._keep)
            tenant_ids = await platform.tenants_with_expired_commands(now)
        expired = 0
        for tenant_id in tenant_ids:
            async with self._transactions.begin(tenant_id) as tx:
                expired += await expire_commands(tx, self._clock)
        return expired
