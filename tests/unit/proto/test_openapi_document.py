"""The committed OpenAPI document: valid, whole, and true about who may call and what fails."""

import subprocess
import sys
from pathlib import Path

import pytest
from fakes.openapi_calls import FILE, Operation, openapi_document, operations
from footfall.v1 import error_reason_pb2
from footfall_gateway.descriptor_set import SERVICE_FILES
from footfall_gateway.error_replies import gateway_errors
from footfall_server.rpc.permissions import PERMISSIONS, Scope
from google.api import annotations_pb2
from openapi_document.errors import HTTP_STATUS
from openapi_spec_validator import OpenAPIV31SpecValidator

PROJECT = Path(__file__).parents[3]
OPERATIONS = {each.method: each for each in operations()}


def test_it_is_valid_openapi() -> None:
    errors = [error.message for error in OpenAPIV31SpecValidator(openapi_document()).iter_errors()]
    assert errors == []


def test_it_is_what_the_protos_and_permissions_say(tmp_path: Path) -> None:
    """The same comparison as "make proto-check", so that it fails here, too."""
    program = Path(sys.executable)
    described = subprocess.run(
        [program.with_name("buf"), "build", "-o", "-"], cwd=PROJECT, capture_output=True, check=True
    ).stdout
    out = tmp_path / "openapi.json"
    subprocess.run(
        [program, PROJECT / "tools" / "proto" / "write_openapi.py", out], input=described, check=True
    )
    assert out.read_text() == FILE.read_text(), "stale: run 'make proto'"


def test_every_method_with_a_route_has_an_operation() -> None:
    wanted = {
        f"/{service.full_name}/{method.name}"
        for file in SERVICE_FILES
        for service in file.services_by_name.values()
        for method in service.methods
        if method.GetOptions().HasExtension(annotations_pb2.http)
    }
    assert wanted <= OPERATIONS.keys()


@pytest.mark.parametrize("method", sorted(OPERATIONS.keys() & PERMISSIONS.keys()))
def test_a_bearer_token_is_asked_for_unless_the_method_is_public(method: str) -> None:
    described = OPERATIONS[method].described
    permission = PERMISSIONS[method]
    if permission.scope is Scope.PUBLIC:
        assert described["security"] == []
    else:
        assert "security" not in described, "the document's own security holds"
        assert described["x-roles"] == sorted(f"ROLE_{role.name}" for role in permission.roles)
        assert {"401", "403"} <= described["responses"].keys()


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda each: each.method)
def test_every_operation_tells_its_failures(operation: Operation) -> None:
    told = operation.described["responses"].keys()
    assert {"200", "400", "429", "500", "503", "504"} <= told
    assert ("413" in told) == (operation.body is not None)
    if "{" in operation.path:
        assert "404" in told, "what the path names may not be there"


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda each: each.method)
def test_the_path_and_its_parameters_are_the_same(operation: Operation) -> None:
    named = {name for name, each in operation.parameters.items() if each["in"] == "path"}
    assert {part.partition("}")[0] for part in operation.path.split("{")[1:]} == named


def test_what_the_gateway_answers_itself_is_told() -> None:
    statuses = {
        int(status) for operation in OPERATIONS.values() for status in operation.described["responses"]
    }
    assert {each.http_status for each in gateway_errors(1)} <= statuses


def test_every_reason_is_told() -> None:
    reasons = openapi_document()["components"]["schemas"]["ErrorInfo"]["properties"]["reason"]["enum"]
    prefix = "ERROR_REASON_"
    wanted = {name.removeprefix(prefix) for name in error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name}
    assert set(reasons) == wanted - {"UNSPECIFIED"}


def test_kinds_of_answers() -> None:
    def kinds(method: str) -> set[str]:
        return set(OPERATIONS[method].described["responses"]["200"]["content"])

    assert kinds("/footfall.v1.LiveService/Watch") == {"text/event-stream"}
    assert kinds("/footfall.v1.ImageService/GetImage") == {"image/jpeg"}
    assert kinds("/footfall.v1.SiteService/GetSite") == {"application/json"}


def test_codes_become_the_statuses_that_were_agreed() -> None:
    """Envoy's own table: source/common/grpc/common or status.cc, grpcToHttpStatus."""
    assert HTTP_STATUS["FAILED_PRECONDITION"] == 400, "not 412: so Envoy has it"
    assert HTTP_STATUS["OUT_OF_RANGE"] == 400


def test_nothing_in_it_is_left_over() -> None:
    """Every component is referred to."""
    document = openapi_document()
    text = FILE.read_text()
    for kind in ("schemas", "responses", "headers"):
        for name in document["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, f"{name} is used nowhere"


def test_a_number_whose_rules_spare_zero_may_be_zero() -> None:
    """An answer says 0 for what was never set."""
    schema = openapi_document()["components"]["schemas"]["CameraSettings"]["properties"]["detectWidth"]
    unset, ruled = schema["anyOf"]
    assert unset == {"type": "integer", "const": 0}
    assert (ruled["minimum"], ruled["maximum"]) == (160, 3840)
