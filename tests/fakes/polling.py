"""Waits for what other tasks do, as long as it takes and no longer than a deadline."""

import asyncio
from collections.abc import Callable

EAGER_TURNS = 100
PAUSE_S = 0.001


async def until(condition: Callable[[], bool], *, seconds: float = 5.0) -> None:
    """Lets other tasks run until the condition holds. Raises TimeoutError at the deadline."""
    turns = 0
    async with asyncio.timeout(seconds):
        while not condition():
            # What did not happen by now waits for a clock, a thread or a process: the processor is theirs.
            await asyncio.sleep(0 if turns < EAGER_TURNS else PAUSE_S)
            turns += 1
