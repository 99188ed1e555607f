"""Commands from a core to a whole worker that shows a test picture."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import grpc
import numpy as np
import pytest
from fakes.edge_samples import CAMERA_ID
from fakes.fake_core import API_KEY, FakeCore
from fakes.fake_leases import FakeLeases
from fakes.seeing import OneFaceVision
from footfall.v1 import camera_command_pb2, camera_settings_pb2, ingest_service_pb2
from footfall_edge.app import run_edge
from footfall_edge.capture.opencv import configure_opencv
from footfall_edge.settings import EdgeSettings
from pydantic import SecretStr

SUCCEEDED = camera_command_pb2.COMMAND_STATE_SUCCEEDED
FAILED = camera_command_pb2.COMMAND_STATE_FAILED


@contextlib.asynccontextmanager
async def worker(core: FakeCore, data_dir: Path) -> AsyncIterator[None]:
    """A whole worker that sees nobody."""
    configure_opencv()
    vision = OneFaceVision()
    vision.is_there = False
    settings = EdgeSettings(
        gateway_url=core.url,
        api_key=SecretStr(API_KEY),
        data_dir=data_dir,
        name="Till 1",
        threads=1,
        http_port=0,
    )
    stop = asyncio.Event()
    working = asyncio.create_task(run_edge(settings, vision, stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(15):
            await working


def state(core: FakeCore) -> "ingest_service_pb2.CameraState.ValueType | None":
    cameras = core.heartbeats[-1].cameras if core.heartbeats else []
    return cameras[0].state if cameras else None


@pytest.fixture
def showing(core: FakeCore) -> FakeCore:
    core.cameras = ((CAMERA_ID, "synthetic:160x120@20"),)
    core.heartbeat_s = 0.1
    return core


async def until_online(core: FakeCore) -> None:
    await core.until(lambda: state(core) == ingest_service_pb2.CAMERA_STATE_ONLINE, "the camera is read", 60)


async def test_a_worker_does_what_it_is_told(showing: FakeCore, tmp_path: Path) -> None:
    core = showing
    async with worker(core, tmp_path):
        await until_online(core)
        assert {"commands", "leases"} <= set(core.hellos[0].capabilities)
        snapshot = await core.answer(await core.command(camera_command_pb2.COMMAND_KIND_SNAPSHOT, CAMERA_ID))
        assert snapshot.state == SUCCEEDED, snapshot.detail
        picture = cv2.imdecode(np.frombuffer(snapshot.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (120, 160, 3)
        assert snapshot.capture_time.ToSeconds() > 0

        stop = await core.command(camera_command_pb2.COMMAND_KIND_STOP, CAMERA_ID)
        assert (await core.answer(stop)).state == SUCCEEDED
        await core.until(lambda: state(core) == ingest_service_pb2.CAMERA_STATE_STOPPED, "it says so")
        late = await core.answer(
            await core.command(camera_command_pb2.COMMAND_KIND_START, CAMERA_ID, expires_in_s=-1)
        )
        assert late.state == camera_command_pb2.COMMAND_STATE_EXPIRED
        unknown = await core.answer(await core.command(99, CAMERA_ID))  # type: ignore[arg-type]
        assert unknown.state == FAILED

    core.command_results.clear()
    async with worker(core, tmp_path):
        await core.until(
            lambda: len(core.hellos) == 2 and state(core) == ingest_service_pb2.CAMERA_STATE_STOPPED,
            "it is stopped still",
            60,
        )
        again = await core.command(camera_command_pb2.COMMAND_KIND_STOP, CAMERA_ID, command_id=stop)
        assert (await core.answer(again)).state == SUCCEEDED
        start = await core.command(camera_command_pb2.COMMAND_KIND_START, CAMERA_ID)
        assert (await core.answer(start)).state == SUCCEEDED
        await until_online(core)
    assert not core.violations


async def test_a_command_that_was_told_when_the_link_broke_is_answered_on_the_next(
    showing: FakeCore, tmp_path: Path
) -> None:
    core = showing
    async with worker(core, tmp_path):
        await until_online(core)
        restart = await core.command(camera_command_pb2.COMMAND_KIND_RESTART, CAMERA_ID)
        await core.answer(restart)
        core.end_link(grpc.StatusCode.UNAVAILABLE, "DRAINING")
        await core.until(lambda: len(core.hellos) == 2, "the link is up again", 60)
        core.command_results.clear()
        await core.command(camera_command_pb2.COMMAND_KIND_RESTART, CAMERA_ID, command_id=restart)
        assert (await core.answer(restart)).state == SUCCEEDED


async def test_a_shop_that_keeps_its_pictures_gives_no_snapshot(showing: FakeCore, tmp_path: Path) -> None:
    core = showing
    core.settings = camera_settings_pb2.CameraSettings(image_policy=camera_settings_pb2.IMAGE_POLICY_NONE)
    async with worker(core, tmp_path):
        await until_online(core)
        snapshot = await core.answer(await core.command(camera_command_pb2.COMMAND_KIND_SNAPSHOT, CAMERA_ID))
        assert snapshot.state == FAILED
        assert not snapshot.jpeg


async def test_a_worker_that_stops_gives_its_cameras_back(showing: FakeCore, tmp_path: Path) -> None:
    core = showing
    core.leases = FakeLeases()
    async with worker(core, tmp_path):
        await until_online(core)
    assert [(one.camera_id, one.lease_token) for one in core.releases] == [(CAMERA_ID, 1)]


async def test_who_watches_sees_the_picture_move_until_the_last_one_goes(
    showing: FakeCore, tmp_path: Path
) -> None:
    core = showing
    async with worker(core, tmp_path):
        await until_online(core)
        assert "previews" in core.hellos[0].capabilities
        assert not core.previews
        await core.watch((CAMERA_ID, 80, 10.0))
        await core.until(lambda: len(core.previews) >= 3, "pictures come")
        times = [one.capture_time.ToNanoseconds() for one in core.previews]
        assert times == sorted(set(times)), "each newer than the one before"
        picture = cv2.imdecode(np.frombuffer(core.previews[0].jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (60, 80, 3)
        await core.watch()
        beats = len(core.heartbeats)
        await core.until(lambda: len(core.heartbeats) >= beats + 3, "it has been heard")
        seen = len(core.previews)
        await core.until(lambda: len(core.heartbeats) >= beats + 8, "time passes")
        assert len(core.previews) == seen
    assert not core.violations
