"""What the gateway takes from one client, and from all of them."""

import socket
from collections.abc import Iterator

import grpc
import httpx
import pytest
from footfall_gateway.settings import Limits, RateLimit, RouteLimits

from .conftest import HOST, Gateway, gateway_before
from .failed_calls import Failure, json_call, native_call, web_call

PLENTY = RateLimit(per_second=1000, burst=1000)
RESOURCE_EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
# Buckets fill by whole tokens each second; tests are done before that matters, or do not depend on it.
FEW = RouteLimits(per_address=RateLimit(per_second=1, burst=8), together=PLENTY)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that believes one proxy, so that a test may come from anywhere."""
    limits = Limits(
        sign_in=RouteLimits(
            per_address=RateLimit(per_second=1, burst=3), together=RateLimit(per_second=1, burst=10)
        ),
        calls=FEW,
        streams=FEW,
    )
    folder = tmp_path_factory.mktemp("strict")
    with gateway_before(folder, replicas=1, limits=limits, trusted_proxies=1) as started:
        yield started


def client_at(gateway: Gateway, address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=gateway.url, trust_env=False, timeout=20, headers={"x-forwarded-for": address}
    )


async def statuses(client: httpx.AsyncClient, count: int, path: str = "/v1/auth/token") -> list[int]:
    return [(await client.post(path, json={"apiKey": "nobody's"})).status_code for _ in range(count)]


async def test_signing_in_is_limited_per_client_in_both_forms_together(strict: Gateway) -> None:
    native = "/footfall.v1.AuthService/IssueToken"
    headers = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}
    async with client_at(strict, "192.0.2.1") as client:
        seen = await statuses(client, 2)
        web = await client.post(native, content=b"\0\0\0\0\0", headers=headers)
        assert web.status_code == 200
        seen += await statuses(client, 6)
    assert seen[:2] == [200, 200]
    assert 429 in seen[2:], "the call in the other form was not counted"
    async with client_at(strict, "192.0.2.2") as other:
        assert await statuses(other, 1) == [200], "another client pays for it"
    async with client_at(strict, "2001:db8::1") as one, client_at(strict, "2001:db8::2") as same:
        seen = await statuses(one, 3) + await statuses(same, 4)
        assert 429 in seen, "addresses of one subscriber are one client"


async def test_signing_in_is_limited_for_all_clients_together(strict: Gateway) -> None:
    seen = []
    for number in range(40):
        async with client_at(strict, f"198.51.100.{number}") as client:
            seen += await statuses(client, 1)
    assert 429 in seen, "forty clients signed in at once"


def is_rate_limited(failed: Failure | None) -> bool:
    if failed is None:
        return False
    assert (failed.code, failed.reason) == (RESOURCE_EXHAUSTED, "RATE_LIMITED")
    assert failed.limit == "gateway"
    assert failed.retry_seconds == 1
    return True


@pytest.mark.parametrize("call", [json_call, native_call, web_call], ids=["json", "native", "web"])
async def test_a_refusal_can_be_read_in_every_form(strict: Gateway, call: object) -> None:
    assert callable(call)
    token = strict.tokens.token()
    failures = [await call(strict, token) for _ in range(25)]
    refused = [failed for failed in failures if is_rate_limited(failed)]
    assert refused, "25 calls in a row passed a burst of 8"
    if call is json_call:
        assert {failed.http_status for failed in refused} == {429}


async def test_the_console_shares_the_limit_of_calls_and_probes_do_not(strict: Gateway) -> None:
    async with client_at(strict, "203.0.113.1") as client:
        pages = [(await client.get("/")).status_code for _ in range(20)]
        assert pages[0] == 200
        assert 429 in pages
        assert {(await client.get("/healthz")).status_code for _ in range(20)} == {200}


async def test_opening_streams_is_limited(strict: Gateway) -> None:
    headers = {**strict.signed_in, "x-forwarded-for": "203.0.113.2"}
    async with httpx.AsyncClient(base_url=strict.url, trust_env=False, timeout=20) as client:
        # Refused by the canned core at once, so that none stays open.
        answers = [
            await client.get("/v1/live", params={"afterRevision": 5}, headers=headers) for _ in range(20)
        ]
    codes = [answer.status_code for answer in answers]
    assert codes[0] == 400
    assert 429 in codes


async def test_large_sign_ins_and_many_headers_are_refused(gateway: Gateway) -> None:
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as client:
        answer = await client.post("/v1/auth/token", json={"apiKey": "x" * 70_000})
        assert answer.status_code == 413
        many = {f"x-h{number}": "1" for number in range(100)}
        answer = await client.get("/v1/sites", headers={**gateway.signed_in, **many})
        assert answer.status_code == 431
        answer = await client.get("/v1/sites", headers={**gateway.signed_in, "x-long": "x" * 40_000})
        assert answer.status_code == 431


def test_a_connection_without_a_request_is_closed(gateway: Gateway) -> None:
    """Headers that never end: the gateway says 408 and hangs up."""
    with socket.create_connection((HOST, gateway.port), timeout=30) as slow:
        slow.sendall(b"GET /v1/sites HTTP/1.1\r\nhost: x\r\n")
        answer = slow.recv(4096)
        assert answer.startswith(b"HTTP/1.1 408"), answer[:100]
        while slow.recv(4096):
            pass
