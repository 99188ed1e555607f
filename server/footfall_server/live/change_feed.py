"""One reader of the notifications, many who wait for them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import UUID

import structlog

from footfall_server.domain.change import (
    AccessRevoked,
    ControlWord,
    SourceReset,
    TenantChanged,
    Topic,
    WorkerConnected,
)
from footfall_server.ports import ChangeSource, Notification

RETRY_AFTER = timedelta(seconds=1)

Listener = Callable[[WorkerConnected | SourceReset], Awaitable[None]]

_log = structlog.get_logger()


class Bell:
    """Rings when there may be something new. It says neither what nor how often, so nothing piles up."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wakes whoever waits, or the next who does."""
        self._rung.set()

    async def wait(self, patience: timedelta) -> bool:
        """Whether it rang since the last call, or does before the patience is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience.total_seconds()):
                await self._rung.wait()
        rung = self._rung.is_set()
        self._rung.clear()
        return rung


class TenantBell:
    """Rings with the tenants that changed, for who looks after all of them."""

    def __init__(self) -> None:
        self._bell = Bell()
        self._changed: set[UUID] = set()
        self._lost_word = True

    def ring(self, tenant_id: UUID | None) -> None:
        """One tenant changed; None: any may have."""
        if tenant_id is None:
            self._lost_word = True
        else:
            self._changed.add(tenant_id)
        self._bell.ring()

    async def next(self, patience: timedelta) -> frozenset[UUID] | None:
        """The tenants that changed since the last call, once there are any.

        None means any may have: the patience is over, or word was lost.
        """
        rung = await self._bell.wait(timedelta(0) if self._lost_word else patience)
        changed, lost_word = frozenset(self._changed), self._lost_word
        self._changed.clear()
        self._lost_word = False
        return changed if rung and not lost_word else None


class ChangeFeed:
    """Wakes those who wait for changes. What changed they read for themselves: rows are the truth."""

    def __init__(self, *, source: ChangeSource) -> None:
        self._source = source
        self._bells: dict[UUID, dict[Bell, frozenset[Topic]]] = {}
        self._tenant_bells: set[TenantBell] = set()
        self._access_bells: set[Bell] = set()
        self._word_bells: dict[ControlWord, set[Bell]] = {}
        self._listeners: set[Listener] = set()

    async def run(self) -> None:
        """Reads notifications for as long as the process lives, and begins anew when the source fails."""
        while True:
            try:
                async for notification in self._source.notifications():
                    await self._pass_on(notification)
            except Exception as error:  # noqa: BLE001 - whatever it was, everybody is told to look again
                _log.warning("change_source_failed", error=type(error).__name__)
            await self._pass_on(SourceReset())
            await asyncio.sleep(RETRY_AFTER.total_seconds())

    @contextmanager
    def subscribe(self, tenant_id: UUID, topics: frozenset[Topic]) -> Iterator[Bell]:
        """A bell for changes of these topics in a tenant. Subscribe first, then read: nothing is missed."""
        bell = Bell()
        bells = self._bells.setdefault(tenant_id, {})
        bells[bell] = topics
        try:
            yield bell
        finally:
            del bells[bell]
            if not bells and self._bells.get(tenant_id) is bells:
                del self._bells[tenant_id]

    @contextmanager
    def subscribe_all(self) -> Iterator[TenantBell]:
        """A bell for changes in any tenant."""
        bell = TenantBell()
        self._tenant_bells.add(bell)
        try:
            yield bell
        finally:
            self._tenant_bells.discard(bell)

    @contextmanager
    def subscribe_access(self) -> Iterator[Bell]:
        """A bell that rings when somebody's access was ended."""
        bell = Bell()
        self._access_bells.add(bell)
        try:
            yield bell
        finally:
            self._access_bells.discard(bell)

    @contextmanager
    def subscribe_word(self, word: ControlWord) -> Iterator[Bell]:
        """A bell that rings when exactly this is said. Subscribe first, then read: nothing is missed."""
        bell = Bell()
        bells = self._word_bells.setdefault(word, set())
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells and self._word_bells.get(word) is bells:
                del self._word_bells[word]

    @contextmanager
    def listen(self, listener: Listener) -> Iterator[None]:
        """Calls `listener` with word of workers, and of word that was lost."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    async def _pass_on(self, notification: Notification) -> None:
        match notification:
            case TenantChanged(tenant_id, _, topics):
                for bell, wanted in self._bells.get(tenant_id, {}).items():
                    if wanted & topics:
                        bell.ring()
                for tenant_bell in self._tenant_bells:
                    tenant_bell.ring(tenant_id)
            case WorkerConnected():
                await self._tell(notification)
            case AccessRevoked():
                for bell in self._access_bells:
                    bell.ring()
            case SourceReset():
                self._ring_all()
                await self._tell(notification)
            case _:
                for bell in self._word_bells.get(notification, ()):
                    bell.ring()

    def _ring_all(self) -> None:
        for bells in self._bells.values():
            for bell in bells:
                bell.ring()
        for tenant_bell in self._tenant_bells:
            tenant_bell.ring(None)
        for bell in self._access_bells:
            bell.ring()
        for word_bells in self._word_bells.values():
            for bell in word_bells:
                bell.ring()

    async def _tell(self, word: WorkerConnected | SourceReset) -> None:
        for listener in tuple(self._listeners):
            await listener(word)
