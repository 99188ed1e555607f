"""A real Envoy with the real template, before canned cores in processes of their own."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
import pytest
from fakes.manual_clock import ManualClock
from footfall_gateway.settings import Address, GatewaySettings, TlsFiles
from footfall_local.component import Component, ProcessSpec
from footfall_local.components.envoy import Envoy
from footfall_local.components.web import Web
from footfall_local.ports import free_port
from footfall_local.probes import probe_health, probe_http
from footfall_local.readiness import running
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.tokens import AccessTokens
from footfall_server.domain.identity import Role

HOST = "127.0.0.1"
CANNED_CORE = Path(__file__).parent / "canned_core.py"
ISSUER = "https://footfall.example"
AUDIENCE = "footfall tests"
INDEX_PAGE = "<!doctype html><title>console</title>"


class CannedCore:
    name = "canned core"
    requires: tuple[str, ...] = ()
    start_timeout = 30.0

    def __init__(self, *, port: int, label: str, folder: Path, keys: Path) -> None:
        self._argv = (sys.executable, str(CANNED_CORE), str(port), label, str(keys))
        self._port = port
        self._folder = folder

    async def prepare(self) -> ProcessSpec:
        return ProcessSpec(argv=self._argv, cwd=self._folder)

    async def check(self) -> None:
        await probe_health(self._port)


class CannedWeb:
    name = "canned web"
    requires: tuple[str, ...] = ()
    start_timeout = 30.0

    def __init__(self, *, port: int, folder: Path) -> None:
        self._port = port
        self._folder = folder

    async def prepare(self) -> ProcessSpec:
        (self._folder / "index.html").write_text(INDEX_PAGE)
        (self._folder / "healthz").write_text("ok")
        argv = (sys.executable, "-m", "http.server", str(self._port), "--bind", HOST)
        return ProcessSpec(argv=argv, cwd=self._folder)

    async def check(self) -> None:
        await probe_http(self._port, "/healthz")


class EnvoyAlone(Envoy):
    """Is ready without a core."""

    async def check(self) -> None:
        await probe_http(self._settings.admin.port, "/ready")


async def eventually(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until the condition holds; fails with `what` after 20 s."""
    deadline = asyncio.get_running_loop().time() + 20
    while True:
        if await condition():
            return
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(0.05)


class SignedUnary(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, token: str) -> None:
        self._header = ("authorization", f"Bearer {token}")

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        metadata = grpc.aio.Metadata(*(details.metadata or ()), self._header)
        return await continuation(details._replace(metadata=metadata), request)


class SignedStream(grpc.aio.StreamStreamClientInterceptor):
    def __init__(self, token: str) -> None:
        self._header = ("authorization", f"Bearer {token}")

    async def intercept_stream_stream(self, continuation: Any, details: Any, requests: Any) -> Any:
        metadata = grpc.aio.Metadata(*(details.metadata or ()), self._header)
        return await continuation(details._replace(metadata=metadata), requests)


@dataclass(frozen=True)
class TokenMaker:
    """Signs with the newest key of a folder."""

    keys: Path

    def token(
        self,
        *,
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
        lifetime: timedelta = timedelta(hours=1),
        keys: Path | None = None,
        made: datetime | None = None,
    ) -> str:
        """A good token, made now, unless something else is said. Envoy looks at the real clock."""
        maker = AccessTokens(
            keys=load_keys(keys or self.keys),
            issuer=issuer,
            audience=audience,
            clock=ManualClock(made or datetime.now(UTC)),
        )
        issued = maker.issue(
            subject_id=uuid4(), role=Role.TENANT_ADMIN, tenant_id=uuid4(), site_ids=None, lifetime=lifetime
        )
        return issued.text


@dataclass(frozen=True)
class Gateway:
    port: int
    admin_port: int
    access_log: Path
    cores: tuple[subprocess.Popen[bytes], ...]
    core_ports: tuple[int, ...]
    tokens: TokenMaker

    @property
    def signed_in(self) -> dict[str, str]:
        """Headers of a call with a good token."""
        return {"authorization": f"Bearer {self.tokens.token()}"}

    def channel(self, *, token: str | None = None) -> grpc.aio.Channel:
        """A channel whose calls carry a token: a good one unless it is given; "" for none."""
        text = self.tokens.token() if token is None else token
        interceptors = [SignedUnary(text), SignedStream(text)] if text else None
        options = (("grpc.enable_http_proxy", 0),)
        return grpc.aio.insecure_channel(self.target, options=options, interceptors=interceptors)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def target(self) -> str:
        return f"{HOST}:{self.port}"


@contextlib.contextmanager
def gateway_before(
    folder: Path,
    *,
    replicas: int,
    cors_origins: tuple[str, ...] = (),
    max_request_bytes: int = 65536,
    tls: TlsFiles | None = None,
    core_runs: bool = True,
    own_web: bool = False,
    **settings: Any,
) -> Iterator[Gateway]:
    """Envoy, `replicas` canned cores and a web server, for as long as the context lasts.

    `settings` are more of the gateway's. With `own_web` it is the console's own server, with one page.
    Without `core_runs` nothing listens at the cores' ports.
    """
    with contextlib.ExitStack() as stack:
        keys = folder / "keys"
        if not keys.is_dir():
            generate_key(keys, at=datetime(2026, 1, 1, tzinfo=UTC))
        cores, addresses = [], []
        for number in range(replicas):
            port = free_port(avoid=frozenset(address.port for address in addresses))
            core = CannedCore(port=port, label=f"replica-{number}", folder=folder, keys=keys)
            if core_runs:
                cores.append(stack.enter_context(running(core, log=folder / f"core-{number}.log")))
            addresses.append(Address(host=HOST, port=port))
        web_port = free_port()
        pages = folder / "pages"
        pages.mkdir()
        web: Component = CannedWeb(port=web_port, folder=pages)
        if own_web:
            (pages / "index.html").write_text('<!doctype html><style nonce="__CSP_NONCE__"></style>')
            web = Web(port=web_port, dist=pages, folder=folder / "web")
        stack.enter_context(running(web, log=folder / "web.log"))
        port = free_port()
        admin_port = free_port(avoid=frozenset({port}))
        chosen = GatewaySettings(
            listen=Address(host=HOST, port=port),
            admin=Address(host=HOST, port=admin_port),
            core=tuple(addresses),
            web=Address(host=HOST, port=web_port),
            cors_origins=cors_origins,
            max_request_bytes=max_request_bytes,
            tls=tls,
            keys=Address(host=HOST, port=free_port(avoid=frozenset({port, admin_port}))),
            token_issuer=ISSUER,
            token_audience=AUDIENCE,
            **settings,
        )
        log = folder / "envoy.log"
        kind = Envoy if core_runs else EnvoyAlone
        stack.enter_context(running(kind(settings=chosen, folder=folder / "envoy"), log=log))
        yield Gateway(
            port=port,
            admin_port=admin_port,
            access_log=log,
            cores=tuple(cores),
            core_ports=tuple(address.port for address in addresses),
            tokens=TokenMaker(keys),
        )


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One replica, so that what a test tells it is known to the next call."""
    with gateway_before(tmp_path_factory.mktemp("gateway"), replicas=1) as started:
        yield started
