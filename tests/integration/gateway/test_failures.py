"""What clients see when replicas of the core die."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from footfall.v1 import site_service_pb2, site_service_pb2_grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from .conftest import Gateway, eventually, gateway_before


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway before two replicas of its own, which the test may kill."""
    with gateway_before(tmp_path, replicas=2, cors_origins=("https://pages.example",)) as started:
        yield started


def client_of(gateway: Gateway) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20, headers=gateway.signed_in)


def kill(gateway: Gateway, replica: int) -> None:
    os.kill(gateway.cores[replica].pid, signal.SIGKILL)
    gateway.cores[replica].wait()


async def names_seen(client: httpx.AsyncClient, calls: int) -> set[str]:
    answers = [await client.get("/v1/sites") for _ in range(calls)]
    assert {answer.status_code for answer in answers} == {200}
    return {answer.json()["sites"][0]["displayName"] for answer in answers}


async def until_both_serve(client: httpx.AsyncClient) -> None:
    async def both_answered() -> bool:
        return await names_seen(client, 8) == {"replica-0", "replica-1"}

    await eventually(both_answered, "answers from both replicas")


async def test_reads_go_on_when_a_replica_is_killed(pair: Gateway) -> None:
    async with client_of(pair) as client:
        await until_both_serve(client)
        reading = asyncio.create_task(names_seen(client, 60))
        await names_seen(client, 5)
        kill(pair, 0)
        await reading  # every one of them was answered with 200
        assert await names_seen(client, 10) == {"replica-1"}


async def test_all_replicas_gone(pair: Gateway) -> None:
    async with client_of(pair) as client:
        await until_both_serve(client)
        kill(pair, 0)
        kill(pair, 1)
        answer = await client.get("/v1/sites")
        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith("application/json")
        status: dict[str, Any] = answer.json()
        assert status["code"] == 14
        kinds = {detail["@type"].rsplit(".", 1)[1]: detail for detail in status["details"]}
        assert kinds["ErrorInfo"]["reason"] == "CORE_UNAVAILABLE"
        assert kinds["RetryInfo"]["retryDelay"] == "1s"

        # Writes and streams end the same way.
        assert (await client.post("/v1/sites", json={"displayName": "x"})).json()["code"] == 14
        assert (await client.get("/v1/live")).json()["code"] == 14

        # The console's call: gRPC-Web tells the status in headers or trailers, over HTTP 200.
        web = await client.post(
            "/footfall.v1.SiteService/ListSites",
            content=b"\0\0\0\0\0",
            headers={"content-type": "application/grpc-web+proto", "x-grpc-web": "1"},
        )
        assert web.headers.get("grpc-status") == "14" or b"grpc-status:14" in web.content

        async def unhealthy() -> bool:
            return (await client.get("/healthz")).status_code == 503

        await eventually(unhealthy, "/healthz says 503")
        assert (await client.get("/")).status_code == 200, "the console is still served"

    async with pair.channel() as channel:
        stub = site_service_pb2_grpc.SiteServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.ListSites(site_service_pb2.ListSitesRequest(), timeout=10)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    native = rpc_status.from_call(caught.value)
    assert native is not None, f"details are missing: {caught.value.details()}"
    info = error_details_pb2.ErrorInfo()
    assert native.details[0].Unpack(info)
    assert info.reason == "CORE_UNAVAILABLE"


async def test_an_allowed_origin_may_call_without_a_token_in_its_preflight(pair: Gateway) -> None:
    headers = {
        "origin": "https://pages.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,x-grpc-web",
    }
    async with httpx.AsyncClient(base_url=pair.url, trust_env=False, timeout=20) as client:
        answer = await client.options("/footfall.v1.SiteService/ListSites", headers=headers)
        assert answer.headers["access-control-allow-origin"] == "https://pages.example"
        headers["origin"] = "https://elsewhere.example"
        refused = await client.options("/footfall.v1.SiteService/ListSites", headers=headers)
        assert "access-control-allow-origin" not in refused.headers
