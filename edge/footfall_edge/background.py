"""Tasks beside a block of code."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any


@contextlib.asynccontextmanager
async def in_background(work: Any) -> AsyncIterator["asyncio.Task[None]"]:
    """Run beside the block and cancel at its end; what breaks down by itself is raised there."""
    task: asyncio.Task[None] = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def first_of(stop: asyncio.Event, *tasks: "asyncio.Task[None]") -> None:
    """Return when stop is set or one of the tasks is done."""
    waiting = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
