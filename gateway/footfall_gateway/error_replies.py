"""What clients are told when the gateway itself answers: google.rpc.Status, as from the core."""

import base64
from dataclasses import dataclass
from typing import Any

from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

DOMAIN = "footfall"
RETRY_SECONDS = 1
# A replica of the core is not asked for personal data here; its request id is how the log is found.
REQUEST_ID = "%REQ(X-REQUEST-ID)%"
WHAT_ENVOY_SAYS = "%LOCAL_REPLY_BODY%"
# What the transcoder calls its failures: those over a query come before the body is read.
BAD_QUERY = "early_grpc_json_transcode_failure"
BAD_BODY = "grpc_json_transcode_failure"
# What the check of tokens calls it when it has no keys to check with.
NO_KEYS = "jwt_authn_access_denied{Jwks_remote_fetch"
NOT_LET_IN = "jwt_authn_access_denied"


@dataclass(frozen=True)
class GatewayError:
    """How one HTTP status of Envoy's own is told."""

    http_status: int
    code: int
    reason: str
    """As in footfall.v1.ErrorReason, without the prefix."""
    message: str
    retry: bool = False
    details_prefix: str = ""
    """Narrows the HTTP status to what Envoy calls this failure (response code details)."""
    json_only: bool = False
    """Other kinds of calls are answered as Envoy does it."""
    answered_as: int | None = None
    """The HTTP status that the client sees instead."""
    limit: str = ""
    """Which limit it was: metadata of the ErrorInfo."""


def gateway_errors(max_request_bytes: int) -> tuple[GatewayError, ...]:
    """Every answer that Envoy makes itself with this configuration; the first that fits is taken.

    What Envoy says of a query names the parameter. What it says of a body quotes the body, which may hold
    a password or a face: there a sentence of ours stands instead.
    """
    unavailable = "The core cannot be reached now. Try again shortly."
    sign_in = "This needs an access token, and a good one."
    malformed = "MALFORMED_REQUEST"
    return (
        GatewayError(
            400,
            code_pb2.INVALID_ARGUMENT,
            malformed,
            WHAT_ENVOY_SAYS,
            details_prefix=BAD_QUERY,
            json_only=True,
        ),
        GatewayError(
            400,
            code_pb2.INVALID_ARGUMENT,
            malformed,
            "The body is not the JSON of this method's message. Check its syntax, the types of its values, "
            "the names of enum values, and that bytes are base64.",
            details_prefix=BAD_BODY,
            json_only=True,
        ),
        GatewayError(
            400,
            code_pb2.INVALID_ARGUMENT,
            malformed,
            "The request's path or headers are not well-formed.",
            json_only=True,
        ),
        # That nobody can be let in now is no reason to sign anybody out.
        GatewayError(
            401,
            code_pb2.UNAVAILABLE,
            "CORE_UNAVAILABLE",
            unavailable,
            retry=True,
            details_prefix=NO_KEYS,
            answered_as=503,
        ),
        GatewayError(401, code_pb2.UNAUTHENTICATED, "UNAUTHENTICATED", sign_in),
        # What Envoy says to tokens that are for somebody else.
        GatewayError(
            403,
            code_pb2.UNAUTHENTICATED,
            "UNAUTHENTICATED",
            sign_in,
            details_prefix=NOT_LET_IN,
            answered_as=401,
        ),
        GatewayError(404, code_pb2.NOT_FOUND, malformed, "No method has this path and HTTP verb."),
        GatewayError(408, code_pb2.DEADLINE_EXCEEDED, malformed, "The request did not arrive in time."),
        GatewayError(
            413, code_pb2.INVALID_ARGUMENT, malformed, f"The body is larger than {max_request_bytes} bytes."
        ),
        GatewayError(
            429,
            code_pb2.RESOURCE_EXHAUSTED,
            "RATE_LIMITED",
            "Too many requests come from this address. Ask again later, and less often.",
            retry=True,
            limit="gateway",
        ),
        GatewayError(431, code_pb2.INVALID_ARGUMENT, malformed, "The headers are too large."),
        GatewayError(502, code_pb2.UNAVAILABLE, "CORE_UNAVAILABLE", unavailable, retry=True),
        GatewayError(503, code_pb2.UNAVAILABLE, "CORE_UNAVAILABLE", unavailable, retry=True),
        GatewayError(504, code_pb2.DEADLINE_EXCEEDED, "CORE_UNAVAILABLE", "The core did not answer in time."),
    )


NO_CERTIFICATE = GatewayError(
    401,
    code_pb2.UNAUTHENTICATED,
    "UNAUTHENTICATED",
    "This port wants the certificate of an edge worker. A new worker calls EnrolWorker first.",
)
"""What the listener of edge workers says to clients without one."""


