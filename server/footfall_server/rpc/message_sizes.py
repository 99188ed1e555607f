"""How many values the lists of a message hold, looked at before anything is done for each of them.

A message of 5 MiB has room for millions of empty submessages. Their rules take seconds to evaluate, and
nothing else is served meanwhile; so a list that is too long is refused by its length alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from footfall_server.errors import ErrorKind, FieldViolation, FootfallError

MAX_REQUEST_BYTES = 5 * 1024 * 1024
"""Of one message: a batch of 64 events, each with a crop of 64 KiB, and a little more."""
HARD_MAX_REQUEST_BYTES = 2 * MAX_REQUEST_BYTES
"""What gRPC itself refuses to take in. It says so without details, so that what is a little too large, as
happens to honest clients, is refused by us instead."""

MAX_VALUES = 64
"""For lists whose rules give no `max_items`."""

RULE_ID = "repeated.max_items"

# The stubs know extensions by their descriptors alone.
_FIELD_RULES = cast("Any", validate_pb2.field)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field that is a list, or that holds messages with lists somewhere in them."""

    name: str
    limit: int | None
    """Of a list."""
    holds_lists: bool


def too_large() -> FootfallError:
    """What a message above MAX_REQUEST_BYTES is answered with. Asking again does not help."""
    return FootfallError(
        ErrorKind.RESOURCE_EXHAUSTED,
        "RATE_LIMITED",
        f"a message has at most {MAX_REQUEST_BYTES} bytes; send less at once",
        metadata={"limit": "message_bytes"},
    )


def too_long_lists(message: Message) -> Sequence[FieldViolation]:
    """The lists that hold more than they may. What is inside of them is not looked at."""
    return list(_too_long(message, ""))


def _too_long(message: Message, under: str) -> Iterator[FieldViolation]:
    for field in _fields(message.DESCRIPTOR):
        path = f"{under}{field.name}"
        if field.limit is None:
            if message.HasField(field.name):
                yield from _too_long(getattr(message, field.name), f"{path}.")
            continue
        values = getattr(message, field.name)
        if len(values) > field.limit:
            yield FieldViolation(path, f"must contain no more than {field.limit} item(s)", RULE_ID)
        elif field.holds_lists:
            for index, value in enumerate(values):
                yield from _too_long(value, f"{path}[{index}].")


@cache
def _fields(descriptor: Descriptor) -> Sequence[_Field]:
    """The fields that matter here; few messages have any."""
    found = []
    for field in descriptor.fields:
        rules: validate_pb2.FieldRules = field.GetOptions().Extensions[_FIELD_RULES]
        if rules.ignore == validate_pb2.IGNORE_ALWAYS:
            continue  # checked by itself, with an answer of its own
        holds_lists = field.message_type is not None and bool(_fields(field.message_type))
        limit = _limit(field, rules)
        if limit is not None or holds_lists:
            found.append(_Field(field.name, limit, holds_lists))
    return tuple(found)


def _limit(field: FieldDescriptor, rules: validate_pb2.FieldRules) -> int | None:
    if not field.is_repeated:
        return None
    return rules.repeated.max_items if rules.repeated.HasField("max_items") else MAX_VALUES
