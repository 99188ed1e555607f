"""A core that is away ends no lease: the camera is read on, and what is seen is told under its token."""

import asyncio
import contextlib
import copy
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fakes.edge_samples import CAMERA_ID
from fakes.fake_core import API_KEY, FakeCore
from fakes.fake_leases import FakeLeases
from fakes.seeing import OneFaceVision
from footfall.v1 import ingest_service_pb2
from footfall_edge.app import run_edge
from footfall_edge.capture.opencv import configure_opencv
from footfall_edge.settings import EdgeSettings
from pydantic import SecretStr

FILM_S = 5
TTL_S = 2.0


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Five seconds of noise, in which the worker sees somebody."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (160, 120))
    random = np.random.default_rng(1)
    for _ in range(20 * FILM_S):
        writer.write(random.integers(0, 255, (120, 160, 3), dtype=np.uint8))
    writer.release()
    return path


@contextlib.asynccontextmanager
async def worker(url: str, data_dir: Path) -> AsyncIterator[None]:
    configure_opencv()
    settings = EdgeSettings(
        gateway_url=url,
        api_key=SecretStr(API_KEY),
        data_dir=data_dir,
        name="Till 1",
        threads=1,
        http_port=0,
    )
    stop = asyncio.Event()
    working = asyncio.create_task(run_edge(settings, OneFaceVision(), stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(15):
            await working


def is_read(core: FakeCore) -> bool:
    return any(
        camera.state == ingest_service_pb2.CAMERA_STATE_ONLINE
        for beat in core.heartbeats
        for camera in beat.cameras
    )


async def until_told(data_dir: Path, wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the worker's status file says so."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(FileNotFoundError, IndexError):
                status = json.loads((data_dir / "status.json").read_text())
                if wanted(status):
                    return
            await asyncio.sleep(0.1)


async def test_an_outage_that_is_longer_than_the_lease_costs_no_frame(
    core: FakeCore, film: Path, tmp_path: Path
) -> None:
    core.cameras = ((CAMERA_ID, f"file:{film}"),)
    core.leases = FakeLeases(time_to_live_s=TTL_S)
    core.heartbeat_s = 0.1
    async with worker(core.url, tmp_path / "data"):
        await core.until(lambda: is_read(core), "the camera is read", 60)
        port = core.port
        await core.stop()
        await until_told(tmp_path / "data", lambda status: status["cameras"][0]["state"] == "ended")
        await core.start(port)
        await core.until(lambda: any(one.final for one in core.committed.values()), "the track is told", 60)
    [final] = [one for one in core.committed.values() if one.final]
    assert final.lease_token == 1
    seen_s = final.last_seen_time.ToMilliseconds() - final.first_seen_time.ToMilliseconds()
    assert seen_s > 1000 * (FILM_S - 1), "the lease's end by the clock ended nothing"
    assert not core.violations


async def test_a_worker_that_starts_without_the_core_reads_under_the_lease_that_it_had(
    core: FakeCore, film: Path, tmp_path: Path
) -> None:
    core.cameras = ((CAMERA_ID, f"file:{film}"),)
    core.leases = FakeLeases()
    core.heartbeat_s = 0.1
    cache = tmp_path / "data" / "desired_cameras.json"
    async with worker(core.url, tmp_path / "data"):
        await core.until(lambda: is_read(core), "the camera is read", 60)
        # As a power cut leaves it: a worker that stops well gives the lease back.
        kept, leases = cache.read_text(), copy.deepcopy(core.leases)
    cache.write_text(kept)
    core.leases = leases
    core.committed.clear()
    port = core.port
    await core.stop()
    async with worker(core.url, tmp_path / "data"):
        await until_told(tmp_path / "data", lambda status: status["spool"]["events"] > 0)
        await core.start(port)
        await core.until(lambda: len(core.committed) >= 2, "what was seen is told", 60)
    assert {one.lease_token for one in core.committed.values()} == {1}
