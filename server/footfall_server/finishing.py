"""Work that is seen through once it has begun, although who began it is cancelled meanwhile."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


async def finished(work: Coroutine[object, object, T]) -> T:
    """The work's result.

    A cancellation waits until the work is done and is raised then. asyncio.shield alone would raise it at
    once and leave the work behind, to be caught out by the closing of what it uses.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    # Who was cancelled hears of that; an error of the work is no news to anybody then.
    if not task.cancelled():
        task.exception()
    raise cancelled
