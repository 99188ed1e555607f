"""What commands do with cameras, and what they refuse."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes.edge_samples import NOON
from footfall_edge.camera_health import CameraHealth, CameraSpec, CameraState, DesiredCameras
from footfall_edge.camera_settings import CameraSettings, ImagePolicy
from footfall_edge.commands.camera_commands import CameraCommands
from footfall_edge.commands.command import CommandFailedError
from footfall_edge.desired_cache import DesiredCache
from footfall_edge.frame import Frame
from footfall_edge.leases import Lease, LeaseBook
from footfall_edge.supervisor import CameraSupervisor
from footfall_edge.views import View, ViewBoard

DOOR = "door"


class QuietPipeline:
    """Runs until it is stopped."""

    def __init__(self) -> None:
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        await self.stopped.wait()

    def stop(self) -> None:
        self.stopped.set()

    def health(self) -> CameraHealth:
        return CameraHealth(
            camera_id=DOOR,
            display_name="Door",
            state=CameraState.ONLINE,
            last_frame_time=None,
            detail="",
            frames_per_second=5.0,
        )


class World:
    def __init__(self, path: Path) -> None:
        self.made: list[QuietPipeline] = []
        self.now = 1000.0
        self.leases = LeaseBook(steady=lambda: self.now)
        self.views = ViewBoard()
        self.cameras = CameraSupervisor(
            make_pipeline=self._make, cache=DesiredCache(path / "desired.json"), leases=self.leases
        )
        self.commands = CameraCommands(
            cameras=self.cameras,
            views=self.views,
            leases=self.leases,
            release=lambda camera_id: self.leases.give_back(camera_id) is not None,
            steady=lambda: self.now,
            handover_s=0.05,
        )
        self.spec = CameraSpec(camera_id=DOOR, source_url="usb:0", display_name="Door")

    def _make(self, spec: CameraSpec, lease_token: int) -> QuietPipeline:
        assert (spec.camera_id, lease_token) in {(DOOR, 0), (DOOR, 7)}
        self.made.append(QuietPipeline())
        return self.made[-1]

    def want(self, *leases: Lease) -> None:
        self.cameras.desire(
            DesiredCameras(revision=1, cameras=(self.spec,), leases=leases), authoritative=True
        )

    async def until_read(self, times: int) -> None:
        async with asyncio.timeout(5):
            while len(self.made) < times:  # noqa: ASYNC110 (the supervisor tells nobody)
                await asyncio.sleep(0)

    def show(self, age_s: float = 0.1) -> None:
        image = np.full((90, 160, 3), 128, dtype=np.uint8)
        self.views.show(DOOR, View(Frame(image=image, at=self.now - age_s, captured_at=NOON)))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    task = asyncio.create_task(world.cameras.run())
    yield world
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_stop_and_start(world: World) -> None:
    world.want()
    await world.until_read(1)
    await world.commands.stop(DOOR)
    assert world.made[0].stopped.is_set()
    await world.commands.stop(DOOR)
    with pytest.raises(CommandFailedError, match="stopped"):
        await world.commands.restart(DOOR)
    with pytest.raises(CommandFailedError, match="stopped"):
        await world.commands.snapshot(DOOR)
    await world.commands.reconfigure(DOOR)
    assert len(world.made) == 1, "a stopped camera stays closed"
    await world.commands.start(DOOR)
    await world.until_read(2)
    await world.commands.start(DOOR)
    assert len(world.made) == 2, "to start what is read does nothing"


async def test_restart_and_reconfigure_open_it_anew(world: World) -> None:
    world.want()
    await world.until_read(1)
    await world.commands.restart(DOOR)
    await world.until_read(2)
    await world.commands.reconfigure(DOOR)
    await world.until_read(3)
    assert [one.stopped.is_set() for one in world.made] == [True, True, False]


async def test_a_snapshot_is_the_newest_frame(world: World) -> None:
    world.want()
    with pytest.raises(CommandFailedError, match="no frame yet"):
        await world.commands.snapshot(DOOR)
    world.show()
    done = await world.commands.snapshot(DOOR)
    assert done.jpeg.startswith(b"\xff\xd8\xff")
    assert done.captured == NOON
    world.show(age_s=31.0)
    with pytest.raises(CommandFailedError, match="for 31 s"):
        await world.commands.snapshot(DOOR)


async def test_no_picture_leaves_a_shop_that_keeps_all_of_them(world: World) -> None:
    world.spec = replace(world.spec, settings=CameraSettings(images=ImagePolicy.NONE))
    world.want()
    world.show()
    with pytest.raises(CommandFailedError, match="no picture"):
        await world.commands.snapshot(DOOR)


async def test_a_camera_that_is_not_this_workers_is_left_alone(world: World) -> None:
    theirs = Lease(camera_id=DOOR, token=0, holder_worker_id="w", holder_name="Till 2")
    world.want(theirs)
    for handler in world.commands.handlers().values():
        with pytest.raises(CommandFailedError, match="Till 2"):
            await handler(DOOR)
        with pytest.raises(CommandFailedError, match="no such camera"):
            await handler("another")


async def test_assign_says_whether_the_lease_came_and_release_gives_it_back(world: World) -> None:
    world.leases.link_up(asked_at=world.now)
    world.want(Lease(camera_id=DOOR, token=0))
    with pytest.raises(CommandFailedError, match="not given"):
        await world.commands.assign(DOOR)
    with pytest.raises(CommandFailedError, match="no lease"):
        await world.commands.release(DOOR)
    world.leases.update([Lease(camera_id=DOOR, token=7, time_to_live_s=60)])
    await world.until_read(1)
    await world.commands.assign(DOOR)
    world.leases.update([Lease(camera_id=DOOR, token=0, holder_worker_id="w", holder_name="Till 2")])
    world.commands._handover_s = 60.0
    waiting = asyncio.create_task(world.commands.assign(DOOR))
    await asyncio.sleep(0)
    world.leases.update([Lease(camera_id=DOOR, token=0)])
    await asyncio.sleep(0)
    assert not waiting.done(), "the other one has let go, and nobody has it yet"
    world.leases.update([Lease(camera_id=DOOR, token=7, time_to_live_s=60)])
    await waiting
    await world.until_read(2)
    await world.commands.release(DOOR)
    assert world.made[1].stopped.is_set()
