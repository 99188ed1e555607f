"""The demo camera behaves like a live one to OpenCV, which is what the edge worker reads it with."""

import itertools
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes.numbered_camera import FPS, PLAY_BIT, RunningCamera, number_of
from footfall_local.demo_shop.play_control import PlayControlError

StartCamera = Callable[..., RunningCamera]
PATIENCE_S = 20.0
BACKLOG_FRAMES = 3 * FPS
"""More than the server's backlog and one group of pictures: what a new client may be behind at first."""


@contextmanager
def reader(url: str) -> Iterator[cv2.VideoCapture]:
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
    try:
        assert capture.isOpened(), "OpenCV cannot open the camera"
        yield capture
    finally:
        capture.release()


def read_number(capture: cv2.VideoCapture) -> int:
    ok, picture = capture.read()
    assert ok, "the camera's stream ended"
    return number_of(np.asarray(picture, dtype=np.uint8))


def read_until(capture: cv2.VideoCapture, wanted: Callable[[int], bool], what: str) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if wanted(number := read_number(capture)):
            return number
    pytest.fail(f"within {PATIENCE_S} s there was no {what}")


def shown_at(started_at: datetime) -> int:
    """The play's frame that a live camera shows now."""
    return int((datetime.now(UTC) - started_at).total_seconds() * FPS)


def test_the_empty_shop_is_shown_until_the_play_begins(
    start_camera: StartCamera, numbered_video: Path
) -> None:
    camera = start_camera(numbered_video)
    with reader(camera.url) as capture:
        numbers = [read_number(capture) for _ in range(5 * FPS)]
        assert all(number < 4 * FPS for number in numbers), "only the empty scene before the start"
        steps = {(later - earlier) % (4 * FPS) for earlier, later in itertools.pairwise(numbers)}
        assert steps == {1}, "no frame is lost or doubled, also where the empty scene repeats"
        camera.control.start()
        first = read_until(capture, lambda number: bool(number & PLAY_BIT), "frame of the play")
        assert first == PLAY_BIT, "the play begins with its first frame"
        played = [read_number(capture) & ~PLAY_BIT for _ in range(2 * FPS)]
        assert played == list(range(1, 2 * FPS + 1)), "every frame of the play comes once and in order"


def test_a_client_that_comes_back_is_in_the_middle(start_camera: StartCamera, numbered_video: Path) -> None:
    camera = start_camera(numbered_video)
    with reader(camera.url) as capture:
        started_at = camera.control.start().started_at
        assert started_at is not None
        left_at = read_until(capture, lambda n: n >= PLAY_BIT + 2 * FPS, "third second") - PLAY_BIT
    deadline = time.monotonic() + PATIENCE_S
    while shown_at(started_at) < left_at + BACKLOG_FRAMES + 2 * FPS:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with reader(camera.url) as capture:
        before = shown_at(started_at)
        number = read_number(capture) - PLAY_BIT
        assert number > left_at + FPS, f"it began again near {left_at}, at {number}"
        assert before - BACKLOG_FRAMES - FPS <= number <= shown_at(started_at) + 1, "the live moment"
        read_until(
            capture, lambda n: n - PLAY_BIT >= shown_at(started_at) - FPS, "catching up with the live moment"
        )


def test_all_clients_see_the_same_moment(start_camera: StartCamera, numbered_video: Path) -> None:
    camera = start_camera(numbered_video)
    started_at = camera.control.start().started_at
    assert started_at is not None
    with reader(camera.url) as one, reader(camera.url) as other:
        for capture in (one, other):
            read_until(capture, lambda n: n - PLAY_BIT >= shown_at(started_at) - FPS // 2, "live moment")
        pairs = [(read_number(one), read_number(other)) for _ in range(FPS)]
        assert all(abs(a - b) <= FPS for a, b in pairs), f"two clients drift apart: {pairs}"
        assert camera.control.state().clients == 2


def test_the_play_can_be_stopped_and_begun_again(start_camera: StartCamera, numbered_video: Path) -> None:
    camera = start_camera(numbered_video)
    with reader(camera.url) as capture:
        first = camera.control.start()
        read_until(capture, lambda n: bool(n & PLAY_BIT), "frame of the play")
        with pytest.raises(PlayControlError, match="409"):
            camera.control.start()
        assert camera.control.state().playing
        camera.control.stop()
        read_until(capture, lambda n: not n & PLAY_BIT, "empty shop after the stop")
        second = camera.control.start()
        assert read_until(capture, lambda n: bool(n & PLAY_BIT), "second play") == PLAY_BIT
    assert first.started_at is not None
    assert second.started_at is not None
    assert second.started_at > first.started_at
    written = json.loads(camera.state_file.read_text(encoding="utf-8"))
    assert datetime.fromisoformat(written["started_at"]) == second.started_at
    assert written["rtsp_url"] == camera.url


def test_after_the_play_the_shop_is_empty_and_the_camera_stays(
    start_camera: StartCamera, numbered_video: Path, tmp_path: Path
) -> None:
    short = tmp_path / "short.mp4"
    short.write_bytes(numbered_video.with_name("play-empty.mp4").read_bytes())
    # Roles changed: four seconds of the low numbers are the play, the rest is the empty scene.
    camera = start_camera(short, "--empty", str(numbered_video))
    with reader(camera.url) as capture:
        camera.control.start()
        read_until(capture, lambda n: n == 4 * FPS - 1, "last frame of the play")
        assert read_number(capture) == PLAY_BIT, "the empty scene follows from its key frame"
        assert not camera.control.state().playing


def test_a_loop_plays_by_itself(start_camera: StartCamera, numbered_video: Path) -> None:
    camera = start_camera(numbered_video, "--loop")
    with reader(camera.url) as capture:
        read_until(capture, lambda n: bool(n & PLAY_BIT), "play without a command")


def test_another_path_is_refused(start_camera: StartCamera, numbered_video: Path) -> None:
    camera = start_camera(numbered_video)
    capture = cv2.VideoCapture(camera.url.replace("/shop", "/etc/passwd.mp4"), cv2.CAP_FFMPEG)
    assert not capture.isOpened()


def test_it_ends_cleanly_on_sigterm(start_camera: StartCamera, numbered_video: Path) -> None:
    camera = start_camera(numbered_video)
    with reader(camera.url) as capture:
        read_number(capture)
        camera.process.send_signal(signal.SIGTERM)
        assert camera.process.wait(timeout=10) == 0


def test_what_is_no_video_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "footfall_local.demo_shop.camera", "--port", "0", "--control-port", "0"),
            *("--state", str(tmp_path / "state.json"), "--video", str(broken)),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "broken.mp4 cannot be read as video" in ended.stderr
