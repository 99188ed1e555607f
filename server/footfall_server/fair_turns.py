"""Turns at something scarce, shared out fairly between those who want them."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class TooManyWaitError(Exception):
    """As many as may wait for a turn under this key do so already."""


class FairTurns:
    """At most `total` turns at once, at most `per_key` of them under one key.

    Who waits under the same key is served in the order of coming; of the keys, each in its turn. So it
    matters to nobody how many wait under another key. `most_waiting` may wait under one key. Without a
    total, keys do not meet at all. Nothing is kept for a key under which nobody is served or waits.
    """

    def __init__(self, *, per_key: int, total: int | None = None, most_waiting: int | None = None) -> None:
        self._per_key = per_key
        self._total = total
        self._most_waiting = most_waiting
        self._served: Counter[Hashable] = Counter()
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[None]:
        """Waits for a turn and has it until the context ends. Raises TooManyWaitError."""
        await self._begin(key)
        try:
            yield
        finally:
            self._end(key)

    async def _begin(self, key: Hashable) -> None:
        queue = self._waiting.get(key)
        if queue is None and self._has_room(key):
            self._served[key] += 1
            return
        if queue is None:
            queue = self._waiting[key] = deque()
        if self._most_waiting is not None and len(queue) >= self._most_waiting:
            if not queue:
                del self._waiting[key]
            raise TooManyWaitError
        mine = asyncio.get_running_loop().create_future()
        queue.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._end(key)  # it was given a turn in the same moment
            elif mine in queue:
                queue.remove(mine)
                if not queue and self._waiting.get(key) is queue:
                    del self._waiting[key]
            raise

    def _end(self, key: Hashable) -> None:
        self._served[key] -= 1
        if not self._served[key]:
            del self._served[key]
        self._serve_next()

    def _serve_next(self) -> None:
        """Gives what turns there are, to one of each key before the second of any."""
        while (key := next(filter(self._has_room, self._waiting), None)) is not None:
            queue = self._waiting[key]
            next_one = queue.popleft()
            if queue:
                self._waiting.move_to_end(key)
            else:
                del self._waiting[key]
            if not next_one.done():
                self._served[key] += 1
                next_one.set_result(None)

    def _has_room(self, key: Hashable) -> bool:
        return self._served[key] < self._per_key and (
            self._total is None or self._served.total() < self._total
        )
