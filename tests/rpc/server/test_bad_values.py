"""Every rule of every field of every RPC, broken one by one: the answer names the field, nothing changes.

The bad values come from the rules in the protos, so a new RPC or a new rule is tested as soon as it is there.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import grpc
import pytest
import structlog
from fakes.bad_values import MARKER, BadValue, bad_values, fields_with_rules
from fakes.edge_client import dialled, linked
from fakes.good_requests import Requests, good_requests, seed
from fakes.lender import Lender
from fakes.rpc_calls import CONNECT, METHODS, call, somebody_who_may
from fakes.rpc_failures import Failure, failure
from fakes.scripted_worker import at_work
from fakes.seeded_shop import Seeded
from fakes.shop import Replica, Shop
from fakes.wire_events import JPEG
from footfall.v1 import error_reason_pb2, face_event_pb2, ingest_service_pb2
from footfall_server.domain.change import Topic
from footfall_server.domain.identity import Role
from google.protobuf.message import Message

CONTROL = "/footfall.v1.CameraControlService/"
WITH_RULES = sorted(
    name for name, method in METHODS.items() if next(fields_with_rules(method.input_type), None) is not None
)


@pytest.fixture
async def requests(shop: Shop, core: Replica) -> Requests:
    return good_requests(shop, await seed(shop, core))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[structlog.typing.EventDict]]:
    """All that is logged, by structlog and by the standard library, before anything is redacted."""
    with structlog.testing.capture_logs() as lines:
        yield lines
        assert MARKER not in str(lines), "a log line quotes a request"
        assert MARKER not in caplog.text, "a log line quotes a request"


def mistakes(failed: Failure, bad: BadValue) -> str:
    """What is wrong with an answer to a bad value; empty when nothing is."""
    if (failed.code, failed.reason) != (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"):
        return f"{bad}: {failed.code.name} / {failed.reason}"
    if set(failed.fields) != {bad.path}:
        return f"{bad}: named {failed.fields}"
    if not all(failed.descriptions):
        return f"{bad}: does not say what is wrong"
    if MARKER in repr(failed):
        return f"{bad}: quotes the value"
    return ""


def test_every_rpc_has_good_requests(requests: Requests) -> None:
    assert requests.keys() == METHODS.keys(), "an RPC without a good request: its rules are not tested"


def test_the_good_requests_reach_every_rule(requests: Requests) -> None:
    missed = {}
    for method in sorted(METHODS):
        reached: set[str] = set()
        for good in requests[method]:
            for bad in bad_values(good):
                reached.add("".join(part.partition("]")[2] for part in f"]{bad.path}".split("[")))
        if unreached := set(fields_with_rules(METHODS[method].input_type)) - reached:
            missed[method] = sorted(unreached)
    assert not missed, f"no bad values for {missed}"


@pytest.mark.parametrize("method", sorted(METHODS.keys() - {CONNECT}))
async def test_the_good_requests_are_good(shop: Shop, core: Replica, requests: Requests, method: str) -> None:
    if method.endswith(("/GetMe", "/SwitchTenant", "/ChangePassword")):
        return  # asks for the caller's account, which is tested with those
    # Some are answered by a worker.
    worker_id, *_ = shop.transactions.tables(shop.own.tenant.tenant_id).workers
    reads = at_work(
        core, shop.signed_in(Role.WORKER), shop.own.camera.camera_id, worker_id=worker_id, shows=JPEG
    )
    async with reads if method.startswith(CONTROL) else nullcontext():
        for good in requests[method]:
            await call(core, method, somebody_who_may(shop, method), [good.SerializeToString()])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("method", [name for name in WITH_RULES if name != CONNECT])
async def test_a_bad_value_is_named_and_changes_nothing(
    seeded: Lender[Seeded], logged: Sequence[object], method: str
) -> None:
    async with seeded.lent() as there:
        before = there.shop.snapshot()
        metadata = somebody_who_may(there.shop, method)
        wrong = []
        for good in there.requests[method]:
            for bad in bad_values(good):
                broken = bad.broken(good).SerializeToString()
                wrong.append(mistakes(await failure(call(there.core, method, metadata, [broken])), bad))
        assert not any(wrong), "\n".join(filter(None, wrong))
        assert there.shop.snapshot() == before
    assert logged, "nothing was captured, so nothing is proven of the log"


async def test_a_bad_value_on_a_link_is_named_and_changes_nothing(
    shop: Shop, core: Replica, requests: Requests, logged: Sequence[object]
) -> None:
    metadata = somebody_who_may(shop, CONNECT)
    wrong = []
    for good in requests[CONNECT]:
        for bad in bad_values(good):
            broken = bad.broken(good)
            if bad.path == "message" or bad.path.startswith("hello"):
                before = shop.snapshot()
                async with dialled(core, metadata) as link:
                    await link.say_message(broken)
                    failed = await link.ended()
                assert shop.snapshot() == before
            else:
                async with linked(core, metadata) as (link, _):
                    before = what_links_leave(shop)
                    await link.say_message(broken)
                    failed = await link.ended()
                    assert what_links_leave(shop) == before
            wrong.append(mistakes(failed, bad))
    assert not any(wrong), "\n".join(filter(None, wrong))
    assert logged


async def test_a_bad_event_on_a_link_is_rejected_and_named(
    shop: Shop, core: Replica, requests: Requests, logged: Sequence[object]
) -> None:
    [good] = [each.face_event.event for each in of_connect(requests) if each.HasField("face_event")]
    bads = list(bad_values(good))
    before = what_links_leave(shop)
    async with linked(core, somebody_who_may(shop, CONNECT)) as (link, _):
        for sequence, bad in enumerate(bads, start=1):
            await link.say_event(sequence, bad.broken(good))
        rejections = await link.hear_ack(len(bads))
    assert [each.sequence for each in rejections] == list(range(1, len(bads) + 1))
    for rejection, bad in zip(rejections, bads, strict=True):
        assert rejection.reason == error_reason_pb2.ERROR_REASON_INVALID_FIELD, str(bad)
        said = rejection.description
        assert said.startswith(f"{bad.path}: ") if bad.path else said, f"{bad}: {said}"
        assert MARKER not in said, str(bad)
    assert what_links_leave(shop) == before
    assert logged


def of_connect(requests: Requests) -> list[ingest_service_pb2.ConnectRequest]:
    messages = requests[CONNECT]
    return [each for each in messages if isinstance(each, ingest_service_pb2.ConnectRequest)]


def what_links_leave(shop: Shop) -> list[object]:
    """All that is committed but of the worker itself: that it is there, and that its spool moved on."""
    tables = [shop.transactions.tables(chain.tenant.tenant_id).copy() for chain in (shop.own, shop.foreign)]
    changes = [
        {number: each for number, each in table.changes.items() if each.topic is not Topic.WORKERS}
        for table in tables
    ]
    return [
        replace(each, acked={}, workers={}, reports={}, changes=kept, counters={})
        for each, kept in zip(tables, changes, strict=True)
    ]


async def test_very_many_bad_fields_are_counted_and_not_all_named(shop: Shop, core: Replica) -> None:
    method = "/footfall.v1.IngestService/BatchRecordFaces"
    batch = ingest_service_pb2.BatchRecordFacesRequest(events=[face_event_pb2.FaceEvent()] * 64)
    failed = await failure(call(core, method, somebody_who_may(shop, method), [batch.SerializeToString()]))
    assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert len(failed.fields) == 16
    assert failed.message.endswith("; and 240 more")
    # Clients refuse headers above 8 KiB, and then the caller would not even see the code.
    assert sum(len(value) for value in failed.trailers.values()) < 6000


LONG_LISTS = {
    "topics": ("/footfall.v1.LiveService/Watch", 16),
    "events": ("/footfall.v1.IngestService/BatchRecordFaces", 64),
    "event.landmarks": ("/footfall.v1.IngestService/RecordFace", 64),
    "event.quality.reasons": ("/footfall.v1.IngestService/RecordFace", 8),
    "events[0].landmarks": ("/footfall.v1.IngestService/BatchRecordFaces", 64),
    "update_mask.paths": ("/footfall.v1.SiteService/UpdateSite", 64),
    "heartbeat.cameras": (CONNECT, 256),
    "upload_report.image_ids": (CONNECT, 64),
}


@pytest.mark.parametrize("path", LONG_LISTS)
async def test_a_list_far_too_long_is_refused_by_its_length_alone(
    shop: Shop, core: Replica, requests: Requests, path: str
) -> None:
    """Looking at each of a million values would keep the core from everything else for minutes."""
    method, limit = LONG_LISTS[path]
    root = path.partition(".")[0].partition("[")[0]
    good = next(each for each in requests[method] if root in {field.name for field, _ in each.ListFields()})
    copy = type(good)()
    copy.CopyFrom(good)
    *holders, name = path.replace("[0]", ".0").split(".")
    holder: Any = copy
    for part in holders:
        holder = holder[0] if part == "0" else getattr(holder, part)
    values = getattr(holder, name)
    cheapest = type(values[0])() if isinstance(values[0], Message) else values[0]
    values.extend([cheapest] * 100_000)
    said = [copy.SerializeToString()]
    if method == CONNECT:
        said.insert(0, requests[CONNECT][0].SerializeToString())
    failed = await failure(call(core, method, somebody_who_may(shop, method), said))
    assert (failed.code, failed.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (path,))
    assert failed.descriptions == (f"must contain no more than {limit} item(s)",)
