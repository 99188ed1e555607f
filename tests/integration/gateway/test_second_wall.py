"""The gateway's own check of tokens, in every form of call, and what happens around keys."""

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import httpx
import pytest
from footfall.v1 import ingest_service_pb2_grpc
from footfall_server.auth.keys import generate_key

from .conftest import CANNED_CORE, HOST, Gateway, TokenMaker, eventually, gateway_before
from .failed_calls import Failure, json_call, native_call, web_call

CALLS = {"json": json_call, "native": native_call, "web": web_call}
Call = Callable[[Gateway, str], Awaitable[Failure | None]]
forms = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())

UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED.value[0]
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE.value[0]


BAD_TOKENS: dict[str, Callable[[TokenMaker, Path], str]] = {
    "none": lambda _tokens, _folder: "",
    "no token at all": lambda _tokens, _folder: "open.sesame",
    "of another key": lambda tokens, folder: tokens.token(keys=folder / "strangers"),
    "of another issuer": lambda tokens, _: tokens.token(issuer="https://elsewhere.example"),
    "for somebody else": lambda tokens, _: tokens.token(audience="somebody else"),
    "expired": lambda tokens, _: tokens.token(made=datetime.now(UTC) - timedelta(hours=2)),
    "not good yet": lambda tokens, _: tokens.token(made=datetime.now(UTC) + timedelta(hours=2)),
    "tampered": lambda tokens, _: f"{tokens.token()[:-8]}AAAAAAAA",
}


def bad_token(gateway: Gateway, kind: str, folder: Path) -> str:
    if not (folder / "strangers").is_dir():
        generate_key(folder / "strangers", at=datetime(2026, 1, 1, tzinfo=UTC))
    return BAD_TOKENS[kind](gateway.tokens, folder)


@forms
async def test_a_good_token_passes(gateway: Gateway, call: Call) -> None:
    assert await call(gateway, gateway.tokens.token()) is None


@forms
@pytest.mark.parametrize("kind", BAD_TOKENS)
async def test_what_is_no_good_token_is_refused(
    gateway: Gateway, call: Call, kind: str, tmp_path: Path
) -> None:
    failed = await call(gateway, bad_token(gateway, kind, tmp_path))
    assert failed is not None, f"a token that is {kind} was let in"
    assert (failed.code, failed.reason) == (UNAUTHENTICATED, "UNAUTHENTICATED")
    assert failed.http_status in {None, 200, 401}, "gRPC tells its status in its own way"
    assert failed.http_status == 401 or call is not json_call


async def test_why_a_token_is_bad_is_not_told(gateway: Gateway, tmp_path: Path) -> None:
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as client:
        said = set()
        for kind in BAD_TOKENS:
            token = bad_token(gateway, kind, tmp_path)
            headers = {"authorization": f"Bearer {token}"} if token else {}
            answer = await client.get("/v1/sites", headers=headers)
            assert "www-authenticate" not in answer.headers
            said.add(answer.json()["message"])
    assert len(said) == 1


async def test_a_token_in_the_query_is_none(gateway: Gateway) -> None:
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as client:
        answer = await client.get("/v1/auth/providers", params={"access_token": "open.sesame"})
        assert answer.status_code == 400, "it is an unknown parameter, not a bad token"
        answer = await client.get("/v1/sites", params={"access_token": gateway.tokens.token()})
        assert answer.status_code == 401


async def test_what_needs_no_token_takes_no_notice_of_one(gateway: Gateway) -> None:
    """As in the core: who signs in may still hold an old one."""
    for token in ("", "open.sesame", gateway.tokens.token()):
        for path in ("/v1/auth/token", "/.well-known/jwks.json"):
            assert await json_call(gateway, token, path=path) is None, f"{path} with token {token[:4]!r}"
        assert await native_call(gateway, token, sign_in=True) is None


async def test_a_stream_needs_a_token_too(gateway: Gateway) -> None:
    async with gateway.channel(token="open.sesame") as channel:
        call = ingest_service_pb2_grpc.IngestServiceStub(channel).Connect()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway before one core that the test may stop, and whose keys it may change."""
    with gateway_before(tmp_path, replicas=1) as started:
        yield started


async def test_a_new_key_is_found_and_an_old_one_forgotten(own: Gateway) -> None:
    """Rotation restarts no gateway."""
    old = own.tokens.token()
    assert await json_call(own, old) is None
    [old_file] = own.tokens.keys.glob("*.pem")
    generate_key(own.tokens.keys, at=datetime(2026, 1, 2, tzinfo=UTC))
    new = own.tokens.token()
    assert new != old

    async def new_is_let_in() -> bool:
        return await json_call(own, new) is None

    await eventually(new_is_let_in, "the new key was never asked for")
    assert await json_call(own, old) is None, "both keys are alive"
    old_file.unlink()

    async def old_is_refused() -> bool:
        failed = await json_call(own, old)
        return failed is not None and failed.reason == "UNAUTHENTICATED"

    await eventually(old_is_refused, "the old key was never forgotten")
    assert await json_call(own, new) is None


@pytest.fixture
def late(tmp_path: Path) -> Iterator[tuple[Gateway, Callable[[], object]]]:
    """A gateway that started without a core, and what starts one."""
    with ExitStack() as stack:
        gateway = stack.enter_context(gateway_before(tmp_path, replicas=1, core_runs=False))

        def start() -> None:
            port, keys = str(gateway.core_ports[0]), str(gateway.tokens.keys)
            core = subprocess.Popen([sys.executable, str(CANNED_CORE), port, "late", keys])
            stack.callback(core.wait)
            stack.callback(core.terminate)

        yield gateway, start


async def test_a_core_that_is_away_signs_nobody_out(late: tuple[Gateway, Callable[[], object]]) -> None:
    """A gateway without keys cannot say whether a token is good: that is no 401, and it passes."""
    gateway, start_core = late
    token = gateway.tokens.token()
    for call in CALLS.values():
        failed = await call(gateway, token)
        assert failed is not None
        assert (failed.code, failed.reason) == (UNAVAILABLE, "CORE_UNAVAILABLE"), call
        assert failed.retry_seconds == 1
        assert failed.http_status != 401
    start_core()

    async def let_in() -> bool:
        failed = await json_call(gateway, token)
        assert failed is None or failed.reason == "CORE_UNAVAILABLE", failed
        return failed is None

    await eventually(let_in, "the core came, and nobody was let in")
    for call in CALLS.values():
        assert await call(gateway, token) is None


async def test_a_core_that_dies_signs_nobody_out(own: Gateway) -> None:
    token = own.tokens.token()
    assert await json_call(own, token) is None
    os.kill(own.cores[0].pid, signal.SIGKILL)
    own.cores[0].wait()
    seen = set()

    async def forgot_the_keys() -> bool:
        failed = await json_call(own, token)
        assert failed is not None
        seen.add(failed.reason)
        async with httpx.AsyncClient(trust_env=False) as client:
            stats = await client.get(
                f"http://{HOST}:{own.admin_port}/stats?filter=jwks_fetch_failed&format=json"
            )
        return sum(each.get("value", 0) for each in stats.json()["stats"]) > 0

    await eventually(forgot_the_keys, "the gateway never asked for keys again")
    assert seen == {"CORE_UNAVAILABLE"}
