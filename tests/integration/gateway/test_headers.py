"""What every answer says to a browser, and what the gateway lets through from outside."""

import json
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from footfall_gateway.settings import TlsFiles

from .conftest import Gateway, gateway_before
from .test_tls import certificate as certificate  # noqa: PLC0414 - a fixture


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as made:
        yield made


PATHS = {
    "an answer": "/v1/sites",
    "an error of the core": "/v1/visits/0199a000-0000-7000-8000-000000000000",
    "an error of the gateway": "/v1/sites?colour=red",
    "an image": "/v1/images/0199a000-0000-7000-8000-000000000000",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
async def test_answers_of_the_api(gateway: Gateway, client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=gateway.signed_in)
    assert_api(answer)
    assert answer.headers["cache-control"] == "no-store"


def assert_api(answer: httpx.Response) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert_nothing_tells_of_the_inside(answer)


def assert_nothing_tells_of_the_inside(answer: httpx.Response) -> None:
    telling = [name for name in answer.headers if name.startswith("x-envoy") or name in {"server", "via"}]
    assert not telling, f"{telling} tell of the software behind"
    assert "strict-transport-security" not in answer.headers, "over plain HTTP it means nothing"


async def test_refusals_have_them_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/sites")
    assert answer.status_code == 401
    assert_api(answer)
    assert answer.headers["cache-control"] == "no-store"


async def test_keys_may_be_kept_for_a_while(client: httpx.AsyncClient) -> None:
    answer = await client.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert [key["alg"] for key in answer.json()["keys"]] == ["RS256"]
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert_api(answer)


async def test_pages_of_the_console_keep_their_own(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in answer.headers, "the canned console has none: none was put on it"
    assert_nothing_tells_of_the_inside(answer)


@pytest.fixture
def over_tls(certificate: TlsFiles, tmp_path: Path) -> Iterator[Gateway]:
    folder = tmp_path / "gateway"
    folder.mkdir()
    with gateway_before(folder, replicas=1, tls=certificate) as started:
        yield started


async def test_browsers_are_told_to_stay_with_tls(over_tls: Gateway, certificate: TlsFiles) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate.certificate))
    url = over_tls.url.replace("http:", "https:")
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20, verify=trusting) as client:
        for path in ("/", "/v1/sites"):
            answer = await client.get(path)
            assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_the_core_hears_nothing_in_the_gateways_name(client: httpx.AsyncClient) -> None:
    forged = {
        "x-forwarded-client-cert": "Hash=00;Subject=worker",
        "x-footfall-client-address": "198.51.100.7",
        "x-envoy-external-address": "198.51.100.7",
        "x-envoy-original-path": "/",
        "x-envoy-upstream-rq-timeout-ms": "1",
        "x-envoy-retry-on": "5xx",
        "x-envoy-made-up": "1",
        "x-forwarded-for": "198.51.100.7",
    }
    answer = await client.post("/v1/auth/token", json={"apiKey": "nobody's"}, headers=forged)
    heard = json.loads(answer.json()["accessToken"])
    assert heard["x-footfall-client-address"] == "127.0.0.1", "no proxy is trusted here"
    assert "x-forwarded-client-cert" not in heard
    told = {name: value for name, value in heard.items() if name.startswith("x-envoy-")}
    assert not set(told.values()) & set(forged.values()), f"forged headers came through: {told}"
    assert "x-envoy-made-up" not in heard


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway before the console's own server."""
    with gateway_before(tmp_path, replicas=1, own_web=True) as started:
        yield started


async def test_the_consoles_policy_comes_through_and_lets_nothing_in(console: Gateway) -> None:
    async with httpx.AsyncClient(base_url=console.url, trust_env=False, timeout=20) as client:
        first, second = await client.get("/"), await client.get("/visits")
    policy = first.headers["content-security-policy"]
    assert policy != second.headers["content-security-policy"], "a nonce is good for one answer"
    directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert directives["default-src"] == directives["script-src"] == directives["connect-src"] == "'self'"
    assert "unsafe" not in policy
    assert directives["frame-ancestors"] == directives["object-src"] == directives["base-uri"] == "'none'"
    assert first.headers["cross-origin-opener-policy"] == "same-origin"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert_nothing_tells_of_the_inside(first)
