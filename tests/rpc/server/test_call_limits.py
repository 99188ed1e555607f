"""Whoever asks for too much is refused, told how long to wait, and keeps nobody else waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Network

import grpc.aio
import pytest
from fakes.edge_client import linked
from fakes.rpc_failures import Failure, failure
from fakes.shop import BOUNDLESS, Chain, Metadata, Replica, Shop
from fakes.wire_events import face_event
from footfall.v1 import (
    auth_service_pb2,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
    live_service_pb2,
    site_service_pb2,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.rpc.client_addresses import HEADER
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.rpc.message_sizes import HARD_MAX_REQUEST_BYTES, MAX_REQUEST_BYTES
from footfall_server.settings import LimitsSettings
from grpc_health.v1 import health_pb2, health_pb2_grpc

FEW = BOUNDLESS.model_copy(
    update={
        "principal_calls_per_second": 0.5,
        "principal_calls_burst": 3,
        "tenant_calls_per_second": 1.0,
        "tenant_calls_burst": 5,
        "principal_events_per_second": 1.0,
        "principal_events_burst": 4,
        "tenant_events_per_second": 1.0,
        "tenant_events_burst": 6,
        "address_calls_per_second": 1.0,
        "address_calls_burst": 2,
        "principal_streams": 1,
        "tenant_streams": 2,
        "address_streams": 1,
    }
)


@pytest.fixture
async def strict(shop: Shop) -> AsyncIterator[Replica]:
    shop.limits = FEW
    async with shop.replica() as replica:
        yield replica


async def get_site(shop: Shop, core: Replica, who: Metadata, *, of: Chain | None = None) -> None:
    request = site_service_pb2.GetSiteRequest(site_id=str((of or shop.own).site.site_id))
    await core.sites.GetSite(request, metadata=who, timeout=20)


async def refused(shop: Shop, core: Replica, who: Metadata) -> Failure:
    failed = await failure(get_site(shop, core, who))
    assert failed.code is grpc.StatusCode.RESOURCE_EXHAUSTED, failed
    assert failed.reason == "RATE_LIMITED"
    return failed


async def sign_in(core: Replica, *metadata: tuple[str, str]) -> Failure:
    """An attempt with a key that nobody has."""
    request = auth_service_pb2.IssueTokenRequest(api_key="ff_nobody_has_this_key")
    return await failure(core.auth.IssueToken(request, metadata=metadata, timeout=20))


async def test_the_caller_is_told_which_limit_it_is_and_when_to_come_back(
    shop: Shop, strict: Replica
) -> None:
    who = shop.signed_in(Role.TENANT_ADMIN)
    for _ in range(3):
        await get_site(shop, strict, who)
    failed = await refused(shop, strict, who)
    assert failed.metadata == {"limit": "principal_calls"}
    assert failed.retry_seconds == 2
    shop.clock.advance(timedelta(seconds=2))
    await get_site(shop, strict, who)
    await refused(shop, strict, who)


async def test_one_tenants_flood_leaves_another_alone(shop: Shop, strict: Replica) -> None:
    for _ in range(5):
        await get_site(shop, strict, shop.signed_in(Role.TENANT_ADMIN))
    failed = await refused(shop, strict, shop.signed_in(Role.TENANT_ADMIN))
    assert failed.metadata == {"limit": "tenant_calls"}
    foreign = shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign)
    await get_site(shop, strict, foreign, of=shop.foreign)


async def test_a_refused_call_is_not_even_read(shop: Shop, strict: Replica) -> None:
    who = shop.signed_in(Role.TENANT_ADMIN)
    for _ in range(3):
        await get_site(shop, strict, who)
    call = strict.channel.unary_unary("/footfall.v1.SiteService/GetSite")(b"\xff no message", metadata=who)
    assert (await failure(call)).reason == "RATE_LIMITED"


async def test_roles_are_looked_at_after_the_limits(shop: Shop, strict: Replica) -> None:
    """A caller without the right role cannot flood the log and the core for nothing."""
    who = shop.signed_in(Role.WORKER)
    reasons = [(await failure(get_site(shop, strict, who))).reason for _ in range(4)]
    assert reasons == ["PERMISSION_DENIED"] * 3 + ["RATE_LIMITED"]


async def test_a_batch_costs_its_events(shop: Shop, strict: Replica) -> None:
    who = shop.signed_in(Role.WORKER)
    events = [face_event(shop.own.camera.camera_id, person=number) for number in range(3)]
    request = ingest_service_pb2.BatchRecordFacesRequest(events=events)
    await strict.ingest.BatchRecordFaces(request, metadata=who, timeout=20)
    failed = await failure(strict.ingest.BatchRecordFaces(request, metadata=who, timeout=20))
    assert failed.metadata == {"limit": "principal_events"}
    assert failed.retry_seconds == 2, "one of three is there, and one comes a second"
    one = ingest_service_pb2.RecordFaceRequest(event=face_event(shop.own.camera.camera_id))
    await strict.ingest.RecordFace(one, metadata=who, timeout=20)
    failed = await failure(strict.ingest.RecordFace(one, metadata=who, timeout=20))
    assert failed.metadata == {"limit": "principal_events"}


async def test_cameras_cannot_keep_people_out(shop: Shop, strict: Replica) -> None:
    events = [face_event(shop.own.camera.camera_id, person=number) for number in range(3)]
    request = ingest_service_pb2.BatchRecordFacesRequest(events=events)
    for _ in range(2):
        await strict.ingest.BatchRecordFaces(request, metadata=shop.signed_in(Role.WORKER), timeout=20)
    failed = await failure(
        strict.ingest.BatchRecordFaces(request, metadata=shop.signed_in(Role.WORKER), timeout=20)
    )
    assert failed.metadata == {"limit": "tenant_events"}
    await get_site(shop, strict, shop.signed_in(Role.TENANT_ADMIN))


async def test_events_of_a_stream_wait_and_are_never_refused(shop: Shop) -> None:
    """Heartbeats are answered meanwhile, and when the core drains nothing that arrived is lost."""
    slow = {"principal_events_per_second": 0.001, "tenant_events_per_second": 0.001}
    shop.limits = FEW.model_copy(update=slow)
    async with AsyncExitStack() as stack:
        async with shop.replica() as leaving:
            # The replica's own channel is closed as soon as it has stopped, heard or not.
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{leaving.port}"))
            dialling = replace(leaving, ingest=ingest_service_pb2_grpc.IngestServiceStub(channel))
            link, _ = await stack.enter_async_context(linked(dialling, shop.signed_in(Role.WORKER)))
            for sequence in range(1, 9):
                event = face_event(shop.own.camera.camera_id, person=sequence)
                await link.say_event(sequence, event)
            await link.hear_ack(4)
            await link.say(heartbeat=ingest_service_pb2.Heartbeat(sent_time=to_timestamp(shop.clock.now())))
            await link.hear("heartbeat")
            assert len(shop.transactions.tables(shop.own.tenant.tenant_id).recorded) == 4, "only the burst"
            heard: list[ingest_service_pb2.ConnectResponse] = []
            ended = asyncio.create_task(link.ended(heard))
        failed = await ended
    assert failed.reason == "DRAINING"
    assert max(each.ack.acked_through for each in heard) == 8
    assert not any(each.ack.rejections for each in heard)
    assert len(shop.transactions.tables(shop.own.tenant.tenant_id).recorded) == 8


async def test_open_streams_are_counted(shop: Shop, strict: Replica) -> None:
    who = shop.signed_in(Role.TENANT_ADMIN)
    request = live_service_pb2.WatchRequest(topics=[live_service_pb2.TOPIC_VISITS])
    first = strict.live.Watch(request, metadata=who)
    await first.read()
    failed = await failure(strict.live.Watch(request, metadata=who).read())
    assert failed.metadata == {"limit": "principal_streams"}
    assert failed.retry_seconds == 5
    others = strict.live.Watch(request, metadata=shop.signed_in(Role.TENANT_ADMIN))
    await others.read()
    failed = await failure(strict.live.Watch(request, metadata=shop.signed_in(Role.TENANT_ADMIN)).read())
    assert failed.metadata == {"limit": "tenant_streams"}
    foreign = strict.live.Watch(request, metadata=shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign))
    await foreign.read()
    for stream in (first, others, foreign):
        stream.cancel()


async def test_a_stream_that_ended_makes_room(shop: Shop, strict: Replica) -> None:
    request = live_service_pb2.WatchRequest(topics=[live_service_pb2.TOPIC_VISITS])
    who = shop.signed_in(Role.TENANT_ADMIN)
    first = strict.live.Watch(request, metadata=who)
    await first.read()
    first.cancel()
    for _ in range(200):
        shop.clock.advance(timedelta(seconds=10))
        again = strict.live.Watch(request, metadata=who)
        with suppress(grpc.aio.AioRpcError):
            await again.read()
            again.cancel()
            return
    pytest.fail("the place of a cancelled stream was never given back")


async def test_sign_ins_count_for_the_address(shop: Shop, strict: Replica) -> None:
    assert [(await sign_in(strict)).reason for _ in range(2)] == ["BAD_CREDENTIALS"] * 2
    failed = await sign_in(strict)
    assert failed.reason == "RATE_LIMITED"
    assert failed.metadata == {"limit": "address_calls"}
    await get_site(shop, strict, shop.signed_in(Role.TENANT_ADMIN))
    shop.clock.advance(timedelta(seconds=1))
    assert (await sign_in(strict)).reason == "BAD_CREDENTIALS"


async def test_the_gateway_says_which_client_it_is(strict: Replica) -> None:
    for _ in range(2):
        await sign_in(strict, (HEADER, "192.0.2.1"))
    assert (await sign_in(strict, (HEADER, "192.0.2.1"))).reason == "RATE_LIMITED"
    assert (await sign_in(strict, (HEADER, "192.0.2.2"))).reason == "BAD_CREDENTIALS"


async def test_nobody_else_is_believed_who_it_is(shop: Shop) -> None:
    shop.limits = FEW.model_copy(update={"gateways": (IPv4Network("192.0.2.0/24"),)})
    async with shop.replica() as core:
        for number in range(2):
            assert (await sign_in(core, (HEADER, f"198.51.100.{number}"))).reason == "BAD_CREDENTIALS"
        assert (await sign_in(core, (HEADER, "198.51.100.9"))).reason == "RATE_LIMITED"


async def test_probes_and_keys_are_never_refused(strict: Replica) -> None:
    health = health_pb2_grpc.HealthStub(strict.channel)
    for _ in range(5):
        await health.Check(health_pb2.HealthCheckRequest(), timeout=20)
        await strict.auth.GetJwks(auth_service_pb2.GetJwksRequest(), timeout=20)


async def test_a_message_that_is_too_large_is_told_how_large_one_may_be(shop: Shop, core: Replica) -> None:
    who = shop.signed_in(Role.TENANT_ADMIN)
    list_sites = core.channel.unary_unary("/footfall.v1.SiteService/ListSites")
    failed = await failure(list_sites(b"x" * (MAX_REQUEST_BYTES + 1), metadata=who, timeout=20))
    assert (failed.code, failed.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
    assert failed.metadata == {"limit": "message_bytes"}
    assert str(MAX_REQUEST_BYTES) in failed.message
    assert failed.retry_seconds is None, "asking again does not help"
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await list_sites(b"x" * (HARD_MAX_REQUEST_BYTES + 1), metadata=who, timeout=20)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, "gRPC takes no more than that in"


async def test_limits_that_are_off_refuse_nothing(shop: Shop) -> None:
    shop.limits = FEW.model_copy(update={"enforced": False})
    who = shop.signed_in(Role.TENANT_ADMIN, sites=[new_id()])
    async with shop.replica() as core:
        for _ in range(10):
            await get_site(shop, core, who)


def test_a_burst_that_no_batch_fits_in_is_no_setting() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 64"):
        LimitsSettings(tenant_events_burst=10)
