"""Every kind of RPC in one form, so that an interceptor is written once.

grpc.aio has four kinds of handlers, and those that stream answers come as generators or as coroutines that
write. Here each is a coroutine of (request or requests, context); one that streams answers writes them.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeAlias

import grpc
import grpc.aio

# The types are generic in the stubs alone.
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Behaviour: TypeAlias = Callable[[Any, "Context"], Awaitable[Any]]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

_MAKERS = {
    (False, False): (grpc.unary_unary_rpc_method_handler, "unary_unary"),
    (False, True): (grpc.unary_stream_rpc_method_handler, "unary_stream"),
    (True, False): (grpc.stream_unary_rpc_method_handler, "stream_unary"),
    (True, True): (grpc.stream_stream_rpc_method_handler, "stream_stream"),
}


class BehaviourInterceptor(grpc.aio.ServerInterceptor, ABC):
    """An interceptor that lays something around the behaviour of every served method."""

    takes_raw_requests = False
    """Whether `around` is given requests as bytes. Only for the innermost interceptor."""

    def __init__(self) -> None:
        # Which methods are served is settled before the first call, so each is surrounded once.
        self._handlers: dict[str, Handler] = {}

    @abstractmethod
    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        """The behaviour of `method` ("/package.Service/Method") with this interceptor around it."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["Handler | None"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler | None":
        method = handler_call_details.method
        known = self._handlers.get(method)
        if known is not None:
            return known
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        behaviour = self.around(method, handler, behaviour_of(handler))
        surrounded = with_behaviour(handler, behaviour, raw_requests=self.takes_raw_requests)
        self._handlers[method] = surrounded
        return surrounded


def behaviour_of(handler: Handler) -> Behaviour:
    """What a handler does, as a coroutine function."""
    _, name = _MAKERS[(handler.request_streaming, handler.response_streaming)]
    function = getattr(handler, name)
    return _writing(function) if inspect.isasyncgenfunction(function) else function


def with_behaviour(handler: Handler, behaviour: Behaviour, *, raw_requests: bool) -> Handler:
    """A handler of the same kind that does something else; on demand with requests left as bytes."""
    make, _ = _MAKERS[(handler.request_streaming, handler.response_streaming)]

    async def serve(request: Any, context: Context) -> Any:
        return await behaviour(request, context)

    return make(
        serve,
        request_deserializer=None if raw_requests else handler.request_deserializer,
        response_serializer=handler.response_serializer,
    )


def _writing(generate: Callable[[Any, Context], Any]) -> Behaviour:
    async def write_all(request: Any, context: Context) -> None:
        async with aclosing(generate(request, context)) as answers:
            async for answer in answers:
                await context.write(answer)

    return write_all
