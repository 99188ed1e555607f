"""The whole OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1)."""

from collections.abc import Iterable, Mapping
from typing import Any

from footfall_server.rpc.permissions import Permission
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from openapi_document.descriptors import Descriptors
from openapi_document.errors import error_responses, error_schemas
from openapi_document.operations import Operations
from openapi_document.routes import routes
from openapi_document.schemas import Schemas

PACKAGE = "footfall.v1"

_ABOUT = """\
Footfall's API as JSON over HTTP, as the gateway speaks it. The same methods are served as gRPC and \
gRPC-Web, and the protos are where all of them come from; `IngestService.Connect`, which speaks both ways \
at once, is gRPC only.

- Sign in with `AuthService_IssueToken` and send `authorization: Bearer <accessToken>`.
- Every error is a `google.rpc.Status`; `details` has an ErrorInfo whose `reason` is for programs.
- `x-request-id` is in every answer and in the operator's log.
- Texts name fields as the protos do (`site_id`); JSON has them in camel case (`siteId`).
- Fields that are not known are ignored in a body and refused in a query.
- Answers may get more fields, and enums more values, at any time.
- `x-rules` has the rules of a value that JSON Schema has no words for; `x-roles` who may call.
"""

_HEADERS = {
    "RequestId": {
        "description": "Names this call in the logs of the gateway and of the core.",
        "schema": {"type": "string"},
    }
}

_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of AuthService_IssueToken. The tenant is in the token and nowhere else.",
}


def openapi_document(
    files: Iterable[FileDescriptorProto], *, permissions: Mapping[str, Permission]
) -> dict[str, Any]:
    """The document of all methods that have an HTTP rule. Raises ValueError when two have the same route."""
    descriptors = Descriptors(files)
    schemas = Schemas(descriptors, package=PACKAGE)
    operations = Operations(descriptors, schemas, permissions=permissions)
    paths: dict[str, dict[str, Any]] = {}
    tags = set()
    for method in descriptors.methods(PACKAGE):
        for number, route in enumerate(routes(method.method)):
            verbs = paths.setdefault(route.template, {})
            if route.verb in verbs:
                raise ValueError(f"{route.verb} {route.template} is the route of two methods")
            verbs[route.verb] = operations.operation(method, route, number)
            tags.add(method.service.name)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Footfall",
            "version": "v1",
            "summary": "Visitor analytics that a shop chain runs on its own machines.",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {
                "url": "{gateway}",
                "description": "Where the gateway listens.",
                "variables": {"gateway": {"default": "http://localhost:8080"}},
            }
        ],
        "security": [{"bearer": []}],
        "tags": [
            {"name": service.name, "description": comment}
            for service, comment in descriptors.services(PACKAGE)
            if service.name in tags
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"bearer": _BEARER},
            "headers": _HEADERS,
            "responses": error_responses(descriptors),
            "schemas": dict(sorted({**schemas.components(), **error_schemas(descriptors)}.items())),
        },
    }
