"""Methods as operations: parameters, bodies, answers, and who may call."""

import re
from collections.abc import Iterator, Mapping

from footfall_server.rpc.permissions import Permission, Scope
from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from openapi_document.descriptors import Descriptors, Method
from openapi_document.errors import RESPONSES
from openapi_document.routes import WHOLE, Route
from openapi_document.schemas import Schemas, rules_of
from openapi_document.values import WELL_KNOWN, Schema

_HTTP_BODY = "google.api.HttpBody"
# What HttpBody holds is decided when it is answered. Here it is a face, or a table that comes in pieces.
_IMAGE = ("image/jpeg", "The image.")
_TABLE = ("text/csv", "The table.")
_TYPES = {"/footfall.v1.ReportService/ExportVisitors": ("text/csv", "image/png", "application/pdf")}
"""What a method's body may be, where the caller chooses."""
_EMPTY = "google.protobuf.Empty"
_MASK = "google.protobuf.FieldMask"
_ALWAYS = frozenset({400, 429, 431, 500, 502, 503, 504})
_SIGNED_IN = frozenset({401, 403})
_WITH_A_BODY = frozenset({408, 413})
_NAMES_NOTHING = "request_id"


class Operations:
    """Turns a method's route into an operation."""

    def __init__(
        self, descriptors: Descriptors, schemas: Schemas, *, permissions: Mapping[str, Permission]
    ) -> None:
        self._descriptors = descriptors
        self._schemas = schemas
        self._permissions = permissions

    def operation(self, method: Method, route: Route, number: int) -> Schema:
        """The operation of a method's `number`-th route."""
        request = method.method.input_type[1:]
        suffix = f"_{number}" if number else ""
        made: Schema = {
            "operationId": f"{method.service.name}_{method.method.name}{suffix}",
            "tags": [method.service.name],
            "summary": _first_sentence(method.comment),
            "description": method.comment,
        }
        permission = self._permissions.get(method.full_name)
        if permission is not None and permission.scope is Scope.PUBLIC:
            made["security"] = []
        elif permission is not None:
            made["x-roles"] = sorted(f"ROLE_{role.name}" for role in permission.roles)
        parameters = [self._path_parameter(request, *each) for each in route.variables]
        if route.body != WHOLE:
            taken = frozenset(field for _, field in route.variables) | {route.body}
            parameters += self._query_parameters(request, taken)
            if rules := self._schemas.rules_between_fields(request):
                made["x-rules"] = rules
        if parameters:
            made["parameters"] = parameters
        if route.body:
            made["requestBody"] = self._body(request, route)
        made["responses"] = {
            "200": self._answer(method),
            **{
                str(status): {"$ref": f"#/components/responses/{RESPONSES[status][0]}"}
                for status in sorted(self._failures(request, route, permission))
            },
        }
        return made

    def _path_parameter(self, request: str, name: str, path: str) -> Schema:
        holder, _, leaf = path.rpartition(".")
        message = self._descriptors.field(request, holder).type_name[1:] if holder else request
        fields = list(self._descriptors.messages[message].field)
        index = next(at for at, field in enumerate(fields) if field.name == leaf)
        schema = self._schemas.described(message, index)
        # An id may be left out of a body that makes something, never out of a path.
        schema = {**schema.pop("anyOf", [{}, {}])[1], **schema} if "anyOf" in schema else schema
        description = schema.pop("description", "")
        schema.pop("readOnly", None)
        return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}

    def _query_parameters(
        self, message: str, taken: frozenset[str], proto: str = "", json: str = ""
    ) -> Iterator[Schema]:
        """Whatever of the request is neither in the path nor in the body, nested fields with dots."""
        for index, field in enumerate(self._descriptors.messages[message].field):
            path, name = f"{proto}{field.name}", f"{json}{field.json_name}"
            if path in taken:
                continue
            inner = field.type_name[1:]
            if field.type == FieldDescriptorProto.TYPE_MESSAGE and inner not in WELL_KNOWN:
                if field.label == FieldDescriptorProto.LABEL_REPEATED:
                    raise ValueError(f"{message}.{field.name}: a list of messages has no place in a query")
                yield from self._query_parameters(inner, taken, f"{path}.", f"{name}.")
                continue
            schema = self._schemas.described(message, index)
            schema.pop("readOnly", None)
            description = schema.pop("description", "")
            parameter = {"name": name, "in": "query", "description": description, "schema": schema}
            if rules_of(field).required:
                parameter["required"] = True
            yield parameter

    def _body(self, request: str, route: Route) -> Schema:
        if route.body == WHOLE:
            message, taken = request, frozenset(field for _, field in route.variables)
        else:
            message = self._descriptors.field(request, route.body).type_name[1:]
            prefix = f"{route.body}."
            taken = frozenset(
                field.removeprefix(prefix) for _, field in route.variables if field.startswith(prefix)
            )
        partial = any(field.type_name[1:] == _MASK for field in self._descriptors.messages[request].field)
        schema = self._schemas.body(message, without=taken, partial=partial)
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    def _answer(self, method: Method) -> Schema:
        answer = method.method.output_type[1:]
        content: Schema
        if answer == _HTTP_BODY:
            body_type, said = _TABLE if method.method.server_streaming else _IMAGE
            types = _TYPES.get(method.full_name, (body_type,))
            content = {each: {"schema": {"type": "string", "contentMediaType": each}} for each in types}
            said = said if len(types) == 1 else "The file."
        elif method.method.server_streaming:
            event = self._schemas.message(answer)
            content = {
                "text/event-stream": {
                    "schema": {
                        "type": "string",
                        "description": "Server-sent events. The data of each is one JSON object, as "
                        "x-event has it. A stream that fails after its first event just ends.",
                        "x-event": event,
                    }
                }
            }
            said = "Events as they happen, until the caller leaves or the token ends."
        else:
            content = {"application/json": {"schema": self._schemas.message(answer)}}
            said = "Done." if answer == _EMPTY else f"{answer.rpartition('.')[2]}."
        headers = {"x-request-id": {"$ref": "#/components/headers/RequestId"}}
        return {"description": said, "headers": headers, "content": content}

    def _failures(self, request: str, route: Route, permission: Permission | None) -> set[int]:
        statuses = set(_ALWAYS)
        public = permission is not None and permission.scope is Scope.PUBLIC
        if not public or route.verb == "post":  # a public one takes credentials of another kind
            statuses |= _SIGNED_IN
        if route.body:
            statuses |= _WITH_A_BODY
        if route.verb != "get":
            statuses.add(409)
        if route.variables or self._names_something(request, set()):
            statuses.add(404)
        return statuses

    def _names_something(self, message: str, seen: set[str]) -> bool:
        """Whether a request has the id of something that may not be there."""
        if message in seen or message not in self._descriptors.messages:
            return False
        seen.add(message)
        return any(
            (field.name.endswith(("_id", "_ids")) and field.name != _NAMES_NOTHING)
            or self._names_something(field.type_name[1:], seen)
            for field in self._descriptors.messages[message].field
        )


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=\.)\s", text, maxsplit=1)[0]
