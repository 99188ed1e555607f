"""Bad values, derived from the rules that the protos write at their fields.

Begins with one good message and breaks one rule after the other in it. A kind of rule that is not known here
is an error, so that no rule is ever left untested in silence.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

MARKER = "Q7-vertraulich-Q7"
"""Is part of every bad text, so that one finds it again where it must never be."""

UNKNOWN_ENUM = 99

MessageT = TypeVar("MessageT", bound=Message)
Break = Callable[[Any], None]

_RULES = cast("Any", validate_pb2.field)
_MESSAGE_RULES = cast("Any", validate_pb2.message)
_ONEOF_RULES = cast("Any", validate_pb2.oneof)


@dataclass(frozen=True, slots=True)
class BadValue:
    """One way to break a message. `path` is the field that the answer has to name."""

    path: str
    rule: str
    steps: tuple[tuple[str, int | None], ...]
    break_: Break

    def __str__(self) -> str:
        return f"{self.path or 'the message'} against {self.rule}"

    def broken(self, good: MessageT) -> MessageT:
        """A copy of the good message with this value in it."""
        copy = type(good)()
        copy.CopyFrom(good)
        holder: Any = copy
        for name, index in self.steps:
            holder = getattr(holder, name) if index is None else getattr(holder, name)[index]
        self.break_(holder)
        return copy


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the message the walk is."""

    path: str = ""
    steps: tuple[tuple[str, int | None], ...] = ()

    def into(self, name: str, index: int | None = None) -> "_Place":
        return _Place(self.field(name, index), (*self.steps, (name, index)))

    def field(self, name: str, index: int | None = None) -> str:
        subscript = "" if index is None else f"[{index}]"
        return f"{self.path}.{name}{subscript}" if self.path else f"{name}{subscript}"

    def bad(self, path: str, rule: str, break_: Break) -> BadValue:
        return BadValue(path, rule, self.steps, break_)


# Rules in CEL cannot be turned around by a program: what breaks them is written here, by their ids.
BREAKS_OF_MESSAGES: Mapping[str, Break] = {
    "entry_line.length": lambda line: line.end.CopyFrom(line.start),
    "face_event.seen_order": lambda event: event.last_seen_time.FromSeconds(
        event.first_seen_time.seconds - 1
    ),
    "list_audit_entries.range": lambda request: request.end_time.CopyFrom(request.start_time),
    "export_audit_entries.range": lambda request: request.end_time.CopyFrom(request.start_time),
    "list_visits.range": lambda request: request.end_time.CopyFrom(request.start_time),
}
BREAKS_OF_FIELDS: Mapping[str, Break] = {
    "camera.source_url": lambda camera: setattr(camera, "source_url", f"http://u:{MARKER}@host/"),
    "face_event.landmarks": lambda event: event.landmarks.add(),
    "embedding.vector": lambda embedding: setattr(embedding, "vector", embedding.vector + b"\0"),
}


def bad_values(good: Message) -> Iterator[BadValue]:
    """Every way to break one rule of a good message. Only what is set in it is walked into."""
    yield from _of_message(good, _Place())


def fields_with_rules(descriptor: Descriptor, under: str = "") -> Iterator[str]:
    """The paths of all fields that have a rule, without indexes: what has to be walked to miss nothing."""
    for field in descriptor.fields:
        rules: validate_pb2.FieldRules = field.GetOptions().Extensions[_RULES]
        if rules.ignore == validate_pb2.IGNORE_ALWAYS:
            continue
        path = f"{under}{field.name}"
        if any(each.name != "ignore" for each, _ in rules.ListFields()):
            yield path
        if field.message_type is not None:
            yield from fields_with_rules(field.message_type, f"{path}.")


def _of_message(message: Message, at: _Place) -> Iterator[BadValue]:
    for cel in message.DESCRIPTOR.GetOptions().Extensions[_MESSAGE_RULES].cel:
        yield at.bad(at.path, cel.id, BREAKS_OF_MESSAGES[cel.id])
    for oneof in message.DESCRIPTOR.oneofs:
        if oneof.GetOptions().Extensions[_ONEOF_RULES].required:
            yield at.bad(at.field(oneof.name), "required", _clear(message.WhichOneof(oneof.name)))
    for field in message.DESCRIPTOR.fields:
        rules: validate_pb2.FieldRules = field.GetOptions().Extensions[_RULES]
        if rules.ignore == validate_pb2.IGNORE_ALWAYS or _is_unused_choice(message, field):
            continue
        yield from _of_field(field, rules, at)
        if field.message_type is not None:
            yield from _within(message, field, at)


def _is_unused_choice(message: Message, field: FieldDescriptor) -> bool:
    """Whether another field of its oneof is set: another of the good messages has this one."""
    oneof = field.containing_oneof
    return oneof is not None and len(oneof.fields) > 1 and message.WhichOneof(oneof.name) != field.name


def _within(message: Message, field: FieldDescriptor, at: _Place) -> Iterator[BadValue]:
    if field.is_repeated:
        if len(getattr(message, field.name)):
            yield from _of_message(getattr(message, field.name)[0], at.into(field.name, 0))
    elif message.HasField(field.name):
        yield from _of_message(getattr(message, field.name), at.into(field.name))


def _of_field(field: FieldDescriptor, rules: validate_pb2.FieldRules, at: _Place) -> Iterator[BadValue]:
    path, name = at.field(field.name), field.name
    for part, value in rules.ListFields():
        if part.name == "ignore":
            continue
        if part.name == "required":
            yield at.bad(path, "required", _clear(name))
        elif part.name == "cel":
            for cel in value:
                yield at.bad(path, cel.id, BREAKS_OF_FIELDS[cel.id])
        elif part.name == "repeated":
            yield from _of_list(field, value, at)
        else:
            for rule, bad in _bad_scalars(rules, part.name):
                yield at.bad(path, rule, _set(name, bad))


