"""Whoever closes what calls use can wait until the calls are through, also those that gRPC has done with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import grpc
import grpc.aio
import pytest
from footfall_server.rpc.interceptors.calls_in_hand import CallsInHand

METHOD = "/test.Test/Watch"


class Lingering:
    """A stream without an end that has something left to do when it is cancelled."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.is_through = False

    async def watch(self, _request: bytes, _context: Any) -> AsyncIterator[bytes]:
        try:
            self.begun.set()
            yield b"one"
            await asyncio.Event().wait()
        finally:
            await self.may_end.wait()
            self.is_through = True


@asynccontextmanager
async def cancelled(calls: CallsInHand, call: Lingering) -> AsyncIterator[None]:
    """A stopped server, after the caller has cancelled its call."""
    server = grpc.aio.server(interceptors=[calls])
    handler = grpc.unary_stream_rpc_method_handler(call.watch)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Test", {"Watch": handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stream = channel.unary_stream(METHOD)(b"")
        await stream.read()
        stream.cancel()
    await server.stop(0)
    yield


@pytest.fixture
def calls() -> CallsInHand:
    return CallsInHand()


async def test_without_calls_nobody_waits(calls: CallsInHand) -> None:
    assert await calls.ended(timedelta(hours=1)) == 0


async def test_a_call_that_its_caller_cancelled_is_waited_for(calls: CallsInHand) -> None:
    call = Lingering()
    async with cancelled(calls, call):
        waiting = asyncio.create_task(calls.ended(timedelta(hours=1)))
        await asyncio.sleep(0)
        assert not waiting.done(), "the call has not come to its end"
        call.may_end.set()
        assert await waiting == 0
        assert call.is_through


async def test_one_that_does_not_end_is_told(calls: CallsInHand) -> None:
    call = Lingering()
    async with cancelled(calls, call):
        assert await calls.ended(timedelta(0)) == 1
        call.may_end.set()
        assert await calls.ended(timedelta(hours=1)) == 0
