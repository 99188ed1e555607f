"""What an operation answers when it fails: google.rpc.Status with an HTTP status, as Envoy gives it.

The status of a code is that of Envoy's gRPC-JSON transcoder; which reasons go with a code is written in the
comments of ErrorReason.
"""

import re
from collections.abc import Iterator, Mapping

from openapi_document.descriptors import Descriptors
from openapi_document.values import Schema

HTTP_STATUS: Mapping[str, int] = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}

# The names under components/responses, with what is said of each.
RESPONSES: Mapping[int, tuple[str, str]] = {
    400: ("BadRequest", "The request breaks a rule, or what it asks for is not possible as things are."),
    401: ("Unauthenticated", "The token, or what is given for one, is not accepted."),
    403: ("PermissionDenied", "The caller's role may not do this."),
    404: ("NotFound", "What is named is not there. Also said of what belongs to another tenant."),
    408: ("RequestTimeout", "The request did not arrive in time."),
    409: ("Conflict", "It is there already, or was changed by somebody else at the same time."),
    413: ("BodyTooLarge", "The body is larger than the gateway takes (4 MiB unless it is told otherwise)."),
    429: ("TooManyRequests", "More was asked for than the caller's share."),
    431: ("HeadersTooLarge", "The headers are larger than the gateway takes."),
    500: ("InternalError", "A fault of the core. `metadata.request_id` names it in the operator's log."),
    502: ("BadGateway", "The core's answer was cut off. Repeat the call; `request_id` makes it safe."),
    503: ("Unavailable", "The core, or a store that it needs, cannot be reached now. Try again shortly."),
    504: ("DeadlineExceeded", "There was no answer in time."),
}

STATUS = "Status"
"""The component that every error's body is."""

_PREFIX = "ERROR_REASON_"
_CODES = re.compile(r"^\w+: ([A-Z_]+(?: or [A-Z_]+)*)\.")
_ERROR_REASON = "footfall.v1.ErrorReason"


def error_responses(descriptors: Descriptors) -> dict[str, Schema]:
    """components/responses."""
    reasons = dict(_reasons(descriptors))
    return {
        name: {
            "description": _with_reasons(said, status, reasons),
            "headers": {"x-request-id": {"$ref": "#/components/headers/RequestId"}},
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{STATUS}"}}},
        }
        for status, (name, said) in RESPONSES.items()
    }


def error_schemas(descriptors: Descriptors) -> dict[str, Schema]:
    """components/schemas of google.rpc.Status and of the details that come in it."""
    return {
        STATUS: {
            "type": "object",
            "description": "google.rpc.Status: every error, whoever answers.",
            "properties": {
                "code": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 16,
                    "description": "The gRPC status code (google.rpc.Code).",
                },
                "message": {"type": "string", "description": "What was wrong, for people. In English."},
                "details": {
                    "type": "array",
                    "description": "ErrorInfo always; BadRequest when fields are wrong; RetryInfo when "
                    "trying again helps.",
                    "items": {
                        "anyOf": [
                            {"$ref": f"#/components/schemas/{name}"}
                            for name in ("ErrorInfo", "BadRequest", "RetryInfo")
                        ]
                    },
                },
            },
            "required": ["code", "message", "details"],
        },
        "ErrorInfo": _detail(
            "Why, for programs. The reasons are those of ErrorReason.",
            {
                "reason": {"type": "string", "enum": [name for name, _ in _reasons(descriptors)]},
                "domain": {"type": "string", "const": "footfall"},
                "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "google.rpc.ErrorInfo",
            required=["reason", "domain"],
        ),
        "BadRequest": _detail(
            "Which fields are wrong; of very many, the first 16.",
            {
                "fieldViolations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "field": {
                                "type": "string",
                                "description": "The path with the protos' names: `event.embedding.vector`. "
                                "Empty when fields do not fit each other.",
                            },
                            "description": {"type": "string"},
                            "reason": {"type": "string", "description": "The rule, such as `string.uuid`."},
                        },
                        "required": ["field", "description"],
                    },
                }
            },
            "google.rpc.BadRequest",
            required=["fieldViolations"],
        ),
        "RetryInfo": _detail(
            "When to try again.",
            {"retryDelay": {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,9})?s$"}},
            "google.rpc.RetryInfo",
            required=["retryDelay"],
        ),
    }


def _detail(said: str, properties: dict[str, Schema], kind: str, *, required: list[str]) -> Schema:
    return {
        "type": "object",
        "description": said,
        "properties": {
            "@type": {"type": "string", "const": f"type.googleapis.com/{kind}"},
            **properties,
        },
        "required": ["@type", *required],
    }


def _reasons(descriptors: Descriptors) -> Iterator[tuple[str, frozenset[int]]]:
    """Each reason, without its prefix, with the HTTP statuses that it comes with."""
    for name, comment in descriptors.value_comments(_ERROR_REASON):
        said = _CODES.match(comment)
        if said is None:
            if name != f"{_PREFIX}UNSPECIFIED":
                raise ValueError(f"the comment of {name} does not begin with its code")
            continue
        statuses = frozenset(HTTP_STATUS[code] for code in said[1].split(" or "))
        yield name.removeprefix(_PREFIX), statuses


def _with_reasons(said: str, status: int, reasons: Mapping[str, frozenset[int]]) -> str:
    fitting = sorted(reason for reason, statuses in reasons.items() if status in statuses)
    if status in {408, 413, 431}:  # said by the gateway, whose reasons are in gateway/README.md
        fitting = ["MALFORMED_REQUEST"]
    return f"{said} Reasons: {', '.join(fitting)}." if fitting else said
