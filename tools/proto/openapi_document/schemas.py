"""Messages and enums as JSON Schemas, each once, under components/schemas."""

from collections.abc import Mapping
from typing import Any, cast

from buf.validate import validate_pb2
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto

from openapi_document.descriptors import Descriptors
from openapi_document.presence import must_be_set
from openapi_document.values import WELL_KNOWN, Rules, Schema, cel, enum_values, scalar, well_known

_SET_BY_THE_CORE = "Set by the core."
"""Ends the comment of a field that only answers have."""

_F = FieldDescriptorProto
_FIELD_RULES = cast("Any", validate_pb2.field)
_MESSAGE_RULES = cast("Any", validate_pb2.message)
_ONEOF_RULES = cast("Any", validate_pb2.oneof)

_ZEROS: Mapping[str, object] = {"string": "", "integer": 0, "number": 0}
"""What protobuf takes a field of that type for when it is not set."""


class Schemas:
    """Hands out references, and in the end everything that they lead to."""

    def __init__(self, descriptors: Descriptors, *, package: str) -> None:
        self._descriptors = descriptors
        self._package = package
        self._made: dict[str, Schema] = {}

    def components(self) -> dict[str, Schema]:
        """All that was referred to, by name."""
        return dict(sorted(self._made.items()))

    def message(self, name: str) -> Schema:
        """The schema of a message by its full name: a reference, but for those that protobuf knows."""
        if name in WELL_KNOWN:
            return dict(WELL_KNOWN[name])
        return self._named(self._short(name), lambda: self._message(name))

    def body(self, name: str, *, without: frozenset[str], partial: bool) -> Schema:
        """The schema of a request's body. `without` are fields that the path has.

        A partial one is that of an update, which need not say what it leaves alone.
        """
        if partial:
            return self._named(f"{self._short(name)}Update", lambda: self._message(name, partial=True))
        if without:
            return self._named(f"{self._short(name)}Body", lambda: self._message(name, without=without))
        return self.message(name)

    def field(self, field: FieldDescriptorProto) -> Schema:
        """The schema of a field's value, with all of its rules."""
        rules = rules_of(field)
        if field.label == _F.LABEL_REPEATED:
            return self._map(field, rules) or self._list(field, rules)
        schema = self._one(field, rules)
        kind = schema.get("type")
        if rules.ignore == validate_pb2.IGNORE_IF_ZERO_VALUE and isinstance(kind, str) and kind in _ZEROS:
            return {"anyOf": [{"type": kind, "const": _ZEROS[kind]}, schema]}
        return schema

    def described(self, message: str, index: int) -> Schema:
        """The schema of a message's `index`-th field with what is written above it."""
        schema = self.field(self._descriptors.messages[message].field[index])
        if comment := self._descriptors.field_comment(message, index):
            schema["description"] = comment
            if comment.endswith(_SET_BY_THE_CORE):
                schema["readOnly"] = True
        return schema

    def rules_between_fields(self, message: str) -> Schema:
        """The rules of a message as a whole, in CEL. Empty when it has none."""
        told = cel(self._descriptors.messages[message].options.Extensions[_MESSAGE_RULES])
        return {"cel": told} if told else {}

    def _short(self, name: str) -> str:
        return name.removeprefix(f"{self._package}.")

    def _named(self, short: str, make: Any) -> Schema:
        if short not in self._made:
            self._made[short] = {}  # a message may hold itself
            self._made[short] = make()
        return {"$ref": f"#/components/schemas/{short}"}

    def _message(self, name: str, *, without: frozenset[str] = frozenset(), partial: bool = False) -> Schema:
        message = self._descriptors.messages[name]
        properties, required = {}, []
        for index, field in enumerate(message.field):
            if field.name in without:
                continue
            properties[field.json_name] = self.described(name, index)
            if not partial and must_be_set(field, rules_of(field)):
                required.append(field.json_name)
        schema: Schema = {"type": "object"}
        if comment := self._descriptors.comment(name):
            schema["description"] = comment
        schema["properties"] = properties
        if required:
            schema["required"] = required
        if choices := list(_choices(message)):
            schema["allOf"] = choices
        if rules := self.rules_between_fields(name):
            schema["x-rules"] = rules
        return schema

    def _list(self, field: FieldDescriptorProto, rules: Rules) -> Schema:
        schema: Schema = {"type": "array", "items": self._one(field, rules.repeated.items)}
        for rule, word in (("min_items", "minItems"), ("max_items", "maxItems")):
            if rules.repeated.HasField(rule):
                schema[word] = getattr(rules.repeated, rule)
        if rules.repeated.unique:
            schema["uniqueItems"] = True
        if rules.cel:
            schema["x-rules"] = {"cel": cel(rules)}
        return schema

    def _map(self, field: FieldDescriptorProto, rules: Rules) -> Schema | None:
        entry = self._descriptors.messages.get(field.type_name[1:])
        if entry is None or not entry.options.map_entry:
            return None
        key, value = entry.field
        schema: Schema = {"type": "object", "additionalProperties": self._one(value, rules.map.values)}
        if rules.map.HasField("keys"):
            schema["propertyNames"] = scalar(key, rules.map.keys)
        for rule, word in (("min_pairs", "minProperties"), ("max_pairs", "maxProperties")):
            if rules.map.HasField(rule):
                schema[word] = getattr(rules.map, rule)
        return schema

    def _one(self, field: FieldDescriptorProto, rules: Rules) -> Schema:
        name = field.type_name[1:]
        if field.type == _F.TYPE_ENUM:
            return self._enum(name, rules)
        if field.type != _F.TYPE_MESSAGE:
            return scalar(field, rules)
        return well_known(name, rules) if name in WELL_KNOWN else self.message(name)

    def _enum(self, name: str, rules: Rules) -> Schema:
        enum = self._descriptors.enums[name]
        if (narrowed := enum_values(enum, rules)) is not None:
            return {"type": "string", "enum": narrowed}
        return self._named(self._short(name), lambda: self._whole_enum(name))

    def _whole_enum(self, name: str) -> Schema:
        lines = [self._descriptors.comment(name)]
        lines += [f"- {comment}" for _, comment in self._descriptors.value_comments(name) if comment]
        return {
            "type": "string",
            "description": "\n".join(lines),
            "enum": [value.name for value in self._descriptors.enums[name].value],
        }


def rules_of(field: FieldDescriptorProto) -> Rules:
    """The buf.validate rules of a field; empty ones when it has none or they are never looked at."""
    rules: Rules = field.options.Extensions[_FIELD_RULES]
    return Rules() if rules.ignore == validate_pb2.IGNORE_ALWAYS else rules


def _choices(message: DescriptorProto) -> Any:
    """That of the fields of a oneof one is there, or at most one."""
    for index, oneof in enumerate(message.oneof_decl):
        names = [
            field.json_name
            for field in message.field
            if field.HasField("oneof_index") and field.oneof_index == index and not field.proto3_optional
        ]
        each: list[Schema] = [{"required": [name]} for name in names]
        if not each:
            continue
        if not oneof.options.Extensions[_ONEOF_RULES].required:
            each.append({"not": {"anyOf": list(each)}})
        yield {"oneOf": each}
