"""Lets cameras take turns on the vision threads, each with its fair share of the processor."""

import asyncio
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from footfall_edge.inference import InferencePool
from footfall_edge.scheduling.fair_turns import FairTurns, Share

P = ParamSpec("P")
R = TypeVar("R")

_LEAST_WAIT_S = 0.001


class AnalysisBudget:
    """Hands out turns on a pool. What a turn costs is measured: the processor time of its thread.

    cores: processor seconds per second for all cameras together. Reading and decoding, which happen in the
    cameras' own processes, are not in it. threads: turns side by side, as many as the pool has threads.
    """

    def __init__(
        self,
        *,
        pool: InferencePool,
        threads: int,
        cores: float,
        clock: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.thread_time,
        note: Callable[[float], None] = lambda _: None,
    ) -> None:
        """note: is told the processor seconds of each turn."""
        self._pool = pool
        self._clock = clock
        self._used = used
        self._note = note
        self._turns = FairTurns(cores=cores, side_by_side=threads, now=clock())
        self._waiters: dict[Share, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def share(self, camera_id: str) -> "CameraShare":
        """A camera's share."""
        return CameraShare(self, Share(camera_id))

    async def take_turn(self, share: Share, call: Callable[[], R]) -> R:
        """Wait for the share's turn, call on a vision thread, and return what it returns."""
        await self._wait(share)
        used_s = 0.0

        def measured() -> R:
            nonlocal used_s
            began = self._used()
            try:
                return call()
            finally:
                used_s = self._used() - began

        try:
            return await self._pool.run(measured)
        finally:
            self._note(used_s)
            self._turns.end(share, used_s=used_s, now=self._clock())
            self._hand_out()

    async def _wait(self, share: Share) -> None:
        turn = self._waiters[share] = asyncio.get_running_loop().create_future()
        self._turns.wait(share)
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if self._waiters.pop(share, None) is not None:
                self._turns.leave(share)
            elif not turn.cancelled():
                # The turn had been given when the wait was cancelled: it goes to the next one.
                self._turns.end(share, used_s=0.0, now=self._clock())
                self._hand_out()
            raise

    def _hand_out(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while (share := self._turns.next(self._clock())) is not None:
            turn = self._waiters.pop(share)
            if turn.cancelled():
                self._turns.end(share, used_s=0.0, now=self._clock())
            else:
                turn.set_result(None)
        delay = self._turns.seconds_until_next(self._clock())
        if delay is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(delay, _LEAST_WAIT_S), self._hand_out)


class CameraShare:
    """One camera's way to the vision threads: runs calls as InferencePool does, in its turn."""

    def __init__(self, budget: AnalysisBudget, share: Share) -> None:
        self._budget = budget
        self._share = share

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call on a vision thread, when it is this camera's turn. One call at a time."""
        return await self._budget.take_turn(self._share, lambda: call(*args, **kwargs))
