"""The conversation about leases: who may read which camera."""

import asyncio
from collections.abc import Callable
from typing import NoReturn

from footfall.v1 import ingest_service_pb2

from footfall_edge.leases import HeldLease, LeaseBook
from footfall_edge.link.lease_message import from_leases, to_release
from footfall_edge.link.outbox import Outbox

_LOOK_S = 1.0


class LeaseDuty:
    """Keeps the book right while there is a link, and gives back what is not wanted any more (a LinkDuty)."""

    def __init__(self, *, book: LeaseBook, beat_soon: Callable[[], None]) -> None:
        """beat_soon: asks for the leases anew."""
        self._book = book
        self._beat_soon = beat_soon
        self._returned: asyncio.Queue[HeldLease] = asyncio.Queue()
        self._told = asyncio.Event()
        self._told.set()

    def begin(self, welcome: ingest_service_pb2.Welcome, *, asked_at: float) -> None:
        """Leases come with the wanted cameras; from now on they end by the clock."""
        del welcome
        self._book.link_up(asked_at=asked_at)

    async def run(self, outbox: Outbox) -> NoReturn:
        """Let go what is not renewed, and tell what is given back."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._give_back(outbox))
                while True:
                    ends_in = self._book.next_end_in_s()
                    # No longer than that, since this machine may have slept: its steady clock may have, too.
                    await asyncio.sleep(_LOOK_S if ends_in is None else min(ends_in, _LOOK_S))
                    self._book.expire()
        finally:
            self._book.link_down()

    def receive(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Take what the core says between two heartbeats."""
        if message.WhichOneof("message") == "camera_leases":
            self._book.update(from_leases(message.camera_leases.leases))
            # Counted from the last heartbeat, which was before; the next one makes it last.
            self._beat_soon()

    def release(self, camera_id: str) -> bool:
        """Hold a camera no more, so that another worker may read it; whether it was held."""
        held = self._book.give_back(camera_id)
        if held is None:
            return False
        self._told.clear()
        self._returned.put_nowait(held)
        return True

    async def release_all(self, *, within_s: float) -> None:
        """Give everything back, and return when that is on its way, or cannot be said in time."""
        for held in self._book.held():
            self.release(held.camera_id)
        try:
            async with asyncio.timeout(within_s):
                await self._told.wait()
        except TimeoutError:
            return

    async def _give_back(self, outbox: Outbox) -> NoReturn:
        while True:
            await outbox.put(to_release([await self._returned.get()]))
            if self._returned.empty():
                await outbox.flushed()
                self._told.set()
