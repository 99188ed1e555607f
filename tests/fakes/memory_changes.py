"""Word between replicas, within one process: every listener gets every notification."""

import asyncio
from typing import Self

from footfall_server.domain.change import SourceReset, WorkerConnected
from footfall_server.ports import Notification


class MemoryChanges:
    """Implements ChangeSource. Give the same one to every replica of a test."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._deaf = False

    def notifications(self) -> "_Listener":
        """Listens from this call on, and says SourceReset first, as a source that was just connected does."""
        return _Listener(self._listeners)

    async def announce_worker(self, word: WorkerConnected) -> None:
        self.publish(word)

    def publish(self, notification: Notification) -> None:
        if self._deaf:
            return
        for listener in tuple(self._listeners):
            listener.put(notification)

    def lose(self) -> None:
        """Loses every notification from now until `reset`."""
        self._deaf = True

    def reset(self) -> None:
        """Connected again: says that notifications may have been missed."""
        self._deaf = False
        self.publish(SourceReset())


class _Listener:
    """One reader; an AsyncIterator."""

    def __init__(self, listeners: "set[_Listener]") -> None:
        self._listeners = listeners
        self._queue: asyncio.Queue[Notification] = asyncio.Queue()
        self._listeners.add(self)
        self.put(SourceReset())

    def put(self, notification: Notification) -> None:
        self._queue.put_nowait(notification)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notification:
        return await self._queue.get()

    async def aclose(self) -> None:
        self._listeners.discard(self)
