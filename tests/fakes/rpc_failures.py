"""What a failed call said, taken apart."""

from collections.abc import Awaitable
from dataclasses import dataclass, field

import grpc
import grpc.aio
from google.rpc import error_details_pb2
from grpc_status import rpc_status


@dataclass(frozen=True, slots=True)
class Failure:
    """A rich status. `fields` are the paths of the bad fields."""

    code: grpc.StatusCode
    message: str
    reason: str
    metadata: dict[str, str]
    fields: tuple[str, ...]
    descriptions: tuple[str, ...]
    retry_seconds: float | None = None
    trailers: dict[str, str] = field(default_factory=dict)


async def failure(call: Awaitable[object]) -> Failure:
    """What a call failed with. Fails the test when it did not, or without ErrorInfo of ours."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return taken_apart(error)
    raise AssertionError(f"the call was answered: {type(answer).__name__}")


def taken_apart(error: grpc.aio.AioRpcError) -> Failure:
    status = rpc_status.from_call(error)
    assert status is not None, f"{error.code()} came without google.rpc.Status: {error.details()}"
    info, bad, retry = (
        error_details_pb2.ErrorInfo(),
        error_details_pb2.BadRequest(),
        error_details_pb2.RetryInfo(),
    )
    has_retry = False
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
        has_retry = detail.Unpack(retry) or has_retry
    assert info.domain == "footfall", f"{error.code()} came without ErrorInfo"
    return Failure(
        code=error.code(),
        message=status.message,
        reason=info.reason,
        metadata=dict(info.metadata),
        fields=tuple(violation.field for violation in bad.field_violations),
        descriptions=tuple(violation.description for violation in bad.field_violations),
        retry_seconds=retry.retry_delay.ToTimedelta().total_seconds() if has_retry else None,
        trailers={key: str(value) for key, value in error.trailing_metadata() or ()},
    )
