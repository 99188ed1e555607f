"""The committed OpenAPI document, and requests held against it as JSON calls."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from jsonschema import Draft202012Validator, FormatChecker

FILE = Path(__file__).parents[2] / "sdk" / "openapi" / "openapi.json"

Document = dict[str, Any]


@cache
def openapi_document() -> Document:
    found: Document = json.loads(FILE.read_text())
    return found


@dataclass(frozen=True, slots=True)
class Operation:
    """One path and verb."""

    path: str
    verb: str
    described: Document

    @property
    def method(self) -> str:
        """As gRPC names it on the wire."""
        service, name = self.described["operationId"].split("_")
        return f"/footfall.v1.{service}/{name}"

    @property
    def parameters(self) -> Mapping[str, Document]:
        return {each["name"]: each for each in self.described.get("parameters", [])}

    @property
    def body(self) -> Document | None:
        wanted = self.described.get("requestBody")
        return None if wanted is None else wanted["content"]["application/json"]["schema"]


def operations() -> Iterator[Operation]:
    """All of the document."""
    for path, verbs in openapi_document()["paths"].items():
        for verb, described in verbs.items():
            yield Operation(path, verb, described)


def faults(operation: Operation, request: Message, body_field: str) -> list[str]:
    """What the document says against a request. `body_field` is as google.api.http has it."""
    # An update that empties a field says so; elsewhere what is empty is as good as unsaid.
    say_zeros = operation.verb == "patch"
    try:
        told = MessageToDict(request, always_print_fields_with_no_presence=say_zeros)
    except ValueError as error:
        return [f"it has no JSON form: {error}"]
    found: list[str] = []
    body: Any = None
    if body_field:
        body = told if body_field == "*" else told.pop(_camel_case(body_field), None)
    for name, parameter in operation.parameters.items():
        holder = body if parameter["in"] == "path" and name in (body or {}) else told
        value = holder.pop(name, "" if parameter["in"] == "path" else None)
        if value is not None:
            found += _faults_of(value, parameter["schema"], f"{parameter['in']} {name}")
        elif parameter.get("required"):
            found.append(f"query {name} is missing")
    if operation.body is not None:
        if body is None:
            return [*found, "there is no body"]
        found += _faults_of(body, operation.body, "body")
    if body is not told:
        found += [f"{name} is in no parameter" for name in told]
    return found


def faults_of_answer(answer: object, schema: Document) -> list[str]:
    """What a schema of the document says against a value."""
    return _faults_of(answer, schema, "answer")


def _faults_of(value: object, schema: Document, where: str) -> list[str]:
    # The document is the root, so that references into its components are found.
    root = {**schema, "components": openapi_document()["components"]}
    validator = Draft202012Validator(root, format_checker=FormatChecker())
    return [f"{where} {error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def _camel_case(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)
