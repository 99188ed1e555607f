"""Opening sources with OpenCV."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

import cv2
from footfall_vision.quiet_opencv import silence_opencv

from footfall_edge.camera_health import CameraFault
from footfall_edge.camera_source import CameraSource, FileSource, RtspSource, SyntheticSource, UsbSource
from footfall_edge.capture.errors import CaptureError
from footfall_edge.capture.rtsp_probe import probe, why_no_picture
from footfall_edge.capture.synthetic import SyntheticVideo

OPEN_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 4.0
_OPENINGS = 2
"""A camera that sends pictures when it is asked why it does not may have come back just then."""
_NEARLY = 0.9
"""Clocks differ by a little."""


def nearly(waited_s: float, timeout_s: float) -> bool:
    """Whether a call that took so long ended by its timeout."""
    return waited_s >= timeout_s * _NEARLY


def configure_opencv() -> None:
    """Settle what OpenCV takes from its environment. Call once, before the first camera is opened."""
    # UDP loses packets, and a lost packet smears the picture until the next key frame. And FFmpeg would look
    # at twenty frames before the first, to guess a rate that does not matter here: seconds without eyes.
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|fpsprobesize;0")
    # FFmpeg as well would print a camera's address, with its password, to stderr.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    silence_opencv()
    # Frames are worked on side by side: threads inside one call would only fight over the cores.
    cv2.setNumThreads(1)


class Video(Protocol):
    """An opened source: the part of cv2.VideoCapture that is used."""

    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def get(self, prop: int, /) -> float: ...
    def release(self) -> None: ...


class _Begun:
    """A video whose first frame was grabbed already."""

    def __init__(self, video: Video) -> None:
        self._video = video
        self._is_grabbed = True
        self.retrieve = video.retrieve
        self.get = video.get
        self.release = video.release

    def grab(self) -> bool:
        was_grabbed, self._is_grabbed = self._is_grabbed, False
        return was_grabbed or self._video.grab()


SayAlive = Callable[[], None]
"""Called between steps that each may take some seconds."""
OpenVideo = Callable[[CameraSource, SayAlive], Video]
"""Raises CaptureError."""


def open_video(source: CameraSource, alive: SayAlive) -> Video:
    """Open a source. Blocks for some seconds at most, or for ever in a driver. Raises CaptureError."""
    match source:
        case RtspSource():
            return _open_rtsp(source, alive)
        case FileSource(path):
            return _open_file(path)
        case UsbSource(index):
            return _open_device(index)
        case SyntheticSource():
            return SyntheticVideo(source)


def why_silent(source: CameraSource, *, timed_out: bool, frames: int) -> CaptureError:
    """What it means that a source gave no frame, after so many frames. Asks an RTSP camera again."""
    match source:
        case UsbSource(index):
            return CaptureError(CameraFault.DEVICE, f"the camera at usb:{index} stopped giving frames")
        case FileSource() | SyntheticSource():
            return CaptureError(CameraFault.CODEC, "no frame of the video can be decoded")
        case RtspSource(url):
            if not frames:
                return why_no_picture(url)
            if timed_out:
                return CaptureError(CameraFault.STALL, "the camera is connected but sends no pictures")
            return CaptureError(CameraFault.EOF, "the camera ended the stream")


def _open_rtsp(source: RtspSource, alive: SayAlive) -> Video:
    # Asked first, since OpenCV cannot say why it fails; and a wrong password is tried only once per try.
    probe(source.url)
    alive()
    openings = _OPENINGS
    while True:
        video = _capture(source.url)
        alive()
        # FFmpeg calls a stream open that it has heard nothing of but its description.
        if video.isOpened() and video.grab():
            return _Begun(cast("Video", video))
        video.release()
        alive()
        why = why_no_picture(source.url)
        openings -= 1
        if why.fault is not CameraFault.CODEC or not openings:
            raise why
        alive()


def _open_file(path: str) -> Video:
    if not Path(path).is_file():
        raise CaptureError(CameraFault.NOT_FOUND, "there is no such file on the worker")
    video = _capture(path)
    if not video.isOpened():
        video.release()
        raise CaptureError(CameraFault.CODEC, "the file is no video that can be decoded")
    return cast("Video", video)


def _open_device(index: int) -> Video:
    video = cv2.VideoCapture(index)
    if not video.isOpened():
        video.release()
        if sys.platform == "linux" and not Path(f"/dev/video{index}").exists():
            raise CaptureError(CameraFault.NOT_FOUND, f"there is no camera at usb:{index}")
        detail = f"the camera at usb:{index} cannot be opened: none there, not allowed, or another program's"
        raise CaptureError(CameraFault.DEVICE, detail)
    return cast("Video", video)


def _capture(address: str) -> cv2.VideoCapture:
    timeouts = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        round(OPEN_TIMEOUT_S * 1000),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        round(READ_TIMEOUT_S * 1000),
    ]
    return cv2.VideoCapture(address, cv2.CAP_FFMPEG, timeouts)
