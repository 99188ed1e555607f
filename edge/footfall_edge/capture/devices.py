"""The cameras that are plugged into this machine."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from footfall_edge.camera_source import UsbSource
from footfall_edge.capture.errors import ReaderDiedError
from footfall_edge.capture.messages import PlayEnded, PlayFailed
from footfall_edge.capture.reader import LaunchReader
from footfall_edge.capture.reader_process import FrameCame, ReaderProcess

_SYSFS = Path("/sys/class/video4linux")
_PROFILER = ("/usr/sbin/system_profiler", "-json", "SPCameraDataType")
_PROFILER_TIMEOUT_S = 20.0
_TRY_S = 20.0
_LOOK_S = 0.25


class DevicesError(Exception):
    """The system does not tell which cameras there are."""


@dataclass(frozen=True, slots=True)
class Device:
    """A camera; index as in usb:INDEX. name: as the system calls it."""

    index: int
    name: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of reading a device: the size of its picture in pixels, or why there is none."""

    size: tuple[int, int] | None
    detail: str


def list_devices(platform: str = sys.platform) -> list[Device]:
    """The devices by their index. Raises DevicesError."""
    if platform == "linux":
        return from_sysfs(_SYSFS)
    if platform == "darwin":
        try:
            answer = subprocess.run(  # noqa: S603 (a constant)
                _PROFILER, capture_output=True, check=True, timeout=_PROFILER_TIMEOUT_S
            ).stdout
        except (OSError, subprocess.SubprocessError):
            raise DevicesError("system_profiler does not answer") from None
        return from_system_profiler(answer)
    raise DevicesError(f"cameras cannot be listed on {platform}; try usb:0, usb:1 and so on")


def from_sysfs(folder: Path) -> list[Device]:
    """Linux: each video device that is its driver's first; the further ones carry no pictures, but data."""
    devices = []
    for entry in folder.glob("video*"):
        number = re.fullmatch(r"video(\d{1,3})", entry.name)
        if number is not None and _line(entry / "index") in {"0", ""}:
            devices.append(Device(int(number[1]), _line(entry / "name") or entry.name))
    return sorted(devices, key=lambda device: device.index)


def from_system_profiler(answer: bytes) -> list[Device]:
    """macOS: OpenCV counts cameras in the order of their unique ids there."""
    try:
        found = json.loads(answer)["SPCameraDataType"]
        cameras = [(str(one.get("spcamera_unique-id", "")), str(one["_name"])) for one in found]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DevicesError("system_profiler's answer is not understood") from None
    return [Device(index, name) for index, (_, name) in enumerate(sorted(cameras))]


def try_device(
    device: Device,
    *,
    launch: LaunchReader = ReaderProcess,
    clock: Callable[[], float] = time.monotonic,
) -> Trial:
    """Read one picture, in a process of its own: a driver may hang. Takes 20 s at most."""
    reader = launch(UsbSource(device.index))
    deadline = clock() + _TRY_S
    try:
        reader.play(frames_per_second=1.0)
        while clock() < deadline:
            match reader.receive(_LOOK_S):
                case FrameCame(frame, _):
                    height, width = frame.image.shape[:2]
                    return Trial((width, height), "")
                case PlayFailed(_, detail):
                    return Trial(None, detail)
                case PlayEnded():
                    break
    except ReaderDiedError:
        return Trial(None, "reading it takes the process down")
    finally:
        reader.kill()
    return Trial(None, "it gives no picture")


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
