"""The descriptors of an API with the comments that were written beside them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

# Field numbers in descriptor.proto, of which SourceCodeInfo.Location.path is made.
_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED_MESSAGE, _NESTED_ENUM, _METHOD, _ENUM_VALUE = 2, 3, 4, 2, 2

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something is described."""

    file: str
    path: Path

    def into(self, *steps: int) -> "Place":
        return Place(self.file, self.path + steps)


@dataclass(frozen=True, slots=True)
class Method:
    """A method and the service that has it."""

    service: ServiceDescriptorProto
    method: MethodDescriptorProto
    full_name: str
    """As gRPC names it on the wire: "/package.Service/Method"."""
    comment: str


class Descriptors:
    """Everything that is described in some files, by its full name (without a leading dot)."""

    def __init__(self, files: Iterable[FileDescriptorProto]) -> None:
        self.messages: dict[str, DescriptorProto] = {}
        self.enums: dict[str, EnumDescriptorProto] = {}
        self._places: dict[str, Place] = {}
        self._comments: dict[Place, str] = {}
        self._files = list(files)
        for file in self._files:
            self._take(file)

    def comment(self, name: str) -> str:
        """What is written above a message or an enum."""
        return self._comments.get(self._places[name], "")

    def field_comment(self, message: str, index: int) -> str:
        """What is written above the field that is the message's `index`-th."""
        return self._comments.get(self._places[message].into(_FIELD, index), "")

    def value_comments(self, enum: str) -> Iterator[tuple[str, str]]:
        """The values of an enum with what is written above them."""
        for index, value in enumerate(self.enums[enum].value):
            yield value.name, self._comments.get(self._places[enum].into(_ENUM_VALUE, index), "")

    def field(self, message: str, path: str) -> FieldDescriptorProto:
        """The field that a dotted path of proto names leads to. Raises KeyError."""
        name, _, rest = path.partition(".")
        found = next((each for each in self.messages[message].field if each.name == name), None)
        if found is None:
            raise KeyError(f"{message} has no field {name}")
        return self.field(found.type_name[1:], rest) if rest else found

    def services(self, package: str) -> Iterator[tuple[ServiceDescriptorProto, str]]:
        """The services of a package with what is written above them, by name."""
        found = [
            (service, self._comments.get(Place(file.name, (_SERVICE, index)), ""))
            for file in self._files
            if file.package == package
            for index, service in enumerate(file.service)
        ]
        yield from sorted(found, key=lambda each: each[0].name)

    def methods(self, package: str) -> Iterator[Method]:
        """The methods of a package, in the order of the files."""
        for file in self._files:
            if file.package != package:
                continue
            for at, service in enumerate(file.service):
                for index, method in enumerate(service.method):
                    yield Method(
                        service,
                        method,
                        f"/{package}.{service.name}/{method.name}",
                        self._comments.get(Place(file.name, (_SERVICE, at, _METHOD, index)), ""),
                    )

    def _take(self, file: FileDescriptorProto) -> None:
        for location in file.source_code_info.location:
            if said := (location.leading_comments or location.trailing_comments).strip():
                self._comments[Place(file.name, tuple(location.path))] = _unwrapped(said)
        top = Place(file.name, ())
        prefix = f"{file.package}." if file.package else ""
        for index, message in enumerate(file.message_type):
            self._take_message(message, prefix, top.into(_MESSAGE, index))
        for index, enum in enumerate(file.enum_type):
            self._take_enum(enum, prefix, top.into(_ENUM, index))

    def _take_message(self, message: DescriptorProto, prefix: str, at: Place) -> None:
        name = f"{prefix}{message.name}"
        self.messages[name] = message
        self._places[name] = at
        for index, nested in enumerate(message.nested_type):
            self._take_message(nested, f"{name}.", at.into(_NESTED_MESSAGE, index))
        for index, enum in enumerate(message.enum_type):
            self._take_enum(enum, f"{name}.", at.into(_NESTED_ENUM, index))

    def _take_enum(self, enum: EnumDescriptorProto, prefix: str, at: Place) -> None:
        self.enums[f"{prefix}{enum.name}"] = enum
        self._places[f"{prefix}{enum.name}"] = at


def _unwrapped(comment: str) -> str:
    """A comment with its paragraphs kept and its line ends gone."""
    paragraphs = re.split(r"\n\s*\n", comment)
    return "\n\n".join(re.sub(r"\s*\n\s*", " ", each.strip()) for each in paragraphs)
