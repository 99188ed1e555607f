"""Writes failed sign-ins into the audit log, apart from the calls that failed.

A call that wrote for known accounts alone would take longer for them, and tell by that which there are.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

import structlog

from footfall_server.domain.audit import Action
from footfall_server.domain.identity import User
from footfall_server.errors import FootfallError
from footfall_server.ports import AccountTransaction, Clock, Transactions
from footfall_server.services.account_audit import by_nobody

_log = structlog.get_logger()


class FailedSignIns:
    """A queue of failures of known accounts. What finds it full is only counted in the process's log."""

    def __init__(self, *, transactions: Transactions, clock: Clock, room: int = 1000) -> None:
        self._transactions = transactions
        self._clock = clock
        self._queue: asyncio.Queue[tuple[User, str, datetime]] = asyncio.Queue(room)

    def note(self, user: User, *, method: str) -> None:
        """Somebody failed to prove to be this user. Takes no time."""
        try:
            self._queue.put_nowait((user, method, self._clock.now()))
        except asyncio.QueueFull:
            _log.warning("failed_sign_in_not_audited", user_id=str(user.user_id))

    async def run(self) -> None:
        """Writes what is noted for as long as the process lives, and what is left of it at the end."""
        try:
            while True:
                await self._write(*await self._queue.get())
        finally:
            while not self._queue.empty() and await self._write(*self._queue.get_nowait()):
                pass

    async def _write(self, user: User, method: str, at: datetime) -> bool:
        """Whether it could be written."""
        entry = by_nobody(user.user_id, Action.SIGN_IN_FAILED, at=at, detail={"method": method})
        try:
            async with self._begin(user.tenant_id) as tx:
                await tx.audit.append(entry)
        except FootfallError as error:
            _log.warning("failed_sign_in_not_audited", user_id=str(user.user_id), reason=error.reason)
            return False
        return True

    def _begin(self, tenant_id: UUID | None) -> AbstractAsyncContextManager[AccountTransaction]:
        if tenant_id is None:
            return self._transactions.begin_platform()
        return self._transactions.begin(tenant_id)
