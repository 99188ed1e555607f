"""A stream's first answer is written whole, whatever ends the stream meanwhile."""

import asyncio
from typing import Any, cast

from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler

PATIENCE_S = 2.0
"""Seconds that the end of a stream waits for its first answer, so that one nobody reads does not hold it."""


class WholeFirstWrites(BehaviourInterceptor):
    """Keeps a stream that is ended during its first write from never ending.

    grpc.aio sends the initial metadata with the first answer and takes note of it only after the write. A
    write that is cancelled has sent them all the same, so the status would bring them a second time, which
    gRPC refuses (GRPC_CALL_ERROR_TOO_MANY_OPERATIONS): the caller would wait for an end that never comes.
    """

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        del method
        if not handler.response_streaming:
            return inner

        async def behave(request: Any, context: Context) -> Any:
            return await inner(request, cast("Context", _WholeFirstWrite(context)))

        return behave


class _WholeFirstWrite:
    """A context as it was, but that its first write is not cut off."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._is_begun = False

    async def write(self, message: Any) -> None:
        if self._is_begun:
            await self._context.write(message)
            return
        self._is_begun = True
        writing = asyncio.ensure_future(self._context.write(message))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait({writing}, timeout=PATIENCE_S)
            writing.cancel()
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)
