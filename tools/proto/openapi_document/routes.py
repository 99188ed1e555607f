"""google.api.http rules: the verb, the path and which field of the request each part of it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from google.api import annotations_pb2  # type: ignore[import-untyped]
from google.protobuf.descriptor_pb2 import MethodDescriptorProto

_HTTP = cast("Any", annotations_pb2.http)
_VARIABLE = re.compile(r"\{([^}]*)\}")
_PLAIN = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")

WHOLE = "*"


@dataclass(frozen=True, slots=True)
class Route:
    """One way to call a method over HTTP."""

    verb: str
    template: str
    """As OpenAPI writes it, with each variable called as the JSON form calls the field."""
    variables: tuple[tuple[str, str], ...]
    """The name in the template and the field that it fills, a dotted path of proto names."""
    body: str
    """The field that the body is, `WHOLE` for the request itself, or empty."""


def routes(method: MethodDescriptorProto) -> Iterator[Route]:
    """The routes of a method, the main one first. None of a method that has no JSON form.

    Raises ValueError for a template that this does not know how to write.
    """
    if not method.options.HasExtension(_HTTP):
        return
    rule = method.options.Extensions[_HTTP]
    for binding in (rule, *rule.additional_bindings):
        verb = binding.WhichOneof("pattern")
        if verb is None or verb == "custom":
            raise ValueError(f"{method.name}: this kind of HTTP rule is not supported")
        variables: list[tuple[str, str]] = []

        def named(found: re.Match[str], variables: list[tuple[str, str]] = variables) -> str:
            if not _PLAIN.match(found[1]):
                raise ValueError(f"{method.name}: a path variable with a pattern: {found[0]}")
            # The paths of "Get" and "Update" are one path, though their requests nest the id differently.
            name = _camel_case(found[1].rpartition(".")[2])
            variables.append((name, found[1]))
            return f"{{{name}}}"

        template = _VARIABLE.sub(named, getattr(binding, verb))
        yield Route(verb, template, tuple(variables), binding.body)


def _camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
