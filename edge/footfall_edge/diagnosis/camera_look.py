"""A few seconds of a camera: what comes, how fast, how bright, and how large the faces are."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from footfall_vision.types import Face, Image

from footfall_edge.camera_health import CameraFault
from footfall_edge.camera_source import CameraSource, FileSource
from footfall_edge.capture.errors import CaptureError
from footfall_edge.capture.opencv import OpenVideo, Video

_LOOK_EVERY_S = 0.5
_LEAST_FILM_RATE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraLook:
    """width, height: pixels. frames_per_second: as they came. luma: median brightness, 0..255.

    eyes_px: the distance between the eyes of each face that was seen, in pixels.
    """

    width: int
    height: int
    frames_per_second: float
    luma: float
    eyes_px: Sequence[float]


def look_at(
    source: CameraSource,
    *,
    open_video: OpenVideo,
    detect: Callable[[Image], Sequence[Face]],
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> CameraLook:
    """Read the source for that long; blocks for it, and for its opening. Raises CaptureError."""
    video = open_video(source, _alive)
    try:
        return _watch(video, detect, seconds, clock, is_film=isinstance(source, FileSource))
    finally:
        video.release()


def _watch(
    video: Video,
    detect: Callable[[Image], Sequence[Face]],
    seconds: float,
    clock: Callable[[], float],
    *,
    is_film: bool,
) -> CameraLook:
    size = (0, 0)
    lumas: list[float] = []
    eyes: list[float] = []
    # A film is read as fast as the disk allows, which says nothing of the camera: its own time counts.
    film_rate = max(video.get(cv2.CAP_PROP_FPS), _LEAST_FILM_RATE) if is_film else None
    grabbed, began, passed, looked = 0, 0.0, 0.0, float("-inf")
    while passed < seconds and video.grab():
        if film_rate is not None:
            passed = grabbed / film_rate
        else:
            began = began if grabbed else clock()
            passed = clock() - began
        grabbed += 1
        if passed - looked >= _LOOK_EVERY_S:
            looked = passed
            good, image = video.retrieve()
            if good:
                size = (image.shape[1], image.shape[0])
                lumas.append(float(np.median(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))))
                eyes += [face.inter_ocular_px for face in detect(image)]
    if not lumas:
        raise CaptureError(CameraFault.CODEC, "it was opened, and gave no picture that can be decoded")
    if film_rate is None and passed < seconds:
        raise CaptureError(CameraFault.EOF, f"the stream ended or went silent after {grabbed} frames")
    return CameraLook(
        width=size[0],
        height=size[1],
        frames_per_second=film_rate or (grabbed - 1) / max(passed, 1e-6),
        luma=float(np.median(lumas)),
        eyes_px=tuple(eyes),
    )


def _alive() -> None:
    """Nobody watches over this: who looks has set an end to it."""
