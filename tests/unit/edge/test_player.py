"""What a reader process makes of an opened source."""

import sys
import time
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from footfall_edge.camera_health import CameraFault
from footfall_edge.camera_source import (
    CameraSource,
    FileSource,
    RtspSource,
    SyntheticSource,
    UsbSource,
)
from footfall_edge.capture import opencv
from footfall_edge.capture.errors import CaptureError
from footfall_edge.capture.messages import FromReader, Progress
from footfall_edge.capture.opencv import READ_TIMEOUT_S, open_video
from footfall_edge.capture.pacing import FramePacer
from footfall_edge.capture.player import Player
from footfall_edge.capture.synthetic import SyntheticVideo

RTSP = RtspSource("rtsp://u:hunter2@cam.example/live")


class Time:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class FakeVideo:
    """So many frames, then silence of so many seconds. The last ones, late, come only after the timeout."""

    def __init__(
        self, frames: int, when: Time, *, step: float = 0.0, silence: float = 0.0, late: int = 0
    ) -> None:
        self.left = frames
        self.late = late
        self.when = when
        self.step = step
        self.silence = silence
        self.released = False

    def grab(self) -> bool:
        self.left -= 1
        self.when.now += self.step if self.left >= 0 else self.silence
        self.when.now += READ_TIMEOUT_S if 0 <= self.left < self.late else 0.0
        return self.left >= 0

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.zeros((4, 4, 3), dtype=np.uint8)

    def get(self, prop: int, /) -> float:
        return 20.0 if prop == cv2.CAP_PROP_FPS else 0.0

    def release(self) -> None:
        self.released = True


class Taken:
    def __init__(self) -> None:
        self.at: list[float] = []
        self.sent: list[FromReader] = []

    def write(self, image: Any, *, at: float, captured_at: Any) -> None:
        assert image.shape == (4, 4, 3)
        assert captured_at.tzinfo is not None
        self.at.append(at)


def play(source: CameraSource, video: FakeVideo, *, fps: float = 1000) -> Taken:
    taken = Taken()
    player = Player(
        source=source,
        open_video=lambda _source, _alive: video,
        pacer=FramePacer(frames_per_second=fps),
        frames=taken,
        send=taken.sent.append,
        clock=video.when.clock,
        sleep=video.when.sleep,
    )
    try:
        player.play()
    finally:
        assert video.released
    return taken


def fault_of(source: CameraSource, video: FakeVideo) -> CaptureError:
    with pytest.raises(CaptureError) as caught:
        play(source, video)
    return caught.value


def test_a_file_is_played_at_its_own_speed_and_ends() -> None:
    when = Time()
    taken = play(FileSource("door.mp4"), FakeVideo(20, when))
    assert np.diff(taken.at) == pytest.approx([0.05] * 19)
    assert when.now == pytest.approx(100 + 19 * 0.05)


def test_a_file_without_a_frame_cannot_be_decoded() -> None:
    assert fault_of(FileSource("door.mp4"), FakeVideo(0, Time())).fault is CameraFault.CODEC


def test_a_stream_that_ends_at_once_was_ended_by_the_camera() -> None:
    assert fault_of(RTSP, FakeVideo(5, Time(), step=0.05)).fault is CameraFault.EOF


def test_a_stream_that_is_silent_until_the_timeout_has_stalled() -> None:
    assert fault_of(RTSP, FakeVideo(5, Time(), silence=READ_TIMEOUT_S)).fault is CameraFault.STALL


def test_a_frame_that_a_decoder_gives_up_after_a_silence_is_not_taken_for_a_new_one() -> None:
    video = FakeVideo(5, Time(), step=0.05, late=3)
    error = fault_of(RTSP, video)
    assert error.fault is CameraFault.STALL
    assert video.left == 2, "the first such frame ends it"


def test_a_device_that_stops_is_a_device_fault() -> None:
    assert fault_of(UsbSource(3), FakeVideo(5, Time())).fault is CameraFault.DEVICE


def test_a_stream_without_any_frame_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = CaptureError(CameraFault.AUTH, "refused")

    def asked(url: str) -> CaptureError:
        assert url == RTSP.url
        return answer

    monkeypatch.setattr(opencv, "why_no_picture", asked)
    assert fault_of(RTSP, FakeVideo(0, Time())) is answer


def test_who_watches_hears_of_good_frames_even_when_none_is_wanted() -> None:
    taken = play(FileSource("door.mp4"), FakeVideo(100, Time()), fps=0.1)
    assert len(taken.at) == 1
    told = [message for message in taken.sent if isinstance(message, Progress) and message.captured_at]
    assert 4 <= len(told) <= 6, "five seconds, a word in each"


def test_what_is_not_there_is_said() -> None:
    for source, fault in (
        (FileSource("/nowhere/door.mp4"), CameraFault.NOT_FOUND),
        (FileSource(__file__), CameraFault.CODEC),
        (UsbSource(999), CameraFault.NOT_FOUND if sys.platform == "linux" else CameraFault.DEVICE),
    ):
        with pytest.raises(CaptureError) as caught:
            open_video(source, lambda: None)
        assert caught.value.fault is fault


def test_the_test_picture_moves_at_its_own_rate() -> None:
    when = Time()
    video = SyntheticVideo(SyntheticSource(320, 180, 10), clock=when.clock, sleep=when.sleep)
    pictures = []
    for _ in range(11):
        assert video.grab()
        good, picture = video.retrieve()
        assert good
        pictures.append(picture)
    assert when.now == pytest.approx(101.0)
    assert pictures[0].shape == (180, 320, 3)
    assert all((one != other).any() for one, other in pairwise(pictures))
    when.now += 5
    slept = len(when.slept)
    video.grab()
    assert len(when.slept) == slept, "who was away gets the present frame, not the missed ones"


def test_opening_the_test_picture_needs_nothing() -> None:
    video = open_video(SyntheticSource(frames_per_second=60), lambda: None)
    began = time.monotonic()
    assert video.grab()
    assert time.monotonic() >= began
    assert video.get(cv2.CAP_PROP_FPS) == 60
    video.release()
