"""Writes the .proto files of others that ours import, from the packages that are pinned in the locks.

google/api and google/rpc lie as text in googleapis-common-protos. buf/validate is only a descriptor in the
protovalidate wheel, so its text is written from that; comments are not in a descriptor.
"""

import importlib.util
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

# Known to the pool before validate.proto, which imports them.
import google.protobuf.duration_pb2
import google.protobuf.field_mask_pb2
import google.protobuf.timestamp_pb2
from google.protobuf import descriptor_pool, message_factory, text_format
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.message import Message
from protovalidate._gen.buf.validate import validate_pb

IMPORTED_FIRST = (
    google.protobuf.duration_pb2,
    google.protobuf.field_mask_pb2,
    google.protobuf.timestamp_pb2,
)
GOOGLE_FILES = ("api/annotations", "api/http", "api/httpbody", "rpc/code", "rpc/error_details", "rpc/status")
THIRD_PARTY = Path(__file__).parents[2] / "third_party"
LABELS = {
    FieldDescriptorProto.LABEL_OPTIONAL: "optional ",
    FieldDescriptorProto.LABEL_REQUIRED: "required ",
    FieldDescriptorProto.LABEL_REPEATED: "repeated ",
}
NAMED_TYPES = (
    FieldDescriptorProto.TYPE_GROUP,
    FieldDescriptorProto.TYPE_MESSAGE,
    FieldDescriptorProto.TYPE_ENUM,
)
MAX_FIELD_NUMBER_END = 536_870_912


def copy_google() -> None:
    spec = importlib.util.find_spec("google.api")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("googleapis-common-protos is not installed")
    source = Path(next(iter(spec.submodule_search_locations))).parent
    for name in GOOGLE_FILES:
        target = THIRD_PARTY / "googleapis" / "google" / f"{name}.proto"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / f"{name}.proto", target)


