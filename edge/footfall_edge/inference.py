"""The one bridge from asyncio to the threads that work on pixels."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Protocol, Self, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class VisionCalls(Protocol):
    """Who runs blocking vision calls away from the event loop."""

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call on a vision thread and return what it returns, or raise what it raises."""
        ...


class InferencePool:
    """Runs blocking vision calls on a few threads; who comes when all are busy waits for a turn.

    It is bounded by its callers: each camera has one call under way at most, so nothing queues up.
    """

    def __init__(self, *, threads: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="vision")

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call on a vision thread and return what it returns, or raise what it raises.

        A call cannot be interrupted: when the waiting task is cancelled it still runs to its end
        before this returns, so that state that the call works on is never touched from two sides.
        """
        future = asyncio.get_running_loop().run_in_executor(self._executor, lambda: call(*args, **kwargs))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
