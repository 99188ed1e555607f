"""Turns whatever a call raises into a status that helps the caller and gives nothing away."""

import asyncio
import traceback
from collections.abc import Iterator
from typing import Any, NoReturn

import grpc
import grpc.aio
import structlog
from google.rpc import status_pb2

from footfall_server.errors import FootfallError
from footfall_server.rpc.call_context import current_request_id
from footfall_server.rpc.interceptors.behaviour import Behaviour, BehaviourInterceptor, Context, Handler
from footfall_server.rpc.interceptors.request_ids import HEADER
from footfall_server.rpc.rich_status import internal_status, status_code, to_status

log = structlog.get_logger()


class Errors(BehaviourInterceptor):
    """FootfallError becomes its status; anything else becomes INTERNAL with the request id alone."""

    def around(self, method: str, handler: Handler, inner: Behaviour) -> Behaviour:
        del handler

        async def behave(request: Any, context: Context) -> Any:
            try:
                return await inner(request, context)
            except (asyncio.CancelledError, grpc.aio.AbortError):
                raise
            except Exception as error:  # noqa: BLE001 - the last place where something can be done
                await _abort(context, _status_of(error, method))

        return behave


class _RichStatus(grpc.Status):
    """What abort_with_status takes."""

    def __init__(self, status: status_pb2.Status, request_id: str) -> None:
        self.code = status_code(status.code)
        self.details = status.message
        self.trailing_metadata = (
            ("grpc-status-details-bin", status.SerializeToString()),
            (HEADER, request_id),
        )


async def _abort(context: Context, status: status_pb2.Status) -> NoReturn:
    await context.abort_with_status(_RichStatus(status, current_request_id()))
    raise AssertionError("abort_with_status returned")


def _status_of(error: Exception, method: str) -> status_pb2.Status:
    causes = list(_leaves(error))
    for cause in causes:
        if not isinstance(cause, FootfallError | grpc.aio.AbortError):
            log.error("call_failed", method=method, error=type(cause).__name__, frames=_frames(cause))
            return internal_status(current_request_id())
    told = next((cause for cause in causes if isinstance(cause, FootfallError)), None)
    if told is None:
        raise next(iter(causes))
    return to_status(told)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The failures in a task group's group, or the one that it is."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _frames(error: BaseException) -> list[str]:
    """Where it happened, and in what of what. Without texts of exceptions: they may quote personal data."""
    frames: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        frames.append(type(cause).__qualname__)
        frames += [
            f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or cause.__context__
    return frames
