"""What a camera sees now, for whoever hangs it up: from this machine, and with nobody's face in it.

Nobody signs in on loopback, and a face is never shown without authorisation (REVIEW.md); so faces are veiled
whatever is set, and because a detector may miss one, there are no pictures at all unless somebody asks for
them. Whoever may see faces uses the console.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from footfall_vision.jpeg import encode_jpeg, shrunk
from footfall_vision.types import Image

from footfall_edge.camera_health import CameraSpec
from footfall_edge.diagnosis.face_veil import FaceVeil
from footfall_edge.frame_mask import FrameMask
from footfall_edge.views import View

_FRESH_S = 10.0
_MAX_WIDTH = 1280
_JPEG_QUALITY = 80
_MAX_BYTES = 16 * 1024 * 1024
"""More than any picture of that width has: loopback has room for all."""


@dataclass(frozen=True, slots=True, eq=False)
class LocalPicture:
    """A JPEG, and when its frame was taken (UTC)."""

    jpeg: bytes
    captured_at: datetime


class UnknownCameraError(Exception):
    """The worker has no such camera."""


class NoPictureNowError(Exception):
    """The camera has none. The text says why."""


class LocalSnapshots:
    """Pictures of the worker's cameras, one after the other: a page that is asked often takes one thread."""

    def __init__(
        self,
        *,
        newest: Callable[[str], View | None],
        wanted: Callable[[str], CameraSpec | None],
        veil: FaceVeil,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """clock: the one that frames are timed by."""
        self._newest = newest
        self._wanted = wanted
        self._veil = veil
        self._clock = clock
        self._turn = asyncio.Lock()

    async def take(self, camera_id: str) -> LocalPicture:
        """The newest frame, masked and veiled. Raises UnknownCameraError, NoPictureNowError."""
        spec = self._wanted(camera_id)
        if spec is None:
            raise UnknownCameraError
        async with self._turn:
            view = self._newest(camera_id)
            if view is None:
                raise NoPictureNowError("the camera has given no frame yet, or is not read by this worker")
            age_s = self._clock() - view.frame.at
            if age_s > _FRESH_S:
                raise NoPictureNowError(f"the camera has given no frame for {age_s:.0f} s")
            jpeg = await asyncio.to_thread(self._draw, view.frame.image, FrameMask(spec.settings.masks))
        return LocalPicture(jpeg, view.frame.captured_at)

    def _draw(self, frame: Image, mask: FrameMask) -> bytes:
        # Veiled in its full size: what is too small to be found is too small to be known.
        image = self._veil.cover(mask.cover(frame))
        image = shrunk(image, _MAX_WIDTH / image.shape[1])
        jpeg = encode_jpeg(image, qualities=(_JPEG_QUALITY,), max_bytes=_MAX_BYTES)
        if not jpeg:
            raise NoPictureNowError("the frame cannot be encoded")
        return jpeg
