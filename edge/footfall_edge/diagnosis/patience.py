"""Calls that may never return, as into a camera's driver, with an end to the waiting."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")


async def within(seconds: float, call: Callable[[], R]) -> R:
    """What the call returns or raises; TimeoutError when it takes longer, and then it is left behind.

    The thread is a daemon, which no exit waits for, other than those of asyncio's own pool.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[R] = loop.create_future()

    def tell(result: R | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)  # type: ignore[arg-type]  # the call's own result
        else:
            done.set_exception(error)

    def run() -> None:
        result: R | None = None
        fault: BaseException | None = None
        try:
            result = call()
        except Exception as error:  # noqa: BLE001 (raised again where it is waited for)
            fault = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, result, fault)

    threading.Thread(target=run, daemon=True, name="diagnosis").start()
    async with asyncio.timeout(seconds):
        return await done
