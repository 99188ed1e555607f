"""Waits for what other tasks do, as long as it takes and no longer than a deadline."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool], *, seconds: float = 5.0) -> None:
    """Lets other tasks run until the condition holds. Raises TimeoutError at the deadline."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is in another object's hands
            await asyncio.sleep(0)