class ProtoText:
    """The text of one file descriptor."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self._file = file
        self._is_proto2 = file.syntax in {"", "proto2"}
        self._lines: list[str] = []
        self._depth = 0

    def text(self) -> str:
        file = self._file
        self._line(f'syntax = "{"proto2" if self._is_proto2 else file.syntax}";')
        self._line(f"package {file.package};")
        for name in file.dependency:
            self._line(f'import "{name}";')
        self._options(file.options)
        self._extensions(file.extension)
        for enum in file.enum_type:
            self._enum(enum)
        for message in file.message_type:
            self._message(message)
        return "\n".join(self._lines) + "\n"

    def _line(self, text: str) -> None:
        self._lines.append("  " * self._depth + text)

    def _open(self, text: str) -> None:
        self._line(text + " {")
        self._depth += 1

    def _close(self) -> None:
        self._depth -= 1
        self._line("}")

    def _options(self, options: Message) -> None:
        for option in _option_texts(options):
            self._line(f"option {option};")

    def _enum(self, enum: EnumDescriptorProto) -> None:
        self._open(f"enum {enum.name}")
        self._options(enum.options)
        for value in enum.value:
            options = _option_texts(value.options)
            self._line(f"{value.name} = {value.number}{_bracketed(options)};")
        for reserved in enum.reserved_range:
            self._line(f"reserved {reserved.start} to {reserved.end};")
        for name in enum.reserved_name:
            self._line(f'reserved "{name}";')
        self._close()

    def _message(self, message: DescriptorProto) -> None:
        self._open(f"message {message.name}")
        self._options(message.options)
        maps = [nested for nested in message.nested_type if nested.options.map_entry]
        for enum in message.enum_type:
            self._enum(enum)
        for nested in message.nested_type:
            if not nested.options.map_entry:
                self._message(nested)
        written: set[int] = set()
        for field in message.field:
            if not field.HasField("oneof_index") or field.proto3_optional:
                self._field(field, maps)
            elif field.oneof_index not in written:
                written.add(field.oneof_index)
                self._oneof(message, field.oneof_index)
        self._extensions(message.extension)
        for numbers in message.extension_range:
            end = "max" if numbers.end >= MAX_FIELD_NUMBER_END else str(numbers.end - 1)
            self._line(f"extensions {numbers.start} to {end};")
        for reserved in message.reserved_range:
            self._line(f"reserved {reserved.start} to {reserved.end - 1};")
        for name in message.reserved_name:
            self._line(f'reserved "{name}";')
        self._close()

    def _oneof(self, message: DescriptorProto, index: int) -> None:
        self._open(f"oneof {message.oneof_decl[index].name}")
        self._options(message.oneof_decl[index].options)
        for member in message.field:
            if member.HasField("oneof_index") and member.oneof_index == index:
                self._field(member, (), labelled=False)
        self._close()

    def _field(
        self, field: FieldDescriptorProto, maps: Sequence[DescriptorProto], *, labelled: bool = True
    ) -> None:
        options = _option_texts(field.options)
        if field.HasField("default_value"):
            quoted = field.type in {FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_BYTES}
            default = f'"{field.default_value}"' if quoted else field.default_value
            options.insert(0, f"default = {default}")
        entry = next((entry for entry in maps if field.type_name.endswith("." + entry.name)), None)
        if entry is not None:
            key, value = entry.field
            kind = f"map<{_type_name(key)}, {_type_name(value)}>"
        else:
            kind = (self._label(field) if labelled else "") + _type_name(field)
        self._line(f"{kind} {field.name} = {field.number}{_bracketed(options)};")

    def _label(self, field: FieldDescriptorProto) -> str:
        spoken = (
            self._is_proto2 or field.proto3_optional or field.label == FieldDescriptorProto.LABEL_REPEATED
        )
        return LABELS[field.label] if spoken else ""

    def _extensions(self, fields: Iterable[FieldDescriptorProto]) -> None:
        by_extendee: dict[str, list[FieldDescriptorProto]] = {}
        for field in fields:
            by_extendee.setdefault(field.extendee, []).append(field)
        for extendee, members in by_extendee.items():
            self._open(f"extend {extendee}")
            for field in members:
                self._field(field, ())
            self._close()


def _bracketed(options: Sequence[str]) -> str:
    return f" [{', '.join(options)}]" if options else ""


def _type_name(field: FieldDescriptorProto) -> str:
    if field.type in NAMED_TYPES:
        return field.type_name
    return FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()


def _option_texts(options: Message) -> list[str]:
    texts = []
    for field, value in options.ListFields():
        name = f"({field.full_name})" if field.is_extension else field.name
        for item in value if field.is_repeated else [value]:
            if field.message_type:
                text = "{ " + text_format.MessageToString(item, as_one_line=True) + " }"
            elif field.enum_type:
                text = field.enum_type.values_by_number[item].name
            elif isinstance(item, bool):
                text = str(item).lower()
            elif isinstance(item, str):
                text = '"' + text_format.text_encoding.CEscape(item.encode(), as_utf8=True) + '"'
            else:
                text = str(item)
            texts.append(f"{name} = {text}")
    return texts


def write_validate() -> None:
    raw = validate_pb.desc().proto.to_binary()
    pool = descriptor_pool.Default()
    name = pool.AddSerializedFile(raw).name
    # Its options use its own extensions: they can be read only once the pool knows the messages.
    for message in pool.FindFileByName(name).message_types_by_name.values():
        message_factory.GetMessageClass(message)
    target = THIRD_PARTY / "protovalidate" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        "// Copyright 2023-2026 Buf Technologies, Inc. Apache-2.0.\n"
        "// Written by tools/proto/vendor.py from the descriptor in the protovalidate wheel.\n"
        + ProtoText(FileDescriptorProto.FromString(raw)).text()
    )


if __name__ == "__main__":
    copy_google()
    write_validate()