def local_reply_config(max_request_bytes: int, *, besides: tuple[GatewayError, ...] = ()) -> dict[str, Any]:
    """Envoy's LocalReplyConfig: JSON for JSON calls, grpc-status-details-bin for the two kinds of gRPC.

    Which kind a call is has to be told from its headers as the filters left them: the transcoder turns a
    JSON call's content type into application/grpc and keeps the path in x-envoy-original-path, which is
    taken from whoever sends it from outside. `besides` are errors that only one listener makes.
    """
    mappers = []
    for error in (*besides, *gateway_errors(max_request_bytes)):
        status = {"status_code_filter": {"comparison": _equals(error.http_status)}}
        conditions = [status]
        if error.details_prefix:
            conditions.append(_is_called(error.details_prefix))
        answered = {} if error.answered_as is None else {"status_code": error.answered_as}
        mappers.append(
            {
                "filter": {"and_filter": {"filters": [*conditions, _IS_JSON_CALL]}},
                **answered,
                "body_format_override": {
                    "json_format": _as_json(error),
                    "content_type": "application/json",
                    # A request that is not well-formed is answered before it has an id.
                    "omit_empty_values": True,
                },
            }
        )
        if not error.json_only:
            mappers.append(
                {
                    "filter": {"and_filter": {"filters": [*conditions, _IS_WEB_CALL]}},
                    # Left to itself, Envoy makes a code of the HTTP status, which says less than ours.
                    "status_code": 200,
                    "headers_to_add": [
                        _details_header(error),
                        _header("grpc-status", str(error.code)),
                        _header("grpc-message", error.message),
                    ],
                    "body_format_override": {
                        "text_format_source": {"inline_string": ""},
                        "content_type": "application/grpc",
                    },
                }
            )
            mappers.append(
                {
                    # Two are the fewest that an and_filter takes.
                    "filter": {"and_filter": {"filters": [*conditions, *conditions][:2]}},
                    **answered,
                    "headers_to_add": [_details_header(error)],
                    # Becomes grpc-message, which has to be what the details say.
                    "body_format_override": {"text_format_source": {"inline_string": error.message}},
                }
            )
    return {"mappers": mappers}


def _as_json(error: GatewayError) -> dict[str, Any]:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": error.reason,
        "domain": DOMAIN,
        "metadata": {"request_id": REQUEST_ID, **_limit(error)},
    }
    details: list[dict[str, Any]] = [info]
    if error.retry:
        details.append(
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{RETRY_SECONDS}s"}
        )
    return {"code": error.code, "message": error.message, "details": details}


def _limit(error: GatewayError) -> dict[str, str]:
    return {"limit": error.limit} if error.limit else {}


def _details_header(error: GatewayError) -> dict[str, Any]:
    status = status_pb2.Status(code=error.code, message=error.message)
    info = any_pb2.Any()
    info.Pack(error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=_limit(error)))
    status.details.append(info)
    if error.retry:
        retry = any_pb2.Any()
        retry.Pack(error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=RETRY_SECONDS)))
        status.details.append(retry)
    value = base64.b64encode(status.SerializeToString()).decode().rstrip("=")
    return _header("grpc-status-details-bin", value)


def _header(key: str, value: str) -> dict[str, Any]:
    return {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _equals(status: int) -> dict[str, Any]:
    # Envoy wants the name of a runtime override; nothing sets it.
    return {"op": "EQ", "value": {"default_value": status, "runtime_key": f"footfall.reply_{status}"}}


_FILTERS = "envoy.extensions.access_loggers.filters"


def _is_called(prefix: str) -> dict[str, Any]:
    return {
        "extension_filter": {
            "name": "envoy.access_loggers.extension_filters.cel",
            "typed_config": {
                "@type": f"type.googleapis.com/{_FILTERS}.cel.v3.ExpressionFilter",
                "expression": f"response.code_details.startsWith('{prefix}')",
            },
        }
    }


# Every client of gRPC-Web says so; the content type is gRPC's by now.
_IS_WEB_CALL: dict[str, Any] = {"header_filter": {"header": {"name": "x-grpc-web", "present_match": True}}}
_IS_JSON_CALL: dict[str, Any] = {
    "or_filter": {
        "filters": [
            {"header_filter": {"header": {"name": "x-envoy-original-path", "present_match": True}}},
            {
                "header_filter": {
                    "header": {
                        "name": "content-type",
                        "string_match": {"prefix": "application/grpc"},
                        "invert_match": True,
                        "treat_missing_header_as_empty": True,
                    }
                }
            },
        ]
    }
}
