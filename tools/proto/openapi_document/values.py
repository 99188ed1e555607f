"""One value of a field as JSON Schema: its type in the JSON form of protobuf, and its buf.validate rules.

What a rule says that JSON Schema cannot is told in `x-rules`, so that none is left out in silence.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor_pb2 import EnumDescriptorProto, FieldDescriptorProto

Schema = dict[str, Any]
Rules = validate_pb2.FieldRules

_F = FieldDescriptorProto
_UNSIGNED = frozenset({_F.TYPE_UINT32, _F.TYPE_FIXED32, _F.TYPE_UINT64, _F.TYPE_FIXED64})
_BITS_32 = frozenset({_F.TYPE_INT32, _F.TYPE_SINT32, _F.TYPE_SFIXED32, _F.TYPE_UINT32, _F.TYPE_FIXED32})
_BITS_64 = frozenset({_F.TYPE_INT64, _F.TYPE_SINT64, _F.TYPE_SFIXED64, _F.TYPE_UINT64, _F.TYPE_FIXED64})
_FLOATS = frozenset({_F.TYPE_FLOAT, _F.TYPE_DOUBLE})

# Rules that say a kind of text; JSON Schema knows them by a name.
FORMATS = {
    "uuid": "uuid",
    "email": "email",
    "uri": "uri",
    "uri_ref": "uri-reference",
    "hostname": "hostname",
    "ipv4": "ipv4",
    "ipv6": "ipv6",
}

_TEXTS = {"min_len": "minLength", "max_len": "maxLength", "pattern": "pattern", "const": "const"}
_NUMBERS = {
    "gte": "minimum",
    "lte": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
    "const": "const",
}

# How protobuf writes these in JSON (https://protobuf.dev/programming-guides/json/).
WELL_KNOWN: Mapping[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {
        "type": "string",
        "pattern": r"^([a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*(,[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*)*)?$",
    },
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.Any": {
        "type": "object",
        "properties": {"@type": {"type": "string"}},
        "required": ["@type"],
    },
}


def scalar(field: FieldDescriptorProto, rules: Rules) -> Schema:
    """The schema of one value of a scalar field. Enums and messages have schemas of their own."""
    if field.type == _F.TYPE_BOOL:
        return {"type": "boolean"}
    if field.type == _F.TYPE_STRING:
        return _string(rules)
    if field.type == _F.TYPE_BYTES:
        return _bytes(rules)
    return _number(field, rules)


def well_known(name: str, rules: Rules) -> Schema:
    """The schema of a message that has a JSON form of its own."""
    schema = dict(WELL_KNOWN[name])
    said = dict(_said(rules))
    if name == "google.protobuf.Duration":
        lowest = said.get("gte", said.get("gt"))
        if lowest is not None and lowest.seconds >= 0:
            schema["pattern"] = schema["pattern"].replace("-?", "")
        said = {rule: f"{limit.seconds + limit.nanos / 1e9:g}s" for rule, limit in said.items()}
    return _with_rest(schema, rules, said)


def enum_values(enum: EnumDescriptorProto, rules: Rules) -> list[str] | None:
    """The names that an enum's rules leave; None when they leave all of them."""
    allowed, refused = set(getattr(rules.enum, "in")), set(rules.enum.not_in)
    if not allowed and not refused:
        return None
    return [
        value.name
        for value in enum.value
        if value.number not in refused and (not allowed or value.number in allowed)
    ]


def cel(rules: Any) -> list[dict[str, str]]:
    """The rules in CEL, which JSON Schema has no words for."""
    return [{"id": each.id, "message": each.message, "expression": each.expression} for each in rules.cel]


def _string(rules: Rules) -> Schema:
    schema: Schema = {"type": "string"}
    rest = {}
    for rule, limit in _said(rules):
        if rule in FORMATS:
            schema["format"] = FORMATS[rule]
        elif rule == "len":
            schema |= {"minLength": limit, "maxLength": limit}
        elif rule in _TEXTS:
            schema[_TEXTS[rule]] = limit
        elif rule == "in":
            schema["enum"] = list(limit)
        else:
            rest[rule] = limit
    return _with_rest(schema, rules, rest)


