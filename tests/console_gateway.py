"""The built console behind Envoy with TLS, before a real core over fakes; a browser's test may interfere.

A test in the browser sees what the page shows. What happens in the shop meanwhile, and to the gateway, it
asks for here: JSON over HTTP on loopback, one path per deed.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from fakes.people import Person, an_admin
from fakes.running_clock import RunningClock
from fakes.shop import AUDIENCE, ISSUER, Replica, Shop
from fakes.tls_files import server_files
from fakes.wire_events import face_event
from footfall.v1 import ingest_service_pb2
from footfall_gateway.settings import Address, GatewaySettings, TlsFiles
from footfall_local.components.envoy import Envoy
from footfall_local.components.web import Web
from footfall_local.ports import free_port
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.passwords import Passwords
from footfall_server.domain.identity import Role
from mortal_server import MortalServer

HOST = "127.0.0.1"
DIST = Path(__file__).parents[1] / "webui" / "dist"
STAY = timedelta(seconds=2)
"""How long a person of `face_event` is seen."""
DEED_PATIENCE_S = 60.0

Deed = Callable[[], Awaitable[object]]


@dataclass
class ConsoleGateway:
    """What runs, and what a test does to it."""

    url: str
    person: Person
    shop: Shop
    core: Replica
    envoy: MortalServer
    _people: Iterator[int] = field(default_factory=lambda: count(1))

    async def arrive(self) -> str:
        """The visit of somebody whom nobody knows, recorded in the core itself, past the gateway."""
        event = face_event(
            self.shop.own.camera.camera_id, person=next(self._people), at=self.shop.clock.now() - STAY
        )
        answer = await self.core.ingest.RecordFace(
            ingest_service_pb2.RecordFaceRequest(event=event), metadata=self.shop.signed_in(Role.WORKER)
        )
        return str(answer.visit_id)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {"/arrive": self.arrive, "/kill-gateway": self.envoy.kill, "/start-gateway": self.envoy.start}


@asynccontextmanager
async def console_gateway(folder: Path) -> AsyncIterator[ConsoleGateway]:
    """Core, web server and gateway, for as long as the context lasts."""
    generate_key(folder / "keys", at=datetime(2026, 1, 1, tzinfo=UTC))
    shop = Shop(
        keys=load_keys(folder / "keys"),
        passwords=Passwords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        clock=RunningClock(),
    )
    files = server_files(folder / "tls")
    async with shop.replica() as core:
        taken = {core.port}
        for _ in range(4):
            taken.add(free_port(avoid=frozenset(taken)))
        listen, admin, web, keys = sorted(taken - {core.port})
        settings = GatewaySettings(
            listen=Address(host=HOST, port=listen),
            admin=Address(host=HOST, port=admin),
            core=(Address(host=HOST, port=core.port),),
            web=Address(host=HOST, port=web),
            keys=Address(host=HOST, port=keys),
            tls=TlsFiles(certificate=files.certificate, private_key=files.private_key),
            token_issuer=ISSUER,
            token_audience=AUDIENCE,
        )
        component = Envoy(settings=settings, folder=folder / "envoy")
        pages = MortalServer(Web(port=web, dist=DIST, folder=folder / "web"), log=folder / "web.log")
        envoy = MortalServer(component, log=folder / "envoy.log")
        try:
            await pages.start()
            await envoy.start()
            yield ConsoleGateway(
                url=component.url, person=await an_admin(shop), shop=shop, core=core, envoy=envoy
            )
        finally:
            await envoy.stop()
            await pages.stop()


@contextmanager
def told_over_http(deeds: Mapping[str, Deed]) -> Iterator[str]:
    """Does a deed for each POST of its path, in the loop that runs, and answers what it answered."""
    loop = asyncio.get_running_loop()

    async def done(deed: Deed) -> object:
        return await deed()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            deed = deeds.get(urlsplit(self.path).path)
            if deed is None:
                self.send_error(404)
                return
            try:
                answer = asyncio.run_coroutine_threadsafe(done(deed), loop).result(DEED_PATIENCE_S)
            except Exception as error:  # noqa: BLE001 - the test in the browser is to say what went wrong
                self.send_error(500, explain=repr(error))
                return
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing: the browser's test tells what it does."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        # In a thread of its own it ends at once; here only its end is waited for.
        server.shutdown()
        thread.join()
        server.server_close()
