"""Rules that the protos cannot say: broken on every RPC that has them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
import pytest
import structlog
from fakes.bad_values import MARKER
from fakes.edge_client import dialled, hello, linked
from fakes.good_requests import Requests, good_requests, seed
from fakes.rpc_calls import CONNECT, METHODS, call, somebody_who_may
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop
from fakes.wire_events import face_event
from footfall.v1 import ingest_service_pb2, site_service_pb2
from footfall_server.domain.identity import Role
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass

TENANTS, SITES, CAMERAS, CUSTOMERS = (
    f"/footfall.v1.{name}Service/" for name in ("Tenant", "Site", "Camera", "Customer")
)
NAMES = ("  ", f"{MARKER}\n", "\0", f"a\u0085{MARKER}")
ZONES = ("+02:00", "Berlin", "europe/berlin", "../UTC", "UTC\0", MARKER)
SOURCES = (
    "",
    f"rtsp://viewer:{MARKER}@10.0.0.7/\n",
    f"rtsp://viewer:{MARKER}/@10.0.0.7:x/",
    f"rtsp://viewer:{MARKER}@:554/",
    f"rtsp://viewer:{MARKER}@10.0.0.7:99999/",
    "rtsp://viewer:***@10.0.0.8/live",
    f"file:{MARKER}\0",
)
MASKS = ("", "*", "nonsense", "site.display_name", "create_time", "display_name.x")


@dataclass(frozen=True, slots=True)
class Case:
    """A field of a good request, set to something bad. `named` is what the answer has to name."""

    method: str
    field: str
    value: Any
    named: str

    def request(self, requests: Requests) -> bytes:
        [good] = requests[self.method]
        copy = type(good)()
        copy.CopyFrom(good)
        *holders, name = self.field.split(".")
        holder: Any = copy
        for part in holders:
            holder = getattr(holder, part)
        if name == "paths":
            holder.paths[:] = [self.value]
        elif isinstance(self.value, tuple):
            target = getattr(holder, name)
            target.seconds, target.nanos = self.value
        else:
            setattr(holder, name, self.value)
        return copy.SerializeToString()


def cases() -> Iterator[Case]:
    for service, resource in ((TENANTS, "tenant"), (SITES, "site"), (CAMERAS, "camera")):
        kind = resource.capitalize()
        for verb in ("Create", "Update"):
            for value in NAMES:
                field = f"{resource}.display_name"
                yield Case(f"{service}{verb}{kind}", field, value, field)
        for value in MASKS:
            yield Case(f"{service}Update{kind}", "update_mask.paths", value, "update_mask.paths[0]")
        yield Case(f"{service}Update{kind}", "update_mask.paths", f"{resource}_id", "update_mask.paths[0]")
        yield Case(f"{service}Update{kind}", f"{resource}.{resource}_id", "", f"{resource}.{resource}_id")
        yield Case(f"{service}List{kind}s", "page_token", MARKER, "page_token")
        yield Case(f"{service}List{kind}s", "page_token", "AAAA" * 12, "page_token")
    for verb in ("CreateSite", "UpdateSite"):
        for value in ZONES:
            yield Case(f"{SITES}{verb}", "site.time_zone", value, "site.time_zone")
        for field in ("site.visit_gap", "site.business_day_start"):
            yield Case(f"{SITES}{verb}", field, (3600, -1), field)
            yield Case(f"{SITES}{verb}", field, (3600, 2**31 - 1), field)
    for verb in ("CreateCamera", "UpdateCamera"):
        for value in SOURCES:
            yield Case(f"{CAMERAS}{verb}", "camera.source_url", value, "camera.source_url")
    yield Case(f"{CAMERAS}CreateCamera", "camera.site_id", "", "camera.site_id")
    yield from cases_of_customers()
    visits = "/footfall.v1.VisitService/ListVisits"
    yield Case(visits, "page_token", MARKER, "page_token")
    yield Case(visits, "start_time", (-62_135_596_800, 0), "start_time")
    yield Case(visits, "start_time", (1_700_000_000, -1), "start_time")
    yield Case(visits, "end_time", (253_402_300_799, 0), "end_time")
    yield Case(visits, "end_time", (2**62, 2**31 - 1), "end_time")
    record = "/footfall.v1.IngestService/RecordFace"
    yield Case(record, "event.first_seen_time", (-(2**62), 0), "event.first_seen_time")
    yield Case(record, "event.last_seen_time", (2**62, 0), "event.last_seen_time")
    yield Case(record, "event.crop_jpeg", MARKER.encode(), "event.crop_jpeg")
    yield Case(record, "event.embedding.vector", MARKER.encode() * 128, "event.embedding.vector")


def cases_of_customers() -> Iterator[Case]:
    for verb in ("Create", "Update"):
        for value in NAMES[1:]:  # a blank name is none, which takes a name away
            yield Case(f"{CUSTOMERS}{verb}Customer", "customer.display_name", value, "customer.display_name")
    for value in (*MASKS, "customer_id", "number"):
        yield Case(f"{CUSTOMERS}UpdateCustomer", "update_mask.paths", value, "update_mask.paths[0]")
    yield Case(f"{CUSTOMERS}UpdateCustomer", "customer.customer_id", "", "customer.customer_id")
    yield Case(f"{CUSTOMERS}ListCustomers", "name", f"{MARKER}\n", "name")
    for method in ("ListCustomers", "ListSightings", "ListMerges", "ListMergeSuggestions"):
        for value in (MARKER, "AAAA" * 12):
            yield Case(f"{CUSTOMERS}{method}", "page_token", value, "page_token")
    for method in ("MergeCustomers", "SplitCustomer", "MarkDistinct"):
        for value in NAMES[1:]:
            yield Case(f"{CUSTOMERS}{method}", "reason", value, "reason")


@pytest.fixture
async def requests(shop: Shop, core: Replica) -> Requests:
    return good_requests(shop, await seed(shop, core))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Sequence[structlog.typing.EventDict]]:
    """All that is logged, before anything is redacted; none of it may quote a request."""
    with structlog.testing.capture_logs() as lines:
        yield lines
        assert MARKER not in str(lines), "a log line quotes a request"
        assert MARKER not in caplog.text, "a log line quotes a request"


@pytest.mark.parametrize("method", sorted({case.method for case in cases()}))
async def test_what_breaks_a_rule_of_ours_is_named_and_changes_nothing(
    shop: Shop, core: Replica, requests: Requests, logged: Sequence[object], method: str
) -> None:
    before = shop.snapshot()
    for case in (each for each in cases() if each.method == method):
        failed = await failure(call(core, method, somebody_who_may(shop, method), [case.request(requests)]))
        assert failed.code is grpc.StatusCode.INVALID_ARGUMENT, f"{case}: {failed}"
        assert case.named in failed.fields, f"{case}: {failed}"
        assert all(failed.descriptions), f"{case}: {failed}"
        assert MARKER not in repr(failed), f"{case}: quotes the value"
    assert shop.snapshot() == before
    assert logged


async def test_a_span_below_its_limit_stays_below(shop: Shop, core: Replica) -> None:
    site = site_service_pb2.Site(display_name="Spät")
    site.business_day_start.seconds, site.business_day_start.nanos = 86_399, 999_999_999
    made = await core.sites.CreateSite(
        site_service_pb2.CreateSiteRequest(site=site), metadata=shop.signed_in(Role.TENANT_ADMIN)
    )
    assert made.business_day_start.ToTimedelta() == timedelta(days=1) - timedelta(microseconds=1)


@pytest.mark.parametrize("field", ["display_name", "software_version"])
async def test_a_worker_introduces_itself_in_plain_text(shop: Shop, core: Replica, field: str) -> None:
    before = shop.snapshot()
    async with dialled(core, somebody_who_may(shop, CONNECT)) as link:
        greeting = hello()
        setattr(greeting, field, f"{MARKER}\0")
        await link.say(hello=greeting)
        failed = await link.ended()
    assert (failed.code, failed.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (f"hello.{field}",))
    assert MARKER not in repr(failed)
    assert shop.snapshot() == before


async def test_a_sequence_that_no_database_can_hold_is_refused(shop: Shop, core: Replica) -> None:
    async with linked(core, somebody_who_may(shop, CONNECT)) as (link, _):
        await link.say_event(2**63, face_event(shop.own.camera.camera_id))
        failed = await link.ended()
    assert (failed.code, failed.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("face_event.sequence",))
    async with linked(core, somebody_who_may(shop, CONNECT)) as (link, _):
        await link.say_event(2**63 - 1, face_event(shop.own.camera.camera_id))
        assert await link.hear_ack(2**63 - 1) == []


async def test_what_a_refusal_knows_is_not_told(shop: Shop, core: Replica, logged: Sequence[object]) -> None:
    """Names that are taken, wrong credentials and faults of ours: nothing of the request in them."""
    site = shop.own.site
    taken = site.display_name
    admin = shop.signed_in(Role.TENANT_ADMIN)
    stub = core.channel.unary_unary
    named = _wire(SITES, "CreateSite", {"site": {"displayName": taken}})
    failed = await failure(stub(f"{SITES}CreateSite")(named, metadata=admin))
    assert (failed.code, failed.reason) == (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS")
    assert taken not in repr(failed)

    credentials = {"password": {"email": f"{MARKER}@shop.example", "password": MARKER}}
    method = "/footfall.v1.AuthService/IssueToken"
    failed = await failure(stub(method)(_wire("/footfall.v1.AuthService/", "IssueToken", credentials)))
    assert failed.reason == "BAD_CREDENTIALS"
    assert MARKER not in repr(failed)

    def fail() -> None:
        raise ValueError(f"duplicate key: {MARKER}")

    shop.transactions.before_commit = fail
    camera = {"siteId": str(site.site_id), "displayName": MARKER, "sourceUrl": f"rtsp://a:{MARKER}@b/"}
    request = _wire(CAMERAS, "CreateCamera", {"camera": camera})
    failed = await failure(stub(f"{CAMERAS}CreateCamera")(request, metadata=admin))
    assert (failed.code, failed.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert MARKER not in repr(failed)

    event = ingest_service_pb2.RecordFaceRequest(event=face_event(shop.own.camera.camera_id))
    failed = await failure(core.ingest.RecordFace(event, metadata=shop.signed_in(Role.WORKER)))
    assert failed.reason == "INTERNAL"
    assert MARKER not in repr(failed)
    assert logged


def _wire(service: str, method: str, fields: dict[str, Any]) -> bytes:
    request = GetMessageClass(METHODS[f"{service}{method}"].input_type)()
    return ParseDict(fields, request).SerializeToString()
