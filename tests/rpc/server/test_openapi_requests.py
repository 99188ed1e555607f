"""The OpenAPI document knows a good request from a bad one, as the core does.

Good requests and the ways to break them are those that the core itself is tested with.
"""

from collections.abc import Sequence
from typing import Any, cast

import pytest
from fakes.bad_values import bad_values
from fakes.good_requests import Requests, good_requests, seed
from fakes.openapi_calls import faults, openapi_document, operations
from fakes.rpc_calls import METHODS
from fakes.shop import Replica, Shop
from google.api import annotations_pb2
from google.protobuf.message import Message

OPERATIONS = {each.method: each for each in operations()}

# Said in x-rules: JSON Schema has no words for them, or checkers are free to overlook them.
BEYOND_JSON_SCHEMA = {
    "face_event.seen_order",
    "list_visits.range",
    "list_audit_entries.range",
    "export_audit_entries.range",
    "camera.source_url",
    "entry_line.length",
    "face_event.landmarks",
    "embedding.vector",
    "duration.gte",
    "duration.lte",
    "duration.lt",
    # 64 bits are written as text.
    "int64.lte",
    "int64.lt",
    "string.email",
}


@pytest.fixture
async def requests(shop: Shop, core: Replica) -> Requests:
    return good_requests(shop, await seed(shop, core))


def told_in_json(requests: Requests) -> list[tuple[str, Sequence[Message]]]:
    """All but the requests of methods that are gRPC only."""
    return [(method, goods) for method, goods in requests.items() if method in OPERATIONS]


def body_field(method: str) -> str:
    rule = METHODS[method].GetOptions().Extensions[cast("Any", annotations_pb2.http)]
    return str(rule.body)


def test_good_requests_fit(requests: Requests) -> None:
    refused = {
        method: found
        for method, goods in told_in_json(requests)
        for good in goods
        if (found := faults(OPERATIONS[method], good, body_field(method)))
    }
    assert refused == {}


def test_bad_requests_do_not_fit(requests: Requests) -> None:
    overlooked = [
        f"{method}: {bad}"
        for method, goods in told_in_json(requests)
        for good in goods
        for bad in bad_values(good)
        if bad.rule not in BEYOND_JSON_SCHEMA
        and not faults(OPERATIONS[method], bad.broken(good), body_field(method))
    ]
    assert overlooked == [], "the document lets these pass"


def test_what_json_schema_cannot_say_is_told_in_words() -> None:
    """Every rule that the document cannot hold a request against is in some x-rules."""
    told: set[str] = set()

    def collect(node: Any) -> None:
        if isinstance(node, dict):
            for rule, value in node.get("x-rules", {}).items():
                told.update(each["id"] for each in value) if rule == "cel" else told.add(rule)
            if node.get("format") == "email":
                told.add("email")
            for value in node.values():
                collect(value)
        elif isinstance(node, list):
            for value in node:
                collect(value)

    collect(openapi_document())
    assert {rule if rule in told else rule.partition(".")[2] for rule in BEYOND_JSON_SCHEMA} <= told
