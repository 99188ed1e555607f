"""Gives every call an id, and says it back."""

import re
from typing import Any
from uuid import uuid4

import structlog

from footfall_server.rpc.call_context import set_request_id
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler

HEADER = "x-request-id"

_WELL_FORMED = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


class RequestIds(BehaviourInterceptor):
    """Takes the caller's x-request-id when it is well-formed, and sends it back as a trailer."""

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        del method, handler

        async def behave(request: Any, context: Context) -> Any:
            given = metadata_value(context, HEADER)
            request_id = given if given is not None and _WELL_FORMED.fullmatch(given) else str(uuid4())
            set_request_id(request_id)
            structlog.contextvars.bind_contextvars(request_id=request_id)
            context.set_trailing_metadata(((HEADER, request_id),))
            return await inner(request, context)

        return behave


def metadata_value(context: Context, name: str) -> str | None:
    """The first value of a header, when it is text."""
    for key, value in context.invocation_metadata() or ():
        if key == name and isinstance(value, str):
            return value
    return None
