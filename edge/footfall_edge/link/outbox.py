"""What waits to be written to the stream, which one task writes."""

import asyncio

from footfall.v1 import ingest_service_pb2

_ROOM = 16


class Outbox:
    """In the order of putting; whoever puts waits while it is full.

    What is only offered goes when nothing else waits.
    """

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[ingest_service_pb2.ConnectRequest | None] = asyncio.Queue(maxsize=_ROOM)
        self._offered: dict[str, ingest_service_pb2.ConnectRequest] = {}
        self._arrived = asyncio.Event()
        self._was_put = False

    async def put(self, request: ingest_service_pb2.ConnectRequest) -> None:
        """Have it written when its turn comes."""
        await self._waiting.put(request)
        self._arrived.set()

    async def put_end(self) -> None:
        """Have the stream ended when all that was put before is on its way."""
        await self._waiting.put(None)
        self._arrived.set()

    def offer(self, key: str, request: ingest_service_pb2.ConnectRequest) -> None:
        """Have it written if there is time before the next offer of that key, which takes its place."""
        self._offered[key] = request
        self._arrived.set()

    def withdraw(self) -> None:
        """Take back all that was offered and is not written yet."""
        self._offered.clear()

    async def take(self) -> ingest_service_pb2.ConnectRequest | None:
        """What is to be written next, as soon as there is something, None for the end; then say written()."""
        while True:
            self._arrived.clear()
            if not self._waiting.empty():
                self._was_put = True
                return self._waiting.get_nowait()
            if self._offered:
                self._was_put = False
                return self._offered.pop(next(iter(self._offered)))
            await self._arrived.wait()

    def written(self) -> None:
        """What was taken last is on its way."""
        if self._was_put:
            self._waiting.task_done()

    async def flushed(self) -> None:
        """Return when all that was put is on its way."""
        await self._waiting.join()
