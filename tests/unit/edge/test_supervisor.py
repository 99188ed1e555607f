"""The cameras that run are the cameras that are wanted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraHealth, CameraSpec, CameraState, DesiredCameras
from footfall_edge.camera_source import SourceError
from footfall_edge.desired_cache import DesiredCache
from footfall_edge.supervisor import CameraSupervisor


def spec(camera: str, url: str = "usb:0") -> CameraSpec:
    return CameraSpec(camera_id=camera, source_url=url, display_name=f"Camera {camera}")


def desired(revision: int, *cameras: CameraSpec) -> DesiredCameras:
    return DesiredCameras(revision=revision, cameras=cameras)


class FakePipeline:
    """Runs until it is stopped, or breaks down when it is told to."""

    def __init__(self, spec: CameraSpec, *, breaks: bool) -> None:
        self.spec = spec
        self.breaks = breaks
        self.stopped = asyncio.Event()
        self.running = asyncio.Event()
        self.ended = False

    async def run(self) -> None:
        self.running.set()
        if self.breaks:
            raise RuntimeError("planted")
        await self.stopped.wait()
        self.ended = True

    def stop(self) -> None:
        self.stopped.set()

    def health(self) -> CameraHealth:
        return CameraHealth(
            camera_id=self.spec.camera_id,
            display_name=self.spec.display_name,
            state=CameraState.ONLINE,
            last_frame_time=None,
            detail="",
            frames_per_second=10.0,
        )


class Shop:
    def __init__(self, path: Path) -> None:
        self.made: list[FakePipeline] = []
        self.breakdowns = 0
        self.grew = asyncio.Condition()
        self.cache = DesiredCache(path / "desired_cameras.json")
        self.supervisor = CameraSupervisor(
            make_pipeline=self.make, cache=self.cache, make_backoff=lambda: Backoff(first=0.001, limit=0.002)
        )

    def make(self, spec: CameraSpec) -> FakePipeline:
        if spec.source_url == "nonsense":
            raise SourceError("a camera's source must be rtsp://, rtsps://, usb:N or file:PATH")
        pipeline = FakePipeline(spec, breaks=len(self.made) < self.breakdowns)
        self.made.append(pipeline)
        return pipeline

    @property
    def alive(self) -> dict[str, str]:
        return {
            one.spec.camera_id: one.spec.source_url for one in self.made if not one.ended and not one.breaks
        }

    async def settle(self, cameras: dict[str, str]) -> None:
        async with asyncio.timeout(5):
            while self.alive != cameras:  # noqa: ASYNC110 (the supervisor tells nobody)
                await asyncio.sleep(0.001)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path)
    task = asyncio.create_task(shop.supervisor.run())
    yield shop
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert not shop.alive, "no camera may outlive its supervisor"


async def test_cameras_come_change_and_go(shop: Shop) -> None:
    shop.supervisor.desire(desired(1, spec("a"), spec("b")), authoritative=True)
    await shop.settle({"a": "usb:0", "b": "usb:0"})
    kept = next(one for one in shop.made if one.spec.camera_id == "a")
    shop.supervisor.desire(desired(2, spec("a"), spec("b", "usb:7"), spec("c")), authoritative=False)
    await shop.settle({"a": "usb:0", "b": "usb:7", "c": "usb:0"})
    assert not kept.ended, "a camera that did not change must not be disturbed"
    shop.supervisor.desire(desired(3), authoritative=False)
    await shop.settle({})


async def test_an_older_set_is_ignored_unless_it_is_the_cores_present_truth(shop: Shop) -> None:
    shop.supervisor.desire(desired(5, spec("a")), authoritative=True)
    await shop.settle({"a": "usb:0"})
    shop.supervisor.desire(desired(4, spec("b")), authoritative=False)
    shop.supervisor.desire(desired(6, spec("a"), spec("c")), authoritative=False)
    await shop.settle({"a": "usb:0", "c": "usb:0"})
    shop.supervisor.desire(desired(1, spec("b")), authoritative=True)
    await shop.settle({"b": "usb:0"})


async def test_a_camera_that_breaks_down_is_started_again_and_leaves_the_others_alone(shop: Shop) -> None:
    shop.breakdowns = 3
    shop.supervisor.desire(desired(1, spec("a")), authoritative=True)
    await shop.settle({"a": "usb:0"})
    assert len(shop.made) == 4
    assert [one.state for one in shop.supervisor.health()] == [CameraState.ONLINE]


async def test_an_address_that_cannot_be_read_is_told(shop: Shop) -> None:
    shop.supervisor.desire(desired(1, spec("a", "nonsense"), spec("b")), authoritative=True)
    await shop.settle({"b": "usb:0"})
    health = {one.camera_id: one for one in shop.supervisor.health()}
    assert health["a"].state is CameraState.FAILED
    assert "rtsp://" in health["a"].detail
    shop.supervisor.desire(desired(2, spec("a", "usb:1"), spec("b")), authoritative=False)
    await shop.settle({"a": "usb:1", "b": "usb:0"})


async def test_the_wanted_set_survives_a_restart(shop: Shop, tmp_path: Path) -> None:
    shop.supervisor.desire(desired(9, spec("a", "rtsp://u:secret@cam/x")), authoritative=True)
    await shop.settle({"a": "rtsp://u:secret@cam/x"})
    again = Shop(tmp_path)
    task = asyncio.create_task(again.supervisor.run())
    await again.settle({"a": "rtsp://u:secret@cam/x"})
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    file = tmp_path / "desired_cameras.json"
    assert file.stat().st_mode & 0o077 == 0, "the cache holds cameras' passwords"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"revision": 1}', '{"revision": 1, "cameras": [{}]}'])
def test_a_damaged_cache_is_no_cache(tmp_path: Path, text: str) -> None:
    path = tmp_path / "desired_cameras.json"
    path.write_text(text)
    assert DesiredCache(path).load() is None


def test_no_cache_is_no_cameras(tmp_path: Path) -> None:
    assert DesiredCache(tmp_path / "desired_cameras.json").load() is None