def _bytes(rules: Rules) -> Schema:
    """Bytes travel as base64, with or without padding: the bounds are those of the text."""
    schema: Schema = {
        "type": "string",
        "contentEncoding": "base64",
        "pattern": "^[A-Za-z0-9+/_-]*={0,2}$",
    }
    rest = {}
    bounds: Mapping[str, Callable[[int], Schema]] = {
        "min_len": lambda size: {"minLength": _unpadded(size)},
        "max_len": lambda size: {"maxLength": _padded(size)},
        "len": lambda size: {"minLength": _unpadded(size), "maxLength": _padded(size)},
    }
    for rule, limit in _said(rules):
        if rule in bounds:
            schema |= bounds[rule](limit)
        else:
            rest[rule] = limit
    return _with_rest(schema, rules, rest)


def _number(field: FieldDescriptorProto, rules: Rules) -> Schema:
    if field.type in _BITS_64:
        return _wide_integer(field, rules)
    schema: Schema
    if field.type in _FLOATS:
        schema = {"type": "number", "format": "float" if field.type == _F.TYPE_FLOAT else "double"}
    else:
        unsigned = field.type in _UNSIGNED
        schema = {
            "type": "integer",
            "format": "uint32" if unsigned else "int32",
            "minimum": 0 if unsigned else -(2**31),
            "maximum": 2**32 - 1 if unsigned else 2**31 - 1,
        }
    rest = {}
    for rule, limit in _said(rules):
        if rule in _NUMBERS:
            schema[_NUMBERS[rule]] = _rounded(limit)
        elif rule == "in":
            schema["enum"] = [_rounded(each) for each in limit]
        elif rule != "finite":  # JSON has no other numbers
            rest[rule] = limit
    return _with_rest(schema, rules, rest)


def _wide_integer(field: FieldDescriptorProto, rules: Rules) -> Schema:
    """64 bits are written as text, since JavaScript's numbers have 53; read in either form."""
    said = dict(_said(rules))
    unsigned = field.type in _UNSIGNED or said.get("gte", -1) >= 0 or said.get("gt", -2) >= -1
    schema: Schema = {
        "type": ["string", "integer"],
        "format": "uint64" if field.type in _UNSIGNED else "int64",
        "pattern": "^[0-9]{1,20}$" if unsigned else "^-?[0-9]{1,19}$",
        "minimum": 0 if unsigned else -(2**63),
        "maximum": 2**64 - 1 if field.type in _UNSIGNED else 2**63 - 1,
    }
    schema |= {_NUMBERS[rule]: limit for rule, limit in said.items() if rule in _NUMBERS}
    # The bounds of numbers do not hold for numbers that are written as text.
    return _with_rest(schema, rules, said)


def _said(rules: Rules) -> list[tuple[str, Any]]:
    """The rules of the value's own kind, by name, such as ("max_len", 120)."""
    kind = rules.WhichOneof("type")
    if kind is None:
        return []
    return [(part.name, value) for part, value in getattr(rules, kind).ListFields()]


def _with_rest(schema: Schema, rules: Rules, rest: Mapping[str, Any]) -> Schema:
    told: Schema = {rule: _plain(limit) for rule, limit in rest.items()}
    if rules.cel:
        told["cel"] = cel(rules)
    return {**schema, "x-rules": told} if told else schema


def _plain(limit: Any) -> Any:
    return limit if isinstance(limit, str | int | float | bool) else str(limit).strip()


def _rounded(limit: float) -> float:
    """A limit as it was written: 0.1 as float32 is 0.10000000149."""
    if isinstance(limit, int) or not math.isfinite(limit):
        return limit
    return int(limit) if limit.is_integer() else float(f"{limit:.7g}")


def _padded(size: int) -> int:
    return -(-size // 3) * 4


def _unpadded(size: int) -> int:
    return -(-size * 4 // 3)
