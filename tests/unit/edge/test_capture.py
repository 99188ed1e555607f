"""A camera is read for as long as it is wanted, however it fails."""

import asyncio
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from fakes.edge_samples import NOON
from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraState
from footfall_edge.camera_source import CameraSource, FileSource, RtspSource, UsbSource
from footfall_edge.capture import CameraReader, open_video
from footfall_edge.frame import Frame
from footfall_edge.frame_slot import FrameSlot

RTSP = RtspSource("rtsp://u:hunter2@cam.example/live")


class FakeVideo:
    def __init__(self, frames: int, *, fps: float = 200.0) -> None:
        self.left = frames
        self.fps = fps
        self.released = False

    def grab(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.full((4, 4, 3), self.left % 256, dtype=np.uint8)

    def get(self, prop: int, /) -> float:
        return self.fps if prop == cv2.CAP_PROP_FPS else 0.0

    def release(self) -> None:
        self.released = True


def opener(*videos: FakeVideo | None) -> Callable[[CameraSource], FakeVideo | None]:
    waiting = list(videos)
    return lambda _source: waiting.pop(0) if waiting else None


def read(source: CameraSource, open_source: Callable[[CameraSource], Any]) -> tuple[CameraReader, FrameSlot]:
    slot = FrameSlot(frames_per_second=1000)
    reader = CameraReader(
        camera_id="door",
        source=source,
        slot=slot,
        open_source=open_source,
        backoff=Backoff(first=0.001, limit=0.002),
    )
    reader.start()
    return reader, slot


async def take_all(slot: FrameSlot) -> list[Frame]:
    frames = []
    while (frame := await slot.take()) is not None:
        frames.append(frame)
    return frames


async def test_a_file_is_played_once_and_says_that_it_ended() -> None:
    video = FakeVideo(20)
    reader, slot = read(FileSource("door.mp4"), opener(video))
    frames = await take_all(slot)
    assert await asyncio.to_thread(reader.join, 5)
    assert reader.status.state is CameraState.ENDED
    assert frames
    assert video.released
    steps = np.diff([frame.at for frame in frames])
    assert (steps > 0).all()
    assert steps == pytest.approx(np.round(steps * 200) / 200), "a file's frames keep the file's own times"


async def test_a_stream_that_breaks_is_opened_again_for_ever() -> None:
    videos = [FakeVideo(5), None, FakeVideo(0), FakeVideo(10**9)]
    reader, slot = read(RTSP, opener(*videos))
    for _ in range(30):
        assert await slot.take() is not None
    assert reader.status.state is CameraState.ONLINE
    assert videos[0] is not None
    assert videos[0].released
    reader.stop()
    assert await asyncio.to_thread(reader.join, 5)


async def test_a_camera_that_cannot_be_opened_says_so_without_its_password() -> None:
    reader, _slot = read(RTSP, opener())
    async with asyncio.timeout(5):
        while reader.status.state is not CameraState.FAILED:  # noqa: ASYNC110 (a thread tells nobody)
            await asyncio.sleep(0.001)
    assert "cannot be opened" in reader.status.detail
    assert "hunter2" not in reader.status.detail
    reader.stop()
    assert await asyncio.to_thread(reader.join, 5)


async def test_a_reader_that_breaks_down_frees_who_waits_for_its_frames() -> None:
    def explode(_source: CameraSource) -> FakeVideo:
        raise RuntimeError("planted")

    reader, slot = read(RTSP, explode)
    assert await slot.take() is None
    assert reader.status.state is CameraState.FAILED
    assert "planted" not in reader.status.detail


async def test_what_is_not_there_cannot_be_opened() -> None:
    assert open_video(FileSource("/nowhere/door.mp4")) is None
    assert open_video(UsbSource(999)) is None


def _frame(at: float) -> Frame:
    return Frame(image=np.zeros((2, 2, 3), dtype=np.uint8), at=at, captured_at=NOON)


async def test_the_newest_frame_wins() -> None:
    slot = FrameSlot(frames_per_second=10)
    for at in (1.0, 2.0, 3.0):
        slot.put(_frame(at))
    taken = await slot.take()
    assert taken is not None
    assert taken.at == 3.0
    slot.close()
    assert await slot.take() is None


async def test_a_waiting_taker_gets_what_another_thread_puts() -> None:
    slot = FrameSlot(frames_per_second=10)
    waiting = asyncio.create_task(slot.take())
    await asyncio.to_thread(slot.put, _frame(1.0))
    taken = await waiting
    assert taken is not None


@pytest.mark.parametrize(
    ("source_fps", "wanted", "expected"), [(25, 10, 10), (12, 10, 10), (30, 5, 5), (5, 10, 5)]
)
async def test_the_wanted_rate_comes_out_of_any_source_rate(
    source_fps: int, wanted: int, expected: int
) -> None:
    slot = FrameSlot(frames_per_second=wanted)
    taken = sum(slot.due(count / source_fps, 1 / source_fps) for count in range(source_fps * 20))
    assert taken / 20 == pytest.approx(expected, rel=0.06)
