"""Which calls are still at work, so that nothing they use is closed under them."""

import asyncio
from datetime import timedelta
from typing import Any, cast

from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler


class CallsInHand(BehaviourInterceptor):
    """Knows the calls that have not come to their end.

    For gRPC a call is over when its caller cancels it or its status is sent; a stopped server does not wait
    for what the call has left to do then, such as to give its connection to the database back.
    """

    def __init__(self) -> None:
        super().__init__()
        self._calls: set[asyncio.Task[Any]] = set()

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        del method, handler

        async def behave(request: Any, context: Context) -> Any:
            # gRPC runs each call in a task of its own.
            call = cast("asyncio.Task[Any]", asyncio.current_task())
            self._calls.add(call)
            try:
                return await inner(request, context)
            finally:
                self._calls.discard(call)

        return behave

    async def ended(self, patience: timedelta) -> int:
        """Waits for the calls in hand to come to their end; returns how many have not."""
        if not self._calls:
            return 0
        _, left = await asyncio.wait(tuple(self._calls), timeout=patience.total_seconds())
        return len(left)
