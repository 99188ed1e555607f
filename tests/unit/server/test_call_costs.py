"""What calls cost, and whom they are counted for."""

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest
from fakes.rpc_calls import METHODS
from footfall.v1 import face_event_pb2, ingest_service_pb2, report_service_pb2, visit_service_pb2
from footfall_server.domain.limits import HIGHEST_COST, Limits
from footfall_server.domain.token_bucket import Rate
from footfall_server.rpc.call_costs import COSTS, ORDINARY
from footfall_server.rpc.client_addresses import HEADER, UNKNOWN, ClientAddresses
from footfall_server.rpc.permissions import PERMISSIONS
from footfall_server.settings import LimitsSettings
from hypothesis import given
from hypothesis import strategies as st

BATCH = COSTS["/footfall.v1.IngestService/BatchRecordFaces"]


def test_every_cost_is_of_a_method_and_can_be_paid() -> None:
    served = {name for name in COSTS if name in PERMISSIONS}
    later = {"AuditService", "ApiKeyService", "CertificateService", "UserService"}
    assert all(name.split("/")[1].rpartition(".")[2] in later for name in COSTS.keys() - served)
    rates = [
        value
        for value in (getattr(Limits(), each.name) for each in fields(Limits))
        if isinstance(value, Rate)
    ]
    assert all(rate.burst >= HIGHEST_COST for rate in rates)
    assert all(max(cost.weight, *cost.weights.values(), 0) <= HIGHEST_COST for cost in COSTS.values())


@given(st.integers(min_value=0, max_value=100))
def test_a_batch_costs_its_events(count: int) -> None:
    request = ingest_service_pb2.BatchRecordFacesRequest(
        events=[face_event_pb2.FaceEvent(camera_id="x") for _ in range(count)]
    )
    assert BATCH.of(request.SerializeToString()) == min(max(1, count), HIGHEST_COST)


@pytest.mark.parametrize(
    ("page_size", "cost"), [(0, 2), (1, 1.02), (50, 2), (200, 5), (500, 11), (2**31 - 1, 11), (-1, 2)]
)
def test_a_page_costs_its_rows(page_size: int, cost: float) -> None:
    request = visit_service_pb2.ListVisitsRequest(page_size=page_size, page_token="x")
    assert COSTS["/footfall.v1.VisitService/ListVisits"].of(request.SerializeToString()) == cost


@pytest.mark.parametrize(
    ("file_format", "cost"),
    [
        (report_service_pb2.REPORT_FORMAT_UNSPECIFIED, 20),
        (report_service_pb2.REPORT_FORMAT_CSV, 20),
        (report_service_pb2.REPORT_FORMAT_PNG, 25),
        (report_service_pb2.REPORT_FORMAT_PDF, 50),
        (99, 20),
    ],
)
def test_a_report_costs_what_its_file_does(file_format: report_service_pb2.ReportFormat, cost: float) -> None:
    request = report_service_pb2.ExportVisitorsRequest(format=file_format, start_date="x")
    assert COSTS["/footfall.v1.ReportService/ExportVisitors"].of(request.SerializeToString()) == cost


def test_every_method_with_pages_is_known() -> None:
    paged = {name for name, method in METHODS.items() if "page_size" in method.input_type.fields_by_name}
    assert paged
    assert not {name for name in paged if COSTS[name].page_size_in is None}


@given(st.binary(max_size=80))
def test_bytes_that_are_no_message_cost_something(data: bytes) -> None:
    assert 1 <= BATCH.of(data) <= HIGHEST_COST
    assert ORDINARY.of(data) == 1


@pytest.mark.parametrize(
    ("peer", "header", "key"),
    [
        ("ipv4:192.0.2.1:4711", None, "192.0.2.1"),
        ("ipv4:192.0.2.1:4711", "198.51.100.1", "192.0.2.1"),
        ("ipv4:127.0.0.1:4711", "198.51.100.1", "198.51.100.1"),
        ("ipv4:127.0.0.1:4711", "no address", "127.0.0.1"),
        ("ipv4:127.0.0.1:4711", None, "127.0.0.1"),
        ("ipv6:%5B2001:db8::1%5D:4711", None, "2001:db8::/64"),
        ("ipv6:[2001:db8::ffff]:4711", None, "2001:db8::/64"),
        ("ipv6:[::1]:4711", "2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("ipv6:[::ffff:192.0.2.1]:4711", None, "192.0.2.1"),
        ("ipv6:[fe80::1%25eth0]:4711", None, "fe80::/64"),
        ("unix:", None, UNKNOWN),
        ("", None, UNKNOWN),
    ],
)
def test_clients_are_told_apart(peer: str, header: str | None, key: str) -> None:
    metadata = () if header is None else ((HEADER, header),)
    context: Any = SimpleNamespace(peer=lambda: peer, invocation_metadata=lambda: metadata)
    assert ClientAddresses(gateways=LimitsSettings().gateways).key(context) == key


def test_settings_and_core_have_the_same_defaults() -> None:
    assert LimitsSettings().limits() == Limits()


@pytest.mark.parametrize("name", sorted(LimitsSettings.model_fields.keys() - {"enforced", "gateways"}))
def test_zero_is_no_limit_and_no_setting(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        LimitsSettings.model_validate({name: 0})
