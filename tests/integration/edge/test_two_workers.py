"""Two workers as they are shipped, one camera, two replicas of a real core: one reads it, then the other."""

import asyncio
import itertools
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import grpc.aio
import pytest
from bench.ingest_stack import Target, own_stack
from bench.ingest_tenant import make_site, sign_in
from footfall.v1 import (
    auth_service_pb2,
    camera_command_pb2,
    camera_control_service_pb2,
    camera_control_service_pb2_grpc,
    camera_service_pb2,
    camera_service_pb2_grpc,
)
from footfall_local.demo_shop.play_control import PlayControl, PlayControlError
from footfall_vision.model_store import ModelStore
from google.protobuf.duration_pb2 import Duration

from .conftest import EdgeProcess

TAKEOVER_S = 90.0
PATIENCE_S = 120.0
_TOLD = re.compile(r'\{.*"face_recorded".*\}')


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with own_stack(replicas=2) as target:
        yield target


@pytest.fixture
def camera_url(short_play: Path, tmp_path: Path, unused_tcp_port_factory: Callable[[], int]) -> Iterator[str]:
    """An RTSP camera in which two people come and go, again and again."""
    port, control = unused_tcp_port_factory(), unused_tcp_port_factory()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "footfall_local.demo_shop.camera", "--port", str(port), "--loop"),
            *("--control-port", str(control), "--state", str(tmp_path / "camera.json")),
            *("--video", str(short_play)),
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _url_of(process, PlayControl(control))
    finally:
        process.terminate()
        process.wait(timeout=10)


