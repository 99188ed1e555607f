"""Demo cameras as real processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.numbered_camera import FPS, PLAY_BIT, RunningCamera, numbered
from footfall_local.demo_shop.play_control import PlayControl, PlayControlError
from footfall_local.demo_shop.video import encode

READY_S = 30.0


@pytest.fixture(scope="session")
def numbered_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("numbered")
    encode(folder / "play.mp4", (numbered(PLAY_BIT | index) for index in range(40 * FPS)), fps=FPS)
    encode(folder / "play-empty.mp4", (numbered(index) for index in range(4 * FPS)), fps=FPS)
    return folder / "play.mp4"


@pytest.fixture
def start_camera(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., RunningCamera]]:
    """Starts camera processes and ends them after the test."""
    monkeypatch.setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|timeout;5000000")
    started: list[subprocess.Popen[bytes]] = []

    def start(video: Path, *more: str) -> RunningCamera:
        port, control_port = unused_tcp_port_factory(), unused_tcp_port_factory()
        state_file = tmp_path / f"camera-{port}.json"
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "footfall_local.demo_shop.camera", "--port", str(port)),
                *("--control-port", str(control_port), "--state", str(state_file), "--video", str(video)),
                *more,
            ],
            stderr=subprocess.DEVNULL,
            env=dict(os.environ),
        )
        started.append(process)
        control = PlayControl(control_port)
        deadline = time.monotonic() + READY_S
        while True:
            try:
                return RunningCamera(process, control, control.state().rtsp_url, state_file)
            except PlayControlError:
                assert process.poll() is None, f"the camera ended with {process.returncode}"
                assert time.monotonic() < deadline, "the camera did not come up"
                time.sleep(0.05)

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=10)
