"""run_edge put together: a film as camera, eyes that are told what to see, a core on loopback."""

import asyncio
import json
import socket
import sqlite3
from pathlib import Path

import aiohttp
import cv2
import numpy as np
import pytest
from fakes.edge_samples import CAMERA_ID, MODEL_ID
from fakes.fake_core import API_KEY, FakeCore
from fakes.seeing import OneFaceVision
from footfall_edge.app import run_edge
from footfall_edge.capture.opencv import configure_opencv
from footfall_edge.settings import EdgeSettings
from footfall_edge.spool_file import SpoolError
from footfall_edge.spooling.errors import SpoolDamagedError
from pydantic import SecretStr


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Four seconds of noise."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (160, 120))
    random = np.random.default_rng(1)
    for _ in range(80):
        writer.write(random.integers(0, 255, (120, 160, 3), dtype=np.uint8))
    writer.release()
    return path


def settings_for(url: str, data_dir: Path, http_port: int = 0) -> EdgeSettings:
    return EdgeSettings(
        gateway_url=url,
        api_key=SecretStr(API_KEY),
        data_dir=data_dir,
        name="Till 1",
        threads=1,
        http_port=http_port,
    )


async def test_a_film_becomes_events_and_portraits(core: FakeCore, film: Path, tmp_path: Path) -> None:
    configure_opencv()
    core.cameras = ((CAMERA_ID, f"file:{film}"),)
    stop = asyncio.Event()
    working = asyncio.create_task(run_edge(settings_for(core.url, tmp_path / "data"), OneFaceVision(), stop))
    try:
        await core.until(lambda: len(core.images) == 2, "the early and the final portrait arrive", 60)
        assert [event.final for event in core.committed.values()] == [False, True]
        assert not core.violations
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await working
    assert (tmp_path / "data" / "status.json").exists()


async def test_a_worker_tells_on_its_own_machine_how_it_does(
    core: FakeCore, film: Path, tmp_path: Path
) -> None:
    configure_opencv()
    core.cameras = ((CAMERA_ID, f"file:{film}"),)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stop = asyncio.Event()
    working = asyncio.create_task(
        run_edge(settings_for(core.url, tmp_path / "data", port), OneFaceVision(), stop)
    )
    try:
        await core.until(lambda: len(core.committed) == 2, "the early and the final event arrive", 60)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            async with client.get("/healthz") as answer:
                assert (answer.status, await answer.text()) == (200, "ok\n")
            async with client.get("/status") as answer:
                told = await answer.text()
                status = json.loads(told)
            async with client.get("/metrics") as answer:
                metrics = await answer.text()
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await working
    assert (status["state"], status["http"]) == ("online", f"127.0.0.1:{port}")
    assert status["cameras"][0]["camera_id"] == CAMERA_ID
    assert status["model_id"] == MODEL_ID
    assert API_KEY not in told
    assert "footfall_edge_spooled_events_total 2.0" in metrics
    assert 'footfall_edge_analysis_cpu_seconds_bucket{le="+Inf"}' in metrics
    assert "footfall_edge_analysis_cpu_seconds_count 0.0" not in metrics, "frames were looked at"
    assert status.keys() >= json.loads((tmp_path / "data" / "status.json").read_text()).keys()


async def test_a_stop_while_the_core_is_away_is_quick(film: Path, tmp_path: Path) -> None:
    stop = asyncio.Event()
    nobody = settings_for("http://127.0.0.1:9", tmp_path / "data")
    working = asyncio.create_task(run_edge(nobody, OneFaceVision(), stop))
    assert film.exists()  # noqa: ASYNC240 (a test may block)
    status = tmp_path / "data" / "status.json"
    async with asyncio.timeout(20):
        while not (status.exists() and '"offline"' in status.read_text()):  # noqa: ASYNC110 (a file tells nobody)
            await asyncio.sleep(0.02)
    stop.set()
    async with asyncio.timeout(5):
        await working


async def test_a_data_folder_that_cannot_be_used_ends_the_worker(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder belongs")
    with pytest.raises(SpoolError, match="cannot be opened"):
        await run_edge(
            settings_for("http://127.0.0.1:9", tmp_path / "data"), OneFaceVision(), asyncio.Event()
        )


async def test_the_service_manager_hears_of_a_workers_life(
    core: FakeCore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        working = asyncio.create_task(
            run_edge(settings_for(core.url, tmp_path / "data"), OneFaceVision(), stop)
        )
        heard = set()
        async with asyncio.timeout(30):
            while heard != {b"READY=1", b"WATCHDOG=1"}:
                heard.add(await loop.sock_recv(systemd, 100))
            stop.set()
            while b"STOPPING=1" not in heard:
                heard.add(await loop.sock_recv(systemd, 100))
            await working


async def test_a_spool_that_turns_out_damaged_ends_the_worker_and_the_next_start_goes_on(
    core: FakeCore, film: Path, tmp_path: Path
) -> None:
    core.cameras = ((CAMERA_ID, f"file:{film}"),)
    core.acks = False
    settings = settings_for(core.url, tmp_path / "data")
    working = asyncio.create_task(run_edge(settings, OneFaceVision(), asyncio.Event()))
    await core.until(lambda: core.received, "the worker is at work", 60)
    _damage(tmp_path / "data" / "spool.sqlite")
    with pytest.raises(SpoolDamagedError, match="damaged"):
        async with asyncio.timeout(30):
            await working
    core.acks = True
    stop = asyncio.Event()
    working = asyncio.create_task(run_edge(settings, OneFaceVision(), stop))
    try:
        await core.until(lambda: len(core.hellos) > 1 and core.acked, "the next start records again", 60)
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await working
    assert len(list((tmp_path / "data").glob("spool.sqlite.damaged-*Z"))) == 1
    assert core.hellos[-1].spool_id != core.hellos[0].spool_id
    assert core.hellos[-1].worker_id == core.hellos[0].worker_id


def _damage(path: Path) -> None:
    """Make the schema unreadable, as a torn page would."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE torn' WHERE name = 'event'")
        database.execute("PRAGMA schema_version = 999")
    database.close()
