"""Forgets sessions and revocations that are over for good."""

from datetime import timedelta

from footfall_server.ports import Clock, Transactions
from footfall_server.services.rounds import come_round


class AccessRetention:
    """Keeps sessions and revocations few. Every replica runs it; to repeat it does no harm."""

    def __init__(
        self, *, transactions: Transactions, clock: Clock, every: timedelta = timedelta(minutes=15)
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Forgets once in a while for as long as the process lives."""
        await come_round(self.forget, every=self._every, failed="ended_access_not_forgotten")

    async def forget(self) -> int:
        """Removes what is over. Returns how many rows that were."""
        async with self._transactions.begin_platform() as tx:
            return await tx.session_search.forget_ended(self._clock.now())
