"""Forgets imports a day after they were begun."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from footfall_server.domain.staff_import import LIFETIME
from footfall_server.ports import Clock, Transactions
from footfall_server.services.import_store import ImportStore
from footfall_server.services.rounds import come_round, each_tenant

_HOUR: Final = timedelta(hours=1)
_HOURS_BACK: Final = 6
"""How long no replica may run without leaving something to the bucket's life cycle."""


class StaffImportExpiry:
    """Sweeps the hours that ended a day ago. Every replica runs it; twice does no harm."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        store: ImportStore,
        clock: Clock,
        every: timedelta = timedelta(minutes=30),
    ) -> None:
        self._transactions = transactions
        self._store = store
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Looks once in a while for as long as the process lives."""
        await come_round(self.sweep, every=self._every, failed="staff_imports_not_forgotten")

    async def sweep(self) -> int:
        """Forgets what is over. Returns how many objects that were.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()
        # The hour in which a day ago lies is not over yet.
        last = self._clock.now() - LIFETIME - _HOUR
        hours = [last - back * _HOUR for back in range(_HOURS_BACK)]

        async def forget(tenant_id: UUID) -> int:
            return sum([await self._store.forget_hour(tenant_id, hour) for hour in hours])

        return await each_tenant(tenant_ids, forget)
