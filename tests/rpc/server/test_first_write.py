"""A stream that is ended while its first answer is on its way ends for its caller too."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler
from footfall_server.rpc.interceptors.first_write import WholeFirstWrites

METHOD = "/test.Test/Watch"
WINDOW = 4 * 1024 * 1024


class CutOff(BehaviourInterceptor):
    """Cancels a call after some turns of the loop, and says so to the caller."""

    def __init__(self, turns: int) -> None:
        super().__init__()
        self._turns = turns

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        del method, handler

        async def behave(request: Any, context: Context) -> Any:
            working = asyncio.ensure_future(inner(request, context))
            for _ in range(self._turns):
                await asyncio.sleep(0)
            working.cancel()
            await asyncio.wait({working})
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "ended")

        return behave


async def answers(_request: bytes, _context: Any) -> AsyncIterator[bytes]:
    while True:
        yield b"one"
        await asyncio.sleep(0)


async def floods(_request: bytes, _context: Any) -> AsyncIterator[bytes]:
    """More than a caller who does not read has room for."""
    yield b"one"
    yield bytes(3 * WINDOW)


async def ending(turns: int, generate: Any) -> grpc.StatusCode:
    server = grpc.aio.server(interceptors=[CutOff(turns), WholeFirstWrites()])
    handler = grpc.unary_stream_rpc_method_handler(generate)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Test", {"Watch": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        options = [("grpc.max_receive_message_length", -1)]
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            stream = channel.unary_stream(METHOD)(b"")
            async with asyncio.timeout(20):
                with contextlib.suppress(grpc.aio.AioRpcError):
                    while await stream.read() is not grpc.aio.EOF:
                        pass
                return await stream.code()
    finally:
        await server.stop(0)


@pytest.mark.parametrize("turns", range(8))
async def test_the_end_reaches_the_caller_whenever_it_comes(turns: int) -> None:
    assert await ending(turns, answers) is grpc.StatusCode.UNAUTHENTICATED


async def test_an_answer_that_is_not_read_does_not_hold_the_end_back() -> None:
    assert await ending(200, floods) is grpc.StatusCode.UNAUTHENTICATED
