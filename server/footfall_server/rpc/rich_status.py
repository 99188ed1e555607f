"""Failures as google.rpc.Status: always with ErrorInfo, and what else helps the caller."""

from collections.abc import Iterator

import grpc
from google.protobuf import any_pb2, duration_pb2, message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from footfall_server.errors import MAX_VIOLATIONS_TOLD, ErrorKind, FootfallError

DOMAIN = "footfall"

_CODES = {kind: code_pb2.Code.Value(kind.value) for kind in ErrorKind}


def to_status(error: FootfallError) -> status_pb2.Status:
    """The status of a failure that the caller is told about."""
    return _status(_CODES[error.kind], error.message, _details(error))


def internal_status(request_id: str) -> status_pb2.Status:
    """The status of a fault of ours: nothing but the id under which the log has it."""
    info = error_details_pb2.ErrorInfo(reason="INTERNAL", domain=DOMAIN, metadata={"request_id": request_id})
    return _status(
        code_pb2.INTERNAL, "the core failed; the operator finds it by the request id", iter([info])
    )


def status_code(code: int) -> grpc.StatusCode:
    """The gRPC status code with this number."""
    return next(known for known in grpc.StatusCode if known.value[0] == code)


def _status(code: int, text: str, details: Iterator[message.Message]) -> status_pb2.Status:
    status = status_pb2.Status(code=code, message=text)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def _details(error: FootfallError) -> Iterator[message.Message]:
    yield error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    if error.violations:
        yield error_details_pb2.BadRequest(
            field_violations=[
                error_details_pb2.BadRequest.FieldViolation(
                    field=violation.field, description=violation.description, reason=violation.rule_id
                )
                for violation in error.violations[:MAX_VIOLATIONS_TOLD]
            ]
        )
    if error.retry_after is not None:
        delay = duration_pb2.Duration()
        delay.FromTimedelta(error.retry_after)
        yield error_details_pb2.RetryInfo(retry_delay=delay)
