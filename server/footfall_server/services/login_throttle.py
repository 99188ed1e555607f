"""Makes guessing passwords slow, for addresses that have an account and for those that have none."""

import hmac
import math
from collections.abc import Callable
from datetime import timedelta

from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock, Transactions


class LoginThrottle:
    """Counts attempts per address over all replicas, before the password is looked at.

    Counted first, parallel guesses do not all slip through before the first of them failed. `key` tells
    a secret that all replicas share: of an address only its HMAC-SHA-256 is kept. With a new secret all
    addresses begin anew.
    """

    def __init__(self, *, transactions: Transactions, clock: Clock, key: Callable[[], bytes]) -> None:
        self._transactions = transactions
        self._clock = clock
        self._key = key

    async def take(self, email: str) -> None:
        """Counts an attempt. Raises RESOURCE_EXHAUSTED / TOO_MANY_ATTEMPTS while the address has to wait.

        An attempt that has to wait is not counted, so that trying early makes nothing longer.
        """
        key, now = self._address_key(email), self._clock.now()
        async with self._transactions.begin_platform() as tx:
            attempts = await tx.login_attempts.hold(key, now)
            if (wait := attempts.wait(now)) > timedelta(0):
                raise _too_many_attempts(wait)
            await tx.login_attempts.save(key, attempts.counted(now))

    async def forgive(self, email: str) -> None:
        """Forgets the attempts: the password was right, or was set anew."""
        async with self._transactions.begin_platform() as tx:
            await tx.login_attempts.forget(self._address_key(email))

    def _address_key(self, email: str) -> bytes:
        return hmac.digest(self._key(), email.strip().lower().encode(), "sha256")


def _too_many_attempts(wait: timedelta) -> FootfallError:
    seconds = math.ceil(wait.total_seconds())
    return FootfallError(
        ErrorKind.RESOURCE_EXHAUSTED,
        "TOO_MANY_ATTEMPTS",
        f"too many wrong passwords for this address; try again in {seconds} s",
        retry_after=timedelta(seconds=seconds),
    )
