"""Forgets what is left of sign-ins: wrong attempts, setup tokens and sign-ins elsewhere that are over."""

from datetime import timedelta

import structlog

from footfall_server.domain.lockout import FORGOTTEN_AFTER
from footfall_server.ports import Clock, Transactions
from footfall_server.services.rounds import come_round

_log = structlog.get_logger()


class SignInRetention:
    """Keeps the tables short that anybody on the net can make grow. Every replica runs it."""

    def __init__(
        self, *, transactions: Transactions, clock: Clock, every: timedelta = timedelta(minutes=10)
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Purges once in a while for as long as the process lives."""
        await come_round(self.purge, every=self._every, failed="sign_ins_not_purged")

    async def purge(self) -> int:
        """Removes what is over. Returns how many rows that were."""
        now = self._clock.now()
        async with self._transactions.begin_platform() as tx:
            purged = (
                await tx.login_attempts.purge(now - FORGOTTEN_AFTER)
                + await tx.purge_setup_tokens(now)
                + await tx.oidc_logins.purge(now)
            )
        _log.debug("sign_ins_purged", rows=purged)
        return purged
