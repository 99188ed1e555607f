"""Random messages that keep the rules written in the protos, made from their descriptors."""

import re
import string
import time
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Protocol, cast
from uuid import UUID

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

MAX_DEPTH = 6
MAX_ITEMS = 3

_FIELD_RULES = cast("Any", validate_pb2.field)
_ONEOF_RULES = cast("Any", validate_pb2.oneof)

Hint = Callable[[Random], object]

_UNSIGNED = frozenset({FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_UINT64})
_FLOATS = frozenset({FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE})
_WIDE = frozenset({FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64})

# Of texts that have to match a pattern, the first that does, tried in random order.
PATTERN_SAMPLES = (
    "a",
    "footfall",
    "image/jpeg",
    "customer.",
    "customer.merge",
    "model-1",
    "uploads",
    "0",
    "2026-03-29",
)


class HintSource(Protocol):
    """Knows values that mean something to the core."""

    def get(self, name: str) -> Hint | None:
        """What makes values for the fields of a name."""
        ...


class MessageMaker:
    """Makes messages."""

    def __init__(self, *, hints: HintSource) -> None:
        self._hints = hints

    def make(self, dice: Random, descriptor: Descriptor, depth: int = 0) -> Message:
        """A message that keeps its fields' rules."""
        message = GetMessageClass(descriptor)()
        if fill := _WELL_KNOWN.get(descriptor.full_name):
            fill(dice, message)
            return message
        chosen = {_choice(dice, oneof) for oneof in descriptor.oneofs}
        for field in descriptor.fields:
            if field.containing_oneof is None or field in chosen:
                self._fill(dice, message, field, depth)
        if fix := FIXES.get(descriptor.full_name):
            fix(message)
        return message

    def _fill(self, dice: Random, message: Any, field: FieldDescriptor, depth: int) -> None:
        rules: validate_pb2.FieldRules = field.GetOptions().Extensions[_FIELD_RULES]
        if field.is_repeated:
            self._fill_list(dice, message, field, rules, depth)
        elif field.message_type is not None:
            wanted = rules.required or field.containing_oneof is not None or dice.random() < 0.7
            if wanted and (rules.required or depth < MAX_DEPTH):
                made = self._message_value(dice, field, rules, depth)
                getattr(message, field.name).CopyFrom(made)
        elif rules.ignore == validate_pb2.IGNORE_IF_ZERO_VALUE and dice.random() < 0.4:
            return
        else:
            setattr(message, field.name, self.scalar(dice, field, rules))

    def _fill_list(self, dice: Random, message: Any, field: FieldDescriptor, rules: Any, depth: int) -> None:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            return
        least = rules.repeated.min_items
        most = min(rules.repeated.max_items or MAX_ITEMS, max(MAX_ITEMS, least))
        made: list[Any] = []
        for _ in range(dice.randint(least, most)):
            if field.message_type is not None:
                if depth < MAX_DEPTH:
                    made.append(self._message_value(dice, field, rules.repeated.items, depth))
            else:
                value = self.scalar(dice, field, rules.repeated.items)
                if not (rules.repeated.unique and value in made):
                    made.append(value)
        getattr(message, field.name).extend(made)

    def _message_value(self, dice: Random, field: FieldDescriptor, rules: Any, depth: int) -> Message:
        if field.message_type.full_name == "google.protobuf.Duration":
            return _duration(dice, rules)
        return self.make(dice, field.message_type, depth + 1)

    def scalar(self, dice: Random, field: FieldDescriptor, rules: validate_pb2.FieldRules) -> Any:
        """A value of a field, from its hint or else from its rules."""
        hint = self._hints.get(field.name)
        if hint is not None:
            return hint(dice)
        match field.cpp_type:
            case FieldDescriptor.CPPTYPE_BOOL:
                return rules.bool.const if rules.bool.HasField("const") else dice.random() < 0.5
            case FieldDescriptor.CPPTYPE_ENUM:
                return dice.choice(_enum_numbers(field, rules))
            case FieldDescriptor.CPPTYPE_STRING:
                is_bytes = field.type == FieldDescriptor.TYPE_BYTES
                return _bytes(dice, rules.bytes) if is_bytes else _text(dice, rules.string)
            case _:
                return _number(dice, field, rules)


def random_uuid(dice: Random) -> str:
    """A version 4 UUID by the dice."""
    return str(UUID(int=dice.getrandbits(128), version=4))


