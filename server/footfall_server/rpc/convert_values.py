"""Ids, times and texts, between the wire and the domain."""

import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import UUID

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from footfall_server.errors import FieldViolation, invalid_fields

# What PostgreSQL and every calendar understand; a clock that says otherwise is broken.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

# As google.protobuf.Duration says.
MAX_DURATION_SECONDS = 315_576_000_000
NANOS_OF_A_SECOND = 1_000_000_000


def from_optional_id(text: str) -> UUID | None:
    """An id that may be left empty; the rules of the proto have said that it is an id otherwise."""
    return UUID(text) if text else None


def to_optional_id(value: UUID | None) -> str:
    return "" if value is None else str(value)


def to_timestamp(at: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(at)
    return timestamp


def from_timestamp(timestamp: Timestamp, field: str) -> datetime:
    """An aware UTC time, to the microsecond. Raises INVALID_FIELD for times that are none."""
    try:
        at = timestamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        at = EARLIEST - timedelta(days=1)
    if not EARLIEST <= at < LATEST:
        raise invalid_fields(
            [FieldViolation(field, "must be a time between 2000 and 2200", "timestamp.range")]
        )
    return at


def to_duration(value: timedelta) -> Duration:
    duration = Duration()
    duration.FromTimedelta(value)
    return duration


def from_duration(duration: Duration, field: str) -> timedelta:
    """A span, cut to the microsecond: rounded up it could leave the range that it was checked against.

    Raises INVALID_FIELD for what is no valid duration: nanoseconds of a second and more, or of another sign.
    """
    seconds, nanos = duration.seconds, duration.nanos
    if abs(seconds) > MAX_DURATION_SECONDS or abs(nanos) >= NANOS_OF_A_SECOND or seconds * nanos < 0:
        raise invalid_fields([FieldViolation(field, "must be a valid duration", "duration.valid")])
    return timedelta(seconds=seconds, microseconds=int(nanos / 1000))


def plain_text(text: str, field: str) -> str:
    """The text as given, when it holds no control characters. Raises INVALID_FIELD otherwise."""
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise invalid_fields([FieldViolation(field, "must not hold control characters", "text.plain")])
    return text


def name(text: str, field: str) -> str:
    """A display name: plain text without space around it. Raises INVALID_FIELD when nothing is left."""
    trimmed = plain_text(text, field).strip()
    if not trimmed:
        raise invalid_fields([FieldViolation(field, "must not be blank", "name.blank")])
    return trimmed
