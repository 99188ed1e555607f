"""Whose access was ended, in memory: asked at every call, without a look at the database."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import structlog

from footfall_server.domain.identity import Principal
from footfall_server.domain.revocation import Revocation, revocable_ids
from footfall_server.errors import FootfallError
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.ports import Clock, Transactions

POLL_EVERY = timedelta(seconds=2)

_log = structlog.get_logger()


class RevocationList:
    """A replica's copy of the revocations.

    It is read when a notification comes, and every two seconds in case one was lost. While the database is
    away the last one counts.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        feed: ChangeFeed,
        clock: Clock,
        poll_every: timedelta = POLL_EVERY,
    ) -> None:
        self._transactions = transactions
        self._feed = feed
        self._clock = clock
        self._poll_every = poll_every
        self._known: Mapping[UUID, Revocation] | None = None
        self._watchers: dict[object, tuple[Principal, Callable[[], None]]] = {}

    @property
    def is_loaded(self) -> bool:
        """Whether it was read once. Until then nobody can be let in."""
        return self._known is not None

    def refuses(self, principal: Principal) -> bool:
        """Whether the caller's access was ended since its token was issued."""
        known = self._known or {}
        return any(named in known and known[named].refuses(principal) for named in revocable_ids(principal))

    @contextmanager
    def watching(self, principal: Principal, end: Callable[[], None]) -> Iterator[None]:
        """Calls `end` once if the caller's access ends while the context is open, or did already."""
        watcher = object()
        if self.refuses(principal):
            end()
        else:
            self._watchers[watcher] = (principal, end)
        try:
            yield
        finally:
            self._watchers.pop(watcher, None)

    async def load(self) -> None:
        """Reads the revocations and ends what they end. What cannot be read now is read later."""
        try:
            async with self._transactions.begin_platform() as tx:
                found = await tx.revocations.live(self._clock.now())
        except FootfallError as error:
            _log.warning("revocations_not_read", reason=error.reason)
            return
        self._known = _by_id(found)
        for watcher, (principal, end) in tuple(self._watchers.items()):
            if self.refuses(principal):
                del self._watchers[watcher]
                end()

    async def run(self) -> None:
        """Keeps the list fresh for as long as the process lives."""
        with self._feed.subscribe_access() as bell:
            while True:
                await self.load()
                await bell.wait(self._poll_every)


def _by_id(revocations: Iterable[Revocation]) -> Mapping[UUID, Revocation]:
    return {each.subject_or_session_id: each for each in revocations}
