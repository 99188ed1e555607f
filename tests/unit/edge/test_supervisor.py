"""The cameras that run are the cameras that are wanted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraHealth, CameraSpec, CameraState, DesiredCameras
from footfall_edge.camera_source import SourceError
from footfall_edge.desired_cache import CachedCameras, DesiredCache
from footfall_edge.leases import Lease, LeaseBook
from footfall_edge.supervisor import CameraSupervisor

OTHER = "0199aaaa-0000-7000-8000-0000000000ff"


def lease(camera: str, token: int, *, ttl_s: float = 60.0, holder: str = "") -> Lease:
    return Lease(
        camera_id=camera,
        token=token,
        time_to_live_s=ttl_s,
        holder_worker_id=holder,
        holder_name="Till 2" if holder else "",
    )


def spec(camera: str, url: str = "usb:0") -> CameraSpec:
    return CameraSpec(camera_id=camera, source_url=url, display_name=f"Camera {camera}")


def desired(revision: int, *cameras: CameraSpec, leases: tuple[Lease, ...] = ()) -> DesiredCameras:
    return DesiredCameras(revision=revision, cameras=cameras, leases=leases)


class FakePipeline:
    """Runs until it is stopped, or breaks down when it is told to."""

    def __init__(self, spec: CameraSpec, lease_token: int, *, breaks: bool) -> None:
        self.spec = spec
        self.lease_token = lease_token
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
        self.steady = 1000.0
        self.leases = LeaseBook(steady=lambda: self.steady)
        self.supervisor = CameraSupervisor(
            make_pipeline=self.make,
            cache=self.cache,
            leases=self.leases,
            make_backoff=lambda: Backoff(first=0.001, limit=0.002),
        )

    def make(self, spec: CameraSpec, lease_token: int) -> FakePipeline:
        if spec.source_url == "nonsense":
            raise SourceError("a camera's source must be rtsp://, rtsps://, usb:N or file:PATH")
        pipeline = FakePipeline(spec, lease_token, breaks=len(self.made) < self.breakdowns)
        self.made.append(pipeline)
        return pipeline

    @property
    def alive(self) -> dict[str, str]:
        return {
            one.spec.camera_id: one.spec.source_url for one in self.made if not one.ended and not one.breaks
        }

    @property
    def tokens(self) -> dict[str, int]:
        """Under which lease each camera is read now."""
        return {one.spec.camera_id: one.lease_token for one in self.made if not one.stopped.is_set()}

    def state(self, camera_id: str) -> CameraState:
        return next(one.state for one in self.supervisor.health() if one.camera_id == camera_id)

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


async def test_a_camera_is_read_only_under_a_lease(shop: Shop) -> None:
    held_elsewhere = lease("b", 0, holder=OTHER)
    shop.leases.link_up(asked_at=shop.steady)
    shop.supervisor.desire(
        desired(1, spec("a"), spec("b"), spec("c"), leases=(lease("a", 7), held_elsewhere, lease("c", 0))),
        authoritative=True,
    )
    await shop.settle({"a": "usb:0"})
    assert shop.tokens == {"a": 7}
    [b] = [one for one in shop.supervisor.health() if one.camera_id == "b"]
    assert (b.state, b.holder_worker_id) == (CameraState.HELD_ELSEWHERE, OTHER)
    assert "Till 2" in b.detail
    assert shop.state("c") is CameraState.CONNECTING


async def test_a_camera_that_is_lost_is_let_go_at_once(shop: Shop) -> None:
    shop.leases.link_up(asked_at=shop.steady)
    shop.supervisor.desire(desired(1, spec("a"), leases=(lease("a", 7),)), authoritative=True)
    await shop.settle({"a": "usb:0"})
    shop.leases.update([lease("a", 0, holder=OTHER)])
    assert shop.made[0].stopped.is_set(), "before anything else has its turn"
    await shop.settle({})
    assert shop.state("a") is CameraState.HELD_ELSEWHERE


async def test_another_token_is_another_pipeline_and_a_renewal_is_none(shop: Shop) -> None:
    shop.leases.link_up(asked_at=shop.steady)
    shop.supervisor.desire(desired(1, spec("a"), leases=(lease("a", 7),)), authoritative=True)
    await shop.settle({"a": "usb:0"})
    shop.steady += 30
    shop.leases.update([lease("a", 7)])
    shop.supervisor.desire(desired(2, spec("a"), leases=(lease("a", 7),)), authoritative=False)
    await asyncio.sleep(0)
    assert len(shop.made) == 1
    shop.leases.update([lease("a", 9)])
    async with asyncio.timeout(5):
        while shop.tokens != {"a": 9}:  # noqa: ASYNC110 (the supervisor tells nobody)
            await asyncio.sleep(0)
    assert shop.made[0].ended, "what was captured under the old lease is told before the new one counts"


async def test_stopped_by_a_command_survives_a_restart_and_keeps_the_lease(
    shop: Shop, tmp_path: Path
) -> None:
    shop.leases.link_up(asked_at=shop.steady)
    shop.supervisor.desire(
        desired(1, spec("a"), spec("b"), leases=(lease("a", 7), lease("b", 3))), authoritative=True
    )
    await shop.settle({"a": "usb:0", "b": "usb:0"})
    await shop.supervisor.stop_camera("a")
    assert shop.alive == {"b": "usb:0"}, "it is closed when the command is done"
    assert shop.state("a") is CameraState.STOPPED
    assert {one.camera_id for one in shop.leases.held()} == {"a", "b"}, "nobody else is to read it either"

    again = Shop(tmp_path)
    task = asyncio.create_task(again.supervisor.run())
    await again.settle({"b": "usb:0"})
    assert again.tokens == {"b": 3}, "without the core, the lease of before the restart holds"
    assert again.state("a") is CameraState.STOPPED
    await again.supervisor.start_camera("a")
    await again.settle({"a": "usb:0", "b": "usb:0"})
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_camera_that_somebody_else_held_is_not_read_without_the_core(
    shop: Shop, tmp_path: Path
) -> None:
    shop.supervisor.desire(
        desired(1, spec("a"), spec("b"), leases=(lease("a", 0, holder=OTHER), lease("b", 3))),
        authoritative=True,
    )
    await shop.settle({"b": "usb:0"})
    again = Shop(tmp_path)
    task = asyncio.create_task(again.supervisor.run())
    await again.settle({"b": "usb:0"})
    assert again.state("a") is CameraState.HELD_ELSEWHERE
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_restart_opens_one_camera_anew(shop: Shop) -> None:
    shop.supervisor.desire(desired(1, spec("a"), spec("b")), authoritative=True)
    await shop.settle({"a": "usb:0", "b": "usb:0"})
    await shop.supervisor.restart_camera("a")
    await shop.settle({"a": "usb:0", "b": "usb:0"})
    assert [one.spec.camera_id for one in shop.made] == ["a", "b", "a"]


async def test_a_camera_that_comes_back_while_it_is_closed_is_never_read_twice(shop: Shop) -> None:
    shop.supervisor.desire(desired(1, spec("a")), authoritative=True)
    await shop.settle({"a": "usb:0"})
    shop.supervisor.desire(desired(2), authoritative=False)
    shop.supervisor.desire(desired(3, spec("a", "usb:1")), authoritative=False)
    await shop.settle({"a": "usb:1"})
    assert shop.made[0].ended


async def test_a_lease_that_comes_when_the_worker_stops_opens_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    task = asyncio.create_task(shop.supervisor.run())
    shop.supervisor.desire(desired(1, spec("a"), leases=(lease("a", 0),)), authoritative=True)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    shop.leases.update([lease("a", 7)])
    await asyncio.sleep(0)
    assert not shop.made


def test_the_cache_gives_back_what_it_was_given(tmp_path: Path) -> None:
    cached = CachedCameras(
        desired=desired(
            4, spec("a"), spec("b"), spec("c"), leases=(lease("a", 7), lease("b", 0, holder=OTHER))
        ),
        stopped=frozenset({"a"}),
    )
    DesiredCache(tmp_path / "cache.json").save(cached)
    read = DesiredCache(tmp_path / "cache.json").load()
    assert read is not None
    assert (read.desired.cameras, read.stopped) == (cached.desired.cameras, cached.stopped)
    assert [(one.token, one.holder_worker_id) for one in read.desired.leases] == [(7, ""), (0, OTHER)]


def test_a_cache_of_before_there_were_leases_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cache.json"
    path.write_text(
        '{"revision": 3, "cameras": [{"camera_id": "a", "source_url": "usb:0", "display_name": "A"}]}'
    )
    read = DesiredCache(path).load()
    assert read is not None
    assert read.desired.leases == ()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"revision": 1}', '{"revision": 1, "cameras": [{}]}'])
def test_a_damaged_cache_is_no_cache(tmp_path: Path, text: str) -> None:
    path = tmp_path / "desired_cameras.json"
    path.write_text(text)
    assert DesiredCache(path).load() is None


def test_no_cache_is_no_cameras(tmp_path: Path) -> None:
    assert DesiredCache(tmp_path / "desired_cameras.json").load() is None
