"""An RTSP stream is opened, and when it gives nothing the camera is asked why."""

from collections.abc import Callable
from typing import Any

import pytest
from footfall_edge.camera_health import CameraFault
from footfall_edge.camera_source import RtspSource
from footfall_edge.capture import opencv
from footfall_edge.capture.errors import CaptureError
from footfall_edge.capture.opencv import open_video

SOURCE = RtspSource("rtsp://cam.example/live")
CODEC = CaptureError(CameraFault.CODEC, "cannot be decoded")
STALL = CaptureError(CameraFault.STALL, "silent")


class Stream:
    """What OpenCV makes of an address: whether it opens, and how many frames it gives."""

    def __init__(self, *, opens: bool = True, frames: int = 0) -> None:
        self.opens = opens
        self.frames = frames
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802 (OpenCV's name)
        return self.opens

    def grab(self) -> bool:
        self.frames -= 1
        return self.frames >= 0

    def retrieve(self) -> tuple[bool, Any]:
        return True, self.frames

    def get(self, prop: int, /) -> float:
        return float(prop)

    def release(self) -> None:
        self.released = True


Play = Callable[[list[Stream], list[CaptureError]], None]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Has the next openings give these streams, and the questions in between these answers."""

    def arrange(streams: list[Stream], answers: list[CaptureError]) -> None:
        waiting, answering = list(streams), list(answers)
        monkeypatch.setattr(opencv, "probe", lambda _url: None)
        monkeypatch.setattr(opencv, "_capture", lambda _url: waiting.pop(0))
        monkeypatch.setattr(opencv, "why_no_picture", lambda _url: answering.pop(0))

    return arrange


def test_the_frame_that_shows_that_it_is_alive_is_not_lost(play: Play) -> None:
    play([Stream(frames=2)], [])
    video = open_video(SOURCE, lambda: None)
    assert [video.grab() and video.retrieve()[1] for _ in range(3)] == [1, 0, False]


@pytest.mark.parametrize("dead", [Stream(opens=False), Stream(frames=0)])
def test_a_silent_camera_is_told_at_once(play: Play, dead: Stream) -> None:
    play([dead], [STALL])
    with pytest.raises(CaptureError) as caught:
        open_video(SOURCE, lambda: None)
    assert caught.value is STALL
    assert dead.released


def test_a_camera_that_comes_back_while_it_is_asked_is_opened(play: Play) -> None:
    play([Stream(opens=False), Stream(frames=5)], [CODEC])
    steps: list[None] = []
    assert open_video(SOURCE, lambda: steps.append(None)).grab()
    assert len(steps) >= 4, "who watches hears of each step"


def test_what_cannot_be_decoded_twice_cannot_be_decoded(play: Play) -> None:
    play([Stream(frames=0), Stream(frames=0)], [CODEC, CODEC])
    with pytest.raises(CaptureError) as caught:
        open_video(SOURCE, lambda: None)
    assert caught.value is CODEC