def _of_list(field: FieldDescriptor, rules: Any, at: _Place) -> Iterator[BadValue]:
    path, name = at.field(field.name), field.name
    for part, value in rules.ListFields():
        if part.name == "min_items":
            yield at.bad(path, "repeated.min_items", _clear(name))
        elif part.name == "max_items":
            yield at.bad(path, "repeated.max_items", _repeat(name, value + 1))
        elif part.name == "unique":
            yield at.bad(path, "repeated.unique", _repeat(name, 2))
        elif part.name == "items":
            for kind, _ in value.ListFields():
                for rule, bad in _bad_scalars(value, kind.name):
                    yield at.bad(f"{path}[0]", rule, _set_first(name, bad))
        else:
            raise AssertionError(f"no bad value is known for repeated.{part.name}")


def _bad_scalars(rules: validate_pb2.FieldRules, kind: str) -> Iterator[tuple[str, object]]:
    may_be_zero = rules.ignore == validate_pb2.IGNORE_IF_ZERO_VALUE
    for part, limit in getattr(rules, kind).ListFields():
        rule = f"{kind}.{part.name}"
        for bad in _BAD[kind](part.name, limit):
            if not (may_be_zero and not bad):
                yield rule, bad


def _bad_bools(rule: str, limit: Any) -> Iterator[bool]:
    match rule:
        case "const":
            yield not limit
        case _:
            raise AssertionError(f"no bad value is known for bool.{rule}")


def _bad_strings(rule: str, limit: Any) -> Iterator[str]:
    match rule:
        case "uuid":
            yield from (MARKER, "", "01990000-0000-7000-8000-00000000000")
        case "email":
            yield from (MARKER, f"{MARKER}@", f"{MARKER}\0@shop.example")
        case "min_len":
            yield "x" * (limit - 1)
        case "max_len":
            yield MARKER + "x" * (limit + 1 - len(MARKER))
            yield "ü" * (limit + 1)
        case "pattern":
            yield from (each for each in (MARKER.upper(), "", "a b") if not re.search(limit, each))
        case "in":
            yield from (MARKER.upper(), "", "a b")
        case _:
            raise AssertionError(f"no bad value is known for string.{rule}")


def _bad_bytes(rule: str, limit: Any) -> Iterator[bytes]:
    # Multiples of four, so that one rule is broken and not two.
    sizes = {"min_len": limit - 4, "max_len": limit + 4}
    yield (MARKER.encode() * (sizes[rule] // len(MARKER) + 1))[: sizes[rule]]


def _bad_floats(rule: str, limit: Any) -> Iterator[float]:
    match rule:
        case "finite":
            yield from (math.nan, math.inf, -math.inf)
        case "gte":
            yield limit - 0.5
        case "gt":
            yield from (limit, limit - 1)
        case "lte":
            yield limit + 0.5
        case _:
            raise AssertionError(f"no bad value is known for float.{rule}")


def _bad_signed(rule: str, limit: Any) -> Iterator[int]:
    match rule:
        case "gte":
            yield from (limit - 1, -(2**31))
        case "lte":
            yield from (limit + 1, 2**31 - 1)
        case "lt":
            yield from (limit, 2**31 - 1)
        case _:
            raise AssertionError(f"no bad value is known for {rule} of integers")


def _bad_unsigned(rule: str, limit: Any) -> Iterator[int]:
    yield {"gte": limit - 1, "lte": limit + 1}[rule]


def _bad_enums(rule: str, limit: Any) -> Iterator[int]:
    match rule:
        case "defined_only":
            yield UNKNOWN_ENUM
        case "not_in":
            yield from limit
        case "in":
            yield from (each for each in (1, 2, UNKNOWN_ENUM) if each not in limit)
        case _:
            raise AssertionError(f"no bad value is known for enum.{rule}")


def _bad_durations(rule: str, limit: Any) -> Iterator[Any]:
    nearest = {"gte": -1, "lte": 1, "lt": 0}[rule]
    farthest = -315_576_000_000 if rule == "gte" else 315_576_000_000
    for seconds in (limit.seconds + nearest, farthest):
        bad = type(limit)()
        bad.seconds = seconds
        yield bad


_BAD: Mapping[str, Callable[[str, Any], Iterator[object]]] = {
    "bool": _bad_bools,
    "string": _bad_strings,
    "bytes": _bad_bytes,
    "float": _bad_floats,
    "int32": _bad_signed,
    "int64": _bad_signed,
    "uint32": _bad_unsigned,
    "uint64": _bad_unsigned,
    "enum": _bad_enums,
    "duration": _bad_durations,
}


def _clear(name: str | None) -> Break:
    return lambda holder: holder.ClearField(name)


def _set(name: str, value: Any) -> Break:
    def set_(holder: Any) -> None:
        if isinstance(value, Message):
            getattr(holder, name).CopyFrom(value)
        else:
            setattr(holder, name, value)

    return set_


def _set_first(name: str, value: Any) -> Break:
    def set_first(holder: Any) -> None:
        getattr(holder, name)[0] = value

    return set_first


def _repeat(name: str, count: int) -> Break:
    def repeat(holder: Any) -> None:
        values = getattr(holder, name)
        first = values[0]
        while len(values) < count:
            values.append(first)

    return repeat