def _url_of(process: "subprocess.Popen[bytes]", control: PlayControl) -> str:
    """The camera's address, as soon as it is up."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return control.state().rtsp_url
        except PlayControlError:
            assert process.poll() is None, "the camera ended"
            assert time.monotonic() < deadline, "the camera did not come up"
            time.sleep(0.1)


@dataclass(frozen=True)
class Sighting:
    """A track as the core counts it."""

    track_id: UUID
    worker_id: UUID
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True)
class Shop:
    """A site with a camera, and what the core has of it."""

    target: Target
    api_key: str
    camera_id: str
    admin: tuple[tuple[str, str], ...]

    async def recorded(self) -> list[str]:
        """The ids of all events that the core has."""
        rows = await self._select("SELECT event_id FROM recorded_events WHERE tenant_id = $1")
        return [str(row["event_id"]) for row in rows]

    async def sightings(self) -> list[Sighting]:
        """The tracks that its visits are made of."""
        rows = await self._select(
            "SELECT track_id, worker_id, first_seen_at, last_seen_at FROM sightings WHERE tenant_id = $1"
        )
        return [Sighting(*(row[name] for name in row.keys())) for row in rows]  # noqa: SIM118 (no dict)

    async def _select(self, query: str) -> Sequence[asyncpg.Record]:
        assert self.target.stack is not None
        connection = await asyncpg.connect(self.target.stack.superuser_dsn)
        try:
            found: Sequence[asyncpg.Record] = await connection.fetch(query, UUID(self.target.tenant_id))
            return found
        finally:
            await connection.close()


async def open_shop(target: Target, source_url: str) -> Shop:
    async with grpc.aio.insecure_channel(target.cores[0]) as channel:
        credentials = auth_service_pb2.PasswordCredentials(email=target.email, password=target.password)
        admin = await sign_in(channel, password=credentials)
        site_id = await make_site(channel, admin)
        camera = camera_service_pb2.Camera(
            site_id=site_id, display_name="Door", source_url=source_url, enabled=True
        )
        made = await camera_service_pb2_grpc.CameraServiceStub(channel).CreateCamera(
            camera_service_pb2.CreateCameraRequest(camera=camera), metadata=admin
        )
    return Shop(target, await target.api_key_of(site_id), made.camera_id, admin)


@dataclass
class Worker:
    """A worker, by what it says of itself on its disk."""

    process: EdgeProcess

    def camera(self) -> dict[str, str]:
        cameras = self.process.status().get("cameras")
        return cameras[0] if isinstance(cameras, list) and cameras else {}

    async def until(self, state: str, *, within_s: float = PATIENCE_S) -> None:
        try:
            async with asyncio.timeout(within_s):
                while self.camera().get("state") != state:  # noqa: ASYNC110 (another process)
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"not {state} but {self.camera()}: {self.process.log()[-2000:]}") from None

    def told(self) -> list[dict[str, str]]:
        """The events that it put on its disk, as its log has them."""
        return [json.loads(found) for found in _TOLD.findall(self.process.log())]

    def waiting(self) -> set[str]:
        """The events that are still in its spool."""
        with sqlite3.connect(self.process.data_dir / "spool.sqlite") as database:
            rows = [row[0] for row in database.execute("SELECT event_id FROM event")]
        database.close()
        return set(rows)

    def refused(self) -> int:
        with sqlite3.connect(self.process.data_dir / "spool.sqlite") as database:
            (count,) = database.execute("SELECT count(*) FROM dead_letter").fetchone()
        database.close()
        return int(count)


@asynccontextmanager
async def worker(
    shop: Shop, models: ModelStore, folder: Path, *, name: str, core: str
) -> AsyncIterator[Worker]:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("FOOTFALL_EDGE_")},
        "FOOTFALL_EDGE_GATEWAY_URL": f"http://{core}",
        "FOOTFALL_EDGE_API_KEY": shop.api_key,
        "FOOTFALL_EDGE_DATA_DIR": str(folder),
        "FOOTFALL_EDGE_MODELS_DIR": str(models.directory),
        "FOOTFALL_EDGE_NAME": name,
        "FOOTFALL_EDGE_THREADS": "1",
        "FOOTFALL_EDGE_HTTP_PORT": "0",
    }
    process = EdgeProcess(environment=environment, data_dir=folder)
    try:
        yield Worker(process)
    finally:
        if process.process is not None and process.process.returncode is None:
            await process.kill()


@pytest.mark.timeout(590)
async def test_one_reads_the_camera_and_when_it_is_killed_the_other_takes_over(
    target: Target, camera_url: str, models: ModelStore, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop = await open_shop(target, camera_url)
    here, there = target.cores
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    async with (
        worker(shop, models, one, name="Till 1", core=here) as first,
        worker(shop, models, two, name="Till 2", core=there) as second,
    ):
        await first.process.start()
        await first.until("online")
        await second.process.start()
        await second.until("held_elsewhere")
        assert "Till 1" in second.camera()["detail"], "it says who reads it"
        async with asyncio.timeout(PATIENCE_S):
            while not await shop.recorded():  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.2)
        assert not second.told()

        await first.process.kill()
        await second.until("online", within_s=TAKEOVER_S)
        async with asyncio.timeout(PATIENCE_S):
            while len(second.told()) < 2:  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.2)
        await first.process.start()
        await first.until("held_elsewhere")
        assert "Till 2" in first.camera()["detail"]

        assert await second.process.terminate() == 0, second.process.log()[-2000:]
        await first.until("online", within_s=TAKEOVER_S)
        assert await first.process.terminate() == 0, first.process.log()[-2000:]

        told = [*first.told(), *second.told()]
        recorded = await shop.recorded()
        left = first.waiting() | second.waiting()
        assert len(recorded) == len(set(recorded))
        assert {event["event_id"] for event in told} - set(recorded) <= left, "nothing is lost"
        assert (first.refused(), second.refused()) == (0, 0)
        sightings = await shop.sightings()
        assert len({each.worker_id for each in sightings}) == 2, "both have told of somebody"
        for each, other in itertools.combinations(sightings, 2):
            if each.worker_id != other.worker_id:
                assert each.last_seen < other.first_seen or other.last_seen < each.first_seen, (
                    "a moment before the camera was told by two workers"
                )


@pytest.mark.timeout(590)
async def test_commands_from_the_other_replica_are_done_and_a_camera_is_given_to_another_worker(
    target: Target, camera_url: str, models: ModelStore, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop = await open_shop(await target.another_tenant("Commanded"), camera_url)
    here, there = target.cores
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    async with (
        worker(shop, models, one, name="Till 1", core=here) as first,
        worker(shop, models, two, name="Till 2", core=here) as second,
        grpc.aio.insecure_channel(there) as channel,
    ):
        stub = camera_control_service_pb2_grpc.CameraControlServiceStub(channel)

        async def tell(kind: str, worker_id: str = "") -> camera_control_service_pb2.CameraCommand:
            request = camera_control_service_pb2.SendCommandRequest(
                camera_id=shop.camera_id,
                kind=camera_command_pb2.CommandKind.Value(f"COMMAND_KIND_{kind}"),
                worker_id=worker_id,
                timeout=Duration(seconds=30),
            )
            command: camera_control_service_pb2.CameraCommand = await stub.SendCommand(
                request, metadata=shop.admin, timeout=PATIENCE_S
            )
            assert command.state == camera_command_pb2.COMMAND_STATE_SUCCEEDED, (kind, command.detail)
            return command

        await first.process.start()
        await first.until("online")
        picture = await stub.GetSnapshot(
            camera_control_service_pb2.GetSnapshotRequest(camera_id=shop.camera_id),
            metadata=shop.admin,
            timeout=PATIENCE_S,
        )
        assert picture.data.startswith(b"\xff\xd8\xff")
        watching = stub.WatchPreview(
            camera_control_service_pb2.WatchPreviewRequest(camera_id=shop.camera_id),
            metadata=shop.admin,
            timeout=PATIENCE_S,
        )
        assert (await watching.read()).jpeg.startswith(b"\xff\xd8\xff")
        watching.cancel()
        await tell("STOP")
        await first.until("stopped")
        await tell("START")
        await first.until("online")
        await tell("RESTART")
        await tell("RECONFIGURE")

        await second.process.start()
        await second.until("held_elsewhere")
        given = await tell("ASSIGN", str(second.process.status()["worker_id"]))
        assert given.worker_id == second.process.status()["worker_id"]
        await second.until("online")
        await first.until("held_elsewhere")
        assert await second.process.terminate() == 0, second.process.log()[-2000:]
        assert await first.process.terminate() == 0, first.process.log()[-2000:]
