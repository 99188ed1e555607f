"""Cameras that are plugged in are listed by the source that the console wants, and tried."""

import json
from pathlib import Path

import numpy as np
import pytest
from fakes.edge_samples import NOON
from footfall_edge.__main__ import main
from footfall_edge.camera_health import CameraFault
from footfall_edge.camera_source import CameraSource, UsbSource, parse_source
from footfall_edge.capture.devices import (
    Device,
    DevicesError,
    Trial,
    from_sysfs,
    from_system_profiler,
    list_devices,
    try_device,
)
from footfall_edge.capture.errors import ReaderDiedError
from footfall_edge.capture.messages import PlayFailed, Progress
from footfall_edge.capture.reader_process import FrameCame, ReaderNews
from footfall_edge.devices_command import show_devices
from footfall_edge.frame import Frame

WEBCAM = Device(0, "HD Webcam")


def _node(folder: Path, number: int, name: str, index: str) -> None:
    node = folder / f"video{number}"
    node.mkdir()
    (node / "name").write_text(name + "\n")
    (node / "index").write_text(index + "\n")


def test_linux_lists_what_gives_pictures_and_not_what_carries_data(tmp_path: Path) -> None:
    _node(tmp_path, 10, "Door", "0")
    _node(tmp_path, 0, "HD Webcam", "0")
    _node(tmp_path, 1, "HD Webcam", "1")
    (tmp_path / "video2").mkdir()
    assert from_sysfs(tmp_path) == [WEBCAM, Device(2, "video2"), Device(10, "Door")]
    assert from_sysfs(tmp_path / "none") == []


def test_macos_counts_by_unique_ids() -> None:
    cameras = [
        {"_name": "USB Camera", "spcamera_unique-id": "0x14100000"},
        {"_name": "FaceTime HD", "spcamera_unique-id": "0x1400000005ac8600"},
    ]
    answer = json.dumps({"SPCameraDataType": cameras}).encode()
    assert from_system_profiler(answer) == [Device(0, "FaceTime HD"), Device(1, "USB Camera")]
    assert from_system_profiler(b'{"SPCameraDataType": []}') == []


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"{}", b'{"SPCameraDataType": [1]}', b'{"SPCameraDataType": [{}]}']
)
def test_an_answer_that_is_not_understood_is_said(answer: bytes) -> None:
    with pytest.raises(DevicesError):
        from_system_profiler(answer)


def test_another_system_is_told_what_to_try() -> None:
    with pytest.raises(DevicesError, match="usb:0"):
        list_devices("win32")


class Reader:
    def __init__(self, *news: ReaderNews | type[ReaderDiedError] | None) -> None:
        self.news = list(news)
        self.killed = False
        self.now = 0.0

    def launch(self, source: CameraSource) -> "Reader":
        assert source == UsbSource(0)
        return self

    def play(self, frames_per_second: float) -> None:
        assert frames_per_second > 0

    def set_rate(self, frames_per_second: float) -> None:
        raise AssertionError(frames_per_second)

    def receive(self, timeout_s: float) -> ReaderNews | None:
        self.now += timeout_s
        news = self.news.pop(0) if self.news else None
        if isinstance(news, type):
            raise news
        return news

    def kill(self) -> bool:
        self.killed = True
        return True


FRAME = FrameCame(Frame(image=np.zeros((720, 1280, 3), np.uint8), at=1.0, captured_at=NOON), 0)


@pytest.mark.parametrize(
    ("reader", "size", "words"),
    [
        (Reader(None, Progress(), FRAME), (1280, 720), ""),
        (Reader(PlayFailed(CameraFault.DEVICE, "another program's")), None, "another program's"),
        (Reader(Progress(), ReaderDiedError), None, "takes the process down"),
        (Reader(), None, "no picture"),
    ],
)
def test_a_device_is_tried_in_a_process_that_always_ends(
    reader: Reader, size: tuple[int, int] | None, words: str
) -> None:
    trial = try_device(WEBCAM, launch=reader.launch, clock=lambda: reader.now)
    assert trial.size == size
    assert words in trial.detail
    assert reader.killed
    assert reader.now < 30


def test_each_camera_has_a_line_that_the_console_takes(capsys: pytest.CaptureFixture[str]) -> None:
    trials = {0: Trial((1280, 720), ""), 3: Trial(None, "it hangs")}
    devices = [WEBCAM, Device(3, "Door")]
    attempt = lambda device: trials[device.index]  # noqa: E731
    assert show_devices(as_json=False, try_them=True, find=lambda: devices, attempt=attempt) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [parse_source(line.split()[0]) for line in lines] == [UsbSource(0), UsbSource(3)]
    assert lines[0].endswith("HD Webcam  1280x720")
    assert lines[1].endswith("Door  no picture: it hangs")
    assert show_devices(as_json=True, try_them=True, find=lambda: devices, attempt=attempt) == 0
    told = json.loads(capsys.readouterr().out)
    assert told[0] == {"source_url": "usb:0", "name": "HD Webcam", "size": [1280, 720], "detail": ""}
    assert (told[1]["size"], told[1]["detail"]) == (None, "it hangs")


def test_without_a_camera_and_without_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_devices(as_json=False, try_them=False, find=list) == 0
    assert "No camera" in capsys.readouterr().out

    def silent() -> list[Device]:
        raise DevicesError("system_profiler does not answer")

    assert show_devices(as_json=False, try_them=False, find=silent) == 1
    assert "does not answer" in capsys.readouterr().err


def test_the_command_needs_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOOTFALL_EDGE_GATEWAY_URL", raising=False)
    assert main(["devices", "--json"]) == 0
