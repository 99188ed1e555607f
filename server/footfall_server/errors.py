"""The vocabulary of failures. The border to gRPC is the only place that turns them into a status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class ErrorKind(Enum):
    """What a caller can do about it; each maps to one gRPC status code of the same name."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    ABORTED = "ABORTED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field that breaks a rule. `field` is the path in the request, such as `event.embedding.vector`.

    It is empty when the fields of the request do not fit each other.
    """

    field: str
    description: str
    rule_id: str = ""


class FootfallError(Exception):
    """A failure that the caller is told about.

    `reason` is a name of the proto enum ErrorReason without its prefix. `message` is a sentence for
    people and never holds personal data.
    """

    def __init__(
        self,
        kind: ErrorKind,
        reason: str,
        message: str,
        *,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[FieldViolation] = (),
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.reason = reason
        self.message = message
        self.metadata = dict(metadata or {})
        self.violations = tuple(violations)
        self.retry_after = retry_after


class EventRefusedError(FootfallError):
    """An event of a batch that is not recorded, and never will be as it is; `index` is its place there.

    Fields of violations are paths within the event: `embedding.vector`.
    """

    def __init__(self, index: int, cause: FootfallError) -> None:
        super().__init__(
            cause.kind,
            cause.reason,
            cause.message,
            metadata=cause.metadata,
            violations=cause.violations,
            retry_after=cause.retry_after,
        )
        self.index = index


def reason_of(error: BaseException) -> str:
    """What a log may say of a failure: its reason or its type. A text may hold personal data."""
    return error.reason if isinstance(error, FootfallError) else type(error).__name__


def under(prefix: str, error: FootfallError) -> FootfallError:
    """The same error with `prefix`, such as `events[3].`, before the path of every field."""
    violations = [
        FieldViolation(f"{prefix}{each.field}", each.description, each.rule_id) for each in error.violations
    ]
    if violations:
        return invalid_fields(violations)
    return error


MAX_VIOLATIONS_TOLD = 16
"""A status travels in headers, which clients take up to 8 KiB of: the rest is only counted."""


def invalid_fields(violations: Sequence[FieldViolation]) -> FootfallError:
    """INVALID_ARGUMENT that names the bad fields; of very many, the first ones and how many there are."""
    told = violations[:MAX_VIOLATIONS_TOLD]
    named = "; ".join(
        f"{each.field}: {each.description}" if each.field else each.description for each in told
    )
    if untold := len(violations) - len(told):
        named += f"; and {untold} more"
    return FootfallError(ErrorKind.INVALID_ARGUMENT, "INVALID_FIELD", named, violations=violations)


def not_found(resource: str, resource_id: object) -> FootfallError:
    """NOT_FOUND for `resource`, a lower-case noun such as "camera". Said of other tenants' ones, too."""
    return FootfallError(
        ErrorKind.NOT_FOUND,
        f"{resource.upper()}_NOT_FOUND",
        f"there is no {resource} {resource_id}",
        metadata={f"{resource}_id": str(resource_id)},
    )


def changed_meanwhile(resource: str, resource_id: object) -> FootfallError:
    """ABORTED: the etag that was sent is not that of now. `resource` is a noun such as "camera"."""
    return FootfallError(
        ErrorKind.ABORTED,
        "ETAG_MISMATCH",
        f"the {resource} {resource_id} was changed since it was read; read it again",
        metadata={f"{resource}_id": str(resource_id)},
    )


def unavailable(reason: str, message: str, retry_after: timedelta = timedelta(seconds=1)) -> FootfallError:
    """UNAVAILABLE: nothing was recorded, and trying again after `retry_after` is right."""
    return FootfallError(ErrorKind.UNAVAILABLE, reason, message, retry_after=retry_after)