def _choice(dice: Random, oneof: Any) -> FieldDescriptor | None:
    must = oneof.GetOptions().Extensions[_ONEOF_RULES].required
    choices: list[FieldDescriptor | None] = [*oneof.fields, *([] if must else [None])]
    return dice.choice(choices)


def _enum_numbers(field: FieldDescriptor, rules: validate_pb2.FieldRules) -> list[int]:
    allowed, refused = set(getattr(rules.enum, "in")), {*rules.enum.not_in, *([0] if rules.required else [])}
    numbers = [value.number for value in field.enum_type.values]
    return [each for each in numbers if each not in refused and (not allowed or each in allowed)]


def _text(dice: Random, rules: Any) -> str:
    if rules.uuid:
        return random_uuid(dice)
    if rules.email:
        return f"{''.join(dice.choices(string.ascii_lowercase, k=8))}@shop.example"
    if rules.pattern:
        fitting = [each for each in PATTERN_SAMPLES if re.search(rules.pattern, each)]
        assert fitting, f"add a text that matches {rules.pattern!r} to PATTERN_SAMPLES"
        return dice.choice(fitting)
    if getattr(rules, "in"):
        return str(dice.choice(list(getattr(rules, "in"))))
    most = rules.max_len or 40
    length = dice.choice([rules.min_len, most, dice.randint(rules.min_len, min(most, 40))])
    return "".join(dice.choices("abc xyzäöü€😀字", k=length)) if length else ""


def _bytes(dice: Random, rules: Any) -> bytes:
    size = dice.choice([rules.min_len, dice.randint(rules.min_len, min(rules.max_len or 64, 512))])
    return dice.randbytes(size // 4 * 4 or rules.min_len)


def _number(dice: Random, field: FieldDescriptor, rules: validate_pb2.FieldRules) -> float:
    kind = rules.WhichOneof("type")
    said = {part.name: value for part, value in getattr(rules, kind).ListFields()} if kind else {}
    unsigned, wide = field.cpp_type in _UNSIGNED, field.cpp_type in _WIDE
    lowest = said.get("gte", said.get("gt", 0 if unsigned else -1000))
    highest = said.get("lte", said.get("lt", 1000 + max(lowest, 0)))
    if field.cpp_type in _FLOATS:
        return float(dice.uniform(lowest, highest)) or (0.5 if "gt" in said else 0.0)
    bound = 2 ** (63 if wide else 31) - 1
    low = int(lowest) + (1 if "gt" in said else 0)
    high = min(int(highest) - (1 if "lt" in said else 0), bound)
    return dice.choice([low, high, dice.randint(low, high)])


def _duration(dice: Random, rules: Any) -> Message:
    said = {part.name: value.seconds for part, value in rules.duration.ListFields()}
    lowest = said.get("gte", said.get("gt", -1) + 1)
    highest = said.get("lte", said.get("lt", 3601) - 1)
    return Duration(seconds=dice.choice([lowest, highest, dice.randint(lowest, highest)]))


def _fill_time(dice: Random, message: Any) -> None:
    message.seconds = int(time.time()) - dice.randint(0, 86_400)
    message.nanos = dice.randrange(0, 1_000_000_000, 1000)


def _fill_mask(dice: Random, message: Any) -> None:
    known = ("display_name", "time_zone", "visit_gap", "business_day_start", "source_url", "enabled", "kind")
    message.paths.extend(dice.sample(known, dice.randint(0, 2)))


_WELL_KNOWN: Mapping[str, Callable[[Random, Any], None]] = {
    "google.protobuf.Timestamp": _fill_time,
    "google.protobuf.FieldMask": _fill_mask,
    "google.protobuf.Duration": lambda dice, message: setattr(message, "seconds", dice.randint(0, 3600)),
}


def _order_sightings(event: Any) -> None:
    event.last_seen_time.CopyFrom(event.first_seen_time)
    event.last_seen_time.seconds += 2
    del event.landmarks[5:]
    if len(event.landmarks) != 5:
        del event.landmarks[:]


def _order_range(request: Any) -> None:
    if request.HasField("start_time"):
        request.end_time.CopyFrom(request.start_time)
        request.end_time.seconds += 3600


# What rules in CEL say of fields together cannot be turned around by a program.
FIXES: Mapping[str, Callable[[Any], None]] = {
    "footfall.v1.FaceEvent": _order_sightings,
    "footfall.v1.ListAuditEntriesRequest": _order_range,
    "footfall.v1.ExportAuditEntriesRequest": _order_range,
    "footfall.v1.ListVisitsRequest": _order_range,
}
