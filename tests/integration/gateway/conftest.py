"""A real Envoy with the real template, before canned cores in processes of their own."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from footfall_gateway.settings import Address, GatewaySettings, TlsFiles
from footfall_local.component import ProcessSpec
from footfall_local.components.envoy import Envoy
from footfall_local.ports import free_port
from footfall_local.probes import probe_health, probe_http
from footfall_local.readiness import running

HOST = "127.0.0.1"
CANNED_CORE = Path(__file__).parent / "canned_core.py"
INDEX_PAGE = "<!doctype html><title>console</title>"


class CannedCore:
    name = "canned core"
    requires: tuple[str, ...] = ()
    start_timeout = 30.0

    def __init__(self, *, port: int, label: str, folder: Path) -> None:
        self._argv = (sys.executable, str(CANNED_CORE), str(port), label)
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


async def eventually(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until the condition holds; fails with `what` after 20 s."""
    deadline = asyncio.get_running_loop().time() + 20
    while True:
        if await condition():
            return
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Gateway:
    port: int
    admin_port: int
    access_log: Path
    cores: tuple[subprocess.Popen[bytes], ...]

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
) -> Iterator[Gateway]:
    """Envoy, `replicas` canned cores and a web server, for as long as the context lasts."""
    with contextlib.ExitStack() as stack:
        cores, addresses = [], []
        for number in range(replicas):
            port = free_port(avoid=frozenset(address.port for address in addresses))
            core = CannedCore(port=port, label=f"replica-{number}", folder=folder)
            cores.append(stack.enter_context(running(core, log=folder / f"core-{number}.log")))
            addresses.append(Address(host=HOST, port=port))
        web_port = free_port()
        pages = folder / "pages"
        pages.mkdir()
        stack.enter_context(running(CannedWeb(port=web_port, folder=pages), log=folder / "web.log"))
        port = free_port()
        admin_port = free_port(avoid=frozenset({port}))
        settings = GatewaySettings(
            listen=Address(host=HOST, port=port),
            admin=Address(host=HOST, port=admin_port),
            core=tuple(addresses),
            web=Address(host=HOST, port=web_port),
            cors_origins=cors_origins,
            max_request_bytes=max_request_bytes,
            tls=tls,
        )
        log = folder / "envoy.log"
        stack.enter_context(running(Envoy(settings=settings, folder=folder / "envoy"), log=log))
        yield Gateway(port=port, admin_port=admin_port, access_log=log, cores=tuple(cores))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One replica, so that what a test tells it is known to the next call."""
    with gateway_before(tmp_path_factory.mktemp("gateway"), replicas=1) as started:
        yield started
