"""Long work beside calls that people wait for, on one thread."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

LONGEST_REST: Final = 0.5
"""Seconds: where others keep the thread busy, a piece of work has its turn all the same."""


class Pace:
    """Parts the time of the event loop's thread between a long piece of work and everybody else.

    The work is done in short steps and rests after each for as long as its share asks for. What others
    computed since the last rest counts as its own, so the busier the thread is, the longer it rests.
    """

    def __init__(
        self,
        *,
        share: float,
        computed: Callable[[], float] = time.thread_time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """share: of the thread's time that the work may take, above 0 and at most 1.

        computed: seconds that the thread computed so far. With a share of 1, rests only let others in.
        """
        if not 0 < share <= 1:
            raise ValueError(f"a share is above 0 and at most 1, not {share}")
        self._rest_per_second = 1 / share - 1
        self._computed = computed
        self._sleep = sleep
        self._since = computed()

    async def rest(self) -> None:
        """Ends a step: lets everybody else go on, for as long as the share asks for."""
        worked = self._computed() - self._since
        await self._sleep(min(worked * self._rest_per_second, LONGEST_REST))
        self._since = self._computed()
