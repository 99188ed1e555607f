"""Passwords: argon2id, off the event loop, in the same time for accounts that do not exist."""

import asyncio
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether the password was right, and a fresh hash when the stored one has outdated parameters."""

    right: bool
    new_hash: str | None = field(default=None, repr=False)


class Passwords:
    """Hashes and checks passwords with argon2id.

    The parameters are the second recommended option of RFC 9106 (section 4): 64 MiB of memory, 3 passes and
    4 lanes, which is above the least that OWASP's Password Storage Cheat Sheet asks for (19 MiB, 2 passes).
    A check holds 64 MiB for some tens of milliseconds, so at most `parallel` run at once: 128 MiB with two.
    Hashes of weaker parameters are replaced at the next sign-in.
    """

    def __init__(self, *, hasher: PasswordHasher | None = None, parallel: int = 2) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._slots = asyncio.Semaphore(parallel)
        # Checked in place of the hash of an account that is not there, so that the answer takes as long.
        self._decoy = self._hasher.hash("no account has this password")

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, stored_hash: str | None, password: str) -> PasswordCheck:
        """Checks a password against the account's hash.

        None means that there is no such account, or one without a password: it costs as much and is wrong.
        """
        async with self._slots:
            return await asyncio.to_thread(self._check, stored_hash, password)

    def _check(self, stored_hash: str | None, password: str) -> PasswordCheck:
        try:
            self._hasher.verify(self._decoy if stored_hash is None else stored_hash, password)
        except (VerificationError, InvalidHashError):
            return PasswordCheck(right=False)
        if stored_hash is None:
            return PasswordCheck(right=False)
        outdated = self._hasher.check_needs_rehash(stored_hash)
        return PasswordCheck(right=True, new_hash=self._hasher.hash(password) if outdated else None)
