"""How long after a worker tells of somebody the live page shows it.

    python tests/bench/bench_live.py [--visits N] [--every SECONDS] [--replicas N]

Starts PostgreSQL (durable), milvus-lite, SeaweedFS, replicas of the core, the console's server and Envoy with
TLS; opens the live page in a real browser, and sends synthetic faces of strangers through the gateway as a
worker does whose track just ended: the last frame is of now. A visit is shown with the first picture that has
its card, on the same clock.

The last line is one JSON object:
  visits                                    sent; `missing` of them were not shown within a minute
  shown_p50_ms, shown_p95_ms, shown_max_ms  from sending the event, right after the last frame, to the picture
  recorded_p50_ms                           the part of it until the core's answer, which follows the commit
  load                                      of the machine, over the last minute
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import grpc.aio
from fakes.tls_files import server_files
from footfall.v1 import auth_service_pb2, ingest_service_pb2, ingest_service_pb2_grpc
from footfall_gateway.settings import Address, GatewaySettings, TlsFiles
from footfall_local.components.envoy import Envoy
from footfall_local.components.web import Web
from footfall_local.ports import free_port
from ingest_load import Visitors
from ingest_stack import Target, own_stack
from ingest_tenant import make_camera, make_site, sign_in
from latencies import milliseconds
from mortal_server import MortalServer

HOST = "127.0.0.1"
WEBUI = Path(__file__).parents[2] / "webui"
PATIENCE_S = 60.0


class LivePage:
    """A browser that looks, and says when it saw which visit."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        self._lines = process.stdout
        self._news = asyncio.Event()
        self.shown: dict[str, float] = {}
        """Seconds since the epoch, by visit."""

    async def follow(self) -> None:
        """Until the browser is gone."""
        while line := await self._lines.readline():
            said = json.loads(line)
            if "visit" in said:
                self.shown[said["visit"]] = said["at"] / 1000
                self._news.set()

    async def until_shown(self, visits: Collection[str]) -> None:
        while not self.shown.keys() >= set(visits):
            self._news.clear()
            await self._news.wait()

    async def until_ready(self) -> None:
        while line := await self._lines.readline():
            if json.loads(line).get("ready"):
                return
        raise RuntimeError("the browser ended before it showed the live page")


@asynccontextmanager
async def gateway(target: Target, folder: Path) -> AsyncIterator[tuple[Envoy, Path]]:
    """Envoy and the console's server before the target's cores; with the certificate."""
    files = server_files(folder / "tls")
    taken: set[int] = set()
    for _ in range(4):
        taken.add(free_port(avoid=frozenset(taken)))
    listen, admin, web, keys = sorted(taken)
    settings = GatewaySettings(
        listen=Address(host=HOST, port=listen),
        admin=Address(host=HOST, port=admin),
        core=tuple(Address(host=HOST, port=int(core.rpartition(":")[2])) for core in target.cores),
        web=Address(host=HOST, port=web),
        keys=Address(host=HOST, port=keys),
        tls=TlsFiles(certificate=files.certificate, private_key=files.private_key),
    )
    envoy = Envoy(settings=settings, folder=folder / "envoy")
    async with AsyncExitStack() as stack:
        for component in (Web(port=web, dist=WEBUI / "dist", folder=folder / "web"), envoy):
            server = MortalServer(component, log=folder / f"{component.name}.log")
            stack.push_async_callback(server.stop)
            await server.start()
        yield envoy, files.certificate


@asynccontextmanager
async def live_page(url: str, target: Target) -> AsyncIterator[LivePage]:
    """The page, signed in and listening."""
    process = await asyncio.create_subprocess_exec(
        "node",
        "tools/watch-live.mjs",
        cwd=WEBUI,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    account = {"url": url, "email": target.email, "password": target.password}
    process.stdin.write(json.dumps(account).encode() + b"\n")
    page = LivePage(process)
    try:
        await asyncio.wait_for(page.until_ready(), PATIENCE_S)
        following = asyncio.create_task(page.follow())
        yield page
    finally:
        process.stdin.close()
        await process.wait()
    await following


async def measure(target: Target, options: argparse.Namespace, folder: Path) -> dict[str, object]:
    direct = grpc.aio.insecure_channel(target.cores[0])
    password = auth_service_pb2.PasswordCredentials(email=target.email, password=target.password)
    admin = await sign_in(direct, password=password)
    site_id = await make_site(direct, admin)
    camera_id = await make_camera(direct, admin, site_id, 1)
    api_key = await target.api_key_of(site_id)
    await direct.close()
    sent: dict[str, float] = {}
    recorded: list[float] = []
    async with gateway(target, folder) as (envoy, certificate), live_page(envoy.url, target) as page:
        credentials = grpc.ssl_channel_credentials(certificate.read_bytes())
        async with grpc.aio.secure_channel(envoy.url.removeprefix("https://"), credentials) as channel:
            worker = await sign_in(channel, api_key=api_key)
            ingest = ingest_service_pb2_grpc.IngestServiceStub(channel)
            for number in range(options.visits):
                # A stranger each: nobody before is known to this one.
                (event,) = Visitors(seed=number, begin=datetime.now(UTC)).events([camera_id], 1)
                at = datetime.now(UTC)
                event.first_seen_time.FromDatetime(at)
                event.last_seen_time.FromDatetime(at)
                begun = time.time()
                answer = await ingest.RecordFace(
                    ingest_service_pb2.RecordFaceRequest(event=event), metadata=worker
                )
                recorded.append(time.time() - begun)
                sent[answer.visit_id] = begun
                await asyncio.sleep(options.every)
            with suppress(TimeoutError):
                await asyncio.wait_for(page.until_shown(sent), PATIENCE_S)
        delays = [page.shown[visit] - begun for visit, begun in sent.items() if visit in page.shown]
    return {
        "visits": len(sent),
        "missing": len(sent) - len(delays),
        "shown_p50_ms": milliseconds(delays, 50),
        "shown_p95_ms": milliseconds(delays, 95),
        "shown_max_ms": round(max(delays) * 1000, 1),
        "recorded_p50_ms": milliseconds(recorded, 50),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--visits", type=int, default=100)
    parser.add_argument("--every", type=float, default=0.3, help="seconds between two")
    parser.add_argument("--replicas", type=int, default=2)
    options = parser.parse_args()
    with own_stack(replicas=options.replicas) as target, tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(target, options, Path(folder)))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
