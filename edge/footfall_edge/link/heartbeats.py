"""The worker's heartbeat, which asks to keep its leases, and what the answer tells."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import NoReturn

from footfall.v1 import ingest_service_pb2

from footfall_edge import convert
from footfall_edge.leases import LeaseBook
from footfall_edge.link.core_clock import CoreClock
from footfall_edge.link.heartbeat_message import to_heartbeat
from footfall_edge.link.lease_message import from_leases
from footfall_edge.link.outbox import Outbox
from footfall_edge.worker_condition import WorkerCondition

DEFAULT_INTERVAL_S = 30.0
_UNANSWERED = 8
"""So many heartbeats are remembered until their answers come; the link is given up long before."""


class Heartbeats:
    """Says how the worker does, at once and then as often as the core asked for (a LinkDuty)."""

    def __init__(
        self,
        *,
        condition: Callable[[], Awaitable[WorkerCondition]],
        core_clock: CoreClock,
        leases: LeaseBook,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._condition = condition
        self._core_clock = core_clock
        self._leases = leases
        self._steady = steady
        self._wall = wall
        self._interval = DEFAULT_INTERVAL_S
        self._asked: dict[int, float] = {}
        self._soon = asyncio.Event()
        self._is_over = False

    def beat_soon(self) -> None:
        """Say it now, not when the time has come: something changed that the core should know."""
        self._soon.set()

    def stop(self) -> None:
        """Beat no more: the worker is about to end, and a heartbeat would ask for what it gives back."""
        self._is_over = True

    def begin(self, welcome: ingest_service_pb2.Welcome, *, asked_at: float) -> None:
        """Take the interval and the core's time."""
        self._asked.clear()
        self._interval = interval_of(welcome)
        if welcome.HasField("core_time"):
            self._core_clock.sample(convert.from_timestamp(welcome.core_time), asked_at=asked_at)

    async def run(self, outbox: Outbox) -> NoReturn:
        """Beat."""
        while True:
            self._soon.clear()
            if not self._is_over:
                await self._beat(outbox)
            try:
                async with asyncio.timeout(self._interval):
                    await self._soon.wait()
            except TimeoutError:
                continue

    def receive(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Take an answer."""
        if message.WhichOneof("message") != "heartbeat":
            return
        answer = message.heartbeat
        asked_at = self._asked.pop(answer.sent_time.ToNanoseconds(), None)
        if asked_at is None:
            # An answer to nothing that was asked: how old it is, nobody knows.
            return
        if answer.HasField("core_time"):
            self._core_clock.sample(convert.from_timestamp(answer.core_time), asked_at=asked_at)
        before = set(self._leases.held())
        self._leases.update(from_leases(answer.leases), asked_at=asked_at)
        if not before <= set(self._leases.held()):
            # Who is to read the camera next waits to hear that this worker does not any more.
            self.beat_soon()

    async def _beat(self, outbox: Outbox) -> None:
        condition = await self._condition()
        self._core_clock.look()
        asked_at = self._steady()
        beat = to_heartbeat(
            condition,
            at=self._wall(),
            clock_offset=self._core_clock.offset(),
            held=self._leases.held(),
        )
        self._leases.asked(asked_at)
        while len(self._asked) >= _UNANSWERED:
            del self._asked[next(iter(self._asked))]
        self._asked[beat.sent_time.ToNanoseconds()] = asked_at
        await outbox.put(ingest_service_pb2.ConnectRequest(heartbeat=beat))


def interval_of(welcome: ingest_service_pb2.Welcome) -> float:
    """Seconds between two heartbeats."""
    return welcome.heartbeat_interval.ToTimedelta().total_seconds() or DEFAULT_INTERVAL_S
