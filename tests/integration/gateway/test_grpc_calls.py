"""Native gRPC and gRPC-Web through the same port."""

import asyncio
import base64
import struct
from collections.abc import AsyncIterator

import grpc
import httpx
import pytest
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
    site_service_pb2,
    site_service_pb2_grpc,
)
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_status import rpc_status

from .conftest import Gateway

TRAILERS = 0x80


@pytest.fixture
async def channel(gateway: Gateway) -> AsyncIterator[grpc.aio.Channel]:
    async with gateway.channel() as made:
        yield made


def framed(message: bytes) -> bytes:
    return b"\0" + struct.pack(">I", len(message)) + message


def unframed(body: bytes) -> list[tuple[int, bytes]]:
    """The frames of a gRPC-Web body: flags and content."""
    frames = []
    while body:
        flags, length = struct.unpack(">BI", body[:5])
        frames.append((flags, body[5 : 5 + length]))
        body = body[5 + length :]
    return frames


async def test_unary(channel: grpc.aio.Channel) -> None:
    stub = site_service_pb2_grpc.SiteServiceStub(channel)
    answer = await stub.ListSites(site_service_pb2.ListSitesRequest(), timeout=10)
    assert answer.sites[0].display_name == "replica-0"


async def test_errors_keep_their_details(channel: grpc.aio.Channel) -> None:
    stub = site_service_pb2_grpc.SiteServiceStub(channel)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.CreateSite(site_service_pb2.CreateSiteRequest(), timeout=10)
    status = rpc_status.from_call(caught.value)
    assert status is not None, "the details came through"
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert info.reason == "INVALID_FIELD"


async def test_bidirectional_stream(channel: grpc.aio.Channel) -> None:
    call = ingest_service_pb2_grpc.IngestServiceStub(channel).Connect()
    async with asyncio.timeout(20):
        await call.write(ingest_service_pb2.ConnectRequest(hello=ingest_service_pb2.Hello()))
        assert (await call.read()).welcome.max_in_flight == 7
        for sequence in (1, 2, 3):
            event = ingest_service_pb2.SequencedFaceEvent(sequence=sequence)
            await call.write(ingest_service_pb2.ConnectRequest(face_event=event))
            assert (await call.read()).ack.acked_through == sequence
        await call.done_writing()
        assert await call.read() is grpc.aio.EOF
        assert await call.code() == grpc.StatusCode.OK


async def test_health(channel: grpc.aio.Channel) -> None:
    answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_reflection(channel: grpc.aio.Channel) -> None:
    call = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(timeout=10)
    await call.write(reflection_pb2.ServerReflectionRequest(list_services=""))
    answer = await call.read()
    await call.done_writing()
    assert "footfall.v1.SiteService" in {service.name for service in answer.list_services_response.service}


@pytest.mark.parametrize("text", [False, True], ids=["binary", "text"])
async def test_web_unary(gateway: Gateway, *, text: bool) -> None:
    kind = "application/grpc-web-text+proto" if text else "application/grpc-web+proto"
    body = framed(site_service_pb2.ListSitesRequest().SerializeToString())
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as client:
        answer = await client.post(
            "/footfall.v1.SiteService/ListSites",
            content=base64.b64encode(body) if text else body,
            headers={"content-type": kind, "accept": kind, "x-grpc-web": "1", **gateway.signed_in},
        )
    assert answer.status_code == 200
    content = answer.content
    if text:  # each piece is padded on its own
        padded = content.replace(b"==", b"==|").replace(b"=", b"=|").replace(b"=|=|", b"==|").split(b"|")
        content = b"".join(base64.b64decode(piece) for piece in padded if piece)
    message, trailers = unframed(content)
    parsed = site_service_pb2.ListSitesResponse.FromString(message[1])
    assert parsed.sites[0].display_name == "replica-0"
    assert trailers[0] == TRAILERS
    assert b"grpc-status:0" in trailers[1]


async def test_web_stream_comes_one_by_one(gateway: Gateway, channel: grpc.aio.Channel) -> None:
    kind = "application/grpc-web+proto"
    # WatchRequest{after_revision: 700}; the field is optional, number 3.
    body = framed(b"\x18\xbc\x05")
    me = auth_service_pb2_grpc.AuthServiceStub(channel)
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as client:
        headers = {"content-type": kind, "x-grpc-web": "1", **gateway.signed_in}
        async with client.stream(
            "POST", "/footfall.v1.LiveService/Watch", content=body, headers=headers
        ) as answer:
            assert answer.status_code == 200
            chunks = answer.aiter_raw()
            for revision in (701, 702, 703):
                await me.GetMe(auth_service_pb2.GetMeRequest(), timeout=10)
                async with asyncio.timeout(10):
                    frames = unframed(await anext(chunks))
                assert frames[0][0] == 0
                assert frames[0][1].startswith(b"\x08"), f"one message, with revision {revision}"


async def test_web_error_keeps_its_details(gateway: Gateway) -> None:
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as client:
        answer = await client.post(
            "/footfall.v1.SiteService/CreateSite",
            content=framed(b""),
            headers={"content-type": "application/grpc-web+proto", "x-grpc-web": "1", **gateway.signed_in},
        )
    encoded = answer.headers.get("grpc-status-details-bin")
    if encoded is None:
        trailers = unframed(answer.content)[-1][1].decode()
        fields = dict(line.split(":", 1) for line in trailers.splitlines() if line)
        encoded = fields["grpc-status-details-bin"]
    encoded = encoded.strip()
    status = status_pb2.Status.FromString(base64.b64decode(encoded + "=" * (-len(encoded) % 4)))
    assert status.code == 3
