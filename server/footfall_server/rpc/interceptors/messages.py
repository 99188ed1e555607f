"""Reads requests, and lets only those through that keep the rules written in the protos."""

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import grpc.aio
from google.protobuf.message import DecodeError

from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler
from footfall_server.rpc.message_rules import MessageRules
from footfall_server.rpc.message_sizes import MAX_REQUEST_BYTES, too_large

_OURS = "/footfall."

Reader = Callable[[bytes], Any]


class Messages(BehaviourInterceptor):
    """Decodes and validates every request message; each message of a stream on its own.

    Left to itself, grpc answers bytes that are no message with UNKNOWN.
    """

    takes_raw_requests = True

    def __init__(self, *, rules: MessageRules) -> None:
        super().__init__()
        self._rules = rules

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        read = self._reader(handler, checked=method.startswith(_OURS))

        async def behave_on_one(request: Any, context: Context) -> Any:
            return await inner(read(request), context)

        async def behave_on_many(requests: Any, context: Context) -> Any:
            return await inner(_read_all(requests, read), cast("Context", _ReadingContext(context, read)))

        return behave_on_many if handler.request_streaming else behave_on_one

    def _reader(self, handler: Handler, *, checked: bool) -> Reader:
        deserialize = handler.request_deserializer

        def read(data: bytes) -> Any:
            if len(data) > MAX_REQUEST_BYTES:
                raise too_large()
            try:
                message: Any = deserialize(data) if deserialize is not None else data
            except DecodeError:
                raise FootfallError(
                    ErrorKind.INVALID_ARGUMENT, "MALFORMED_REQUEST", "the message is no valid protobuf"
                ) from None
            if checked:
                self._rules.require(message)
            return message

        return read


async def _read_all(requests: AsyncIterator[bytes], read: Reader) -> AsyncIterator[Any]:
    async for data in requests:
        yield read(data)


class _ReadingContext:
    """A context whose read() gives decoded, validated messages. All else is the real one's."""

    def __init__(self, context: Context, read: Reader) -> None:
        self._context = context
        self._read = read

    async def read(self) -> Any:
        """The next message, or grpc.aio.EOF."""
        data = await self._context.read()
        return data if data is grpc.aio.EOF else self._read(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)
