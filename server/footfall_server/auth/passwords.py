"""Passwords: argon2id, off the event loop, in the same time for accounts that do not exist."""

import asyncio
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 1024


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether the password was right, and a fresh hash when the stored one has outdated parameters."""

    right: bool
    new_hash: str | None = field(default=None, repr=False)


class Passwords:
    """Hashes and checks passwords. At most `parallel` at once, since each takes tens of megabytes."""

    def __init__(self, *, hasher: PasswordHasher | None = None, parallel: int = 2) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(parallel)
        # Checked in place of the hash of an account that is not there, so that the answer takes as long.
        self._decoy = self._hasher.hash("no account has this password")

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, stored_hash: str | None, password: str) -> PasswordCheck:
        """Checks a password against the account's hash; None means that there is no such account."""
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
