"""Pictures of cameras for those who watch, while they watch."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn

from footfall.v1 import common_pb2, face_event_pb2, ingest_service_pb2

from footfall_edge import convert
from footfall_edge.camera_health import CameraSpec
from footfall_edge.camera_settings import ImagePolicy
from footfall_edge.link.outbox import Outbox
from footfall_edge.view_pictures import Picture, take_preview
from footfall_edge.views import SeenFace, View, ViewBoard

MOST_FPS: Final = 10.0
MOST_WIDTH: Final = 1280
_LEAST_FPS = 0.1
_LEAST_WIDTH = 64
_USUAL_WIDTH = 640
_MOST_CAMERAS = 256
_MOST_FACES = 64
_MOST_EYE_DISTANCE = 65535.0


@dataclass(slots=True, eq=False)
class _Watched:
    """What is wanted of a camera, and how far it was met. sent_at and due: seconds of the frames' clock."""

    max_width: int
    interval: float
    due: float
    sent_at: float | None = None


class PreviewDuty:
    """Sends the newest picture of each watched camera, as often and as wide as was asked (a LinkDuty).

    Pictures are only offered: they go while no event waits to be written.
    """

    def __init__(
        self,
        *,
        views: ViewBoard,
        wanted: Callable[[str], CameraSpec | None],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """wanted: a camera as the core wants it. steady: the frames' clock."""
        self._views = views
        self._wanted = wanted
        self._steady = steady
        self._watched: dict[str, _Watched] = {}
        self._changed = asyncio.Event()

    def begin(self, welcome: ingest_service_pb2.Welcome, *, asked_at: float) -> None:
        """Nobody watches until the core says so."""
        del welcome, asked_at
        self._watched.clear()

    def receive(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Take who is watched now."""
        if message.WhichOneof("message") != "preview_demand":
            return
        now, before = self._steady(), self._watched
        self._watched = {}
        for camera in message.preview_demand.cameras[:_MOST_CAMERAS]:
            watched = _Watched(
                max_width=min(max(camera.max_width or _USUAL_WIDTH, _LEAST_WIDTH), MOST_WIDTH),
                interval=1.0 / _rate(camera.max_fps),
                due=now,
            )
            if (old := before.get(camera.camera_id)) is not None:
                watched.due, watched.sent_at = min(old.due, now + watched.interval), old.sent_at
            self._watched[camera.camera_id] = watched
        self._changed.set()

    async def run(self, outbox: Outbox) -> NoReturn:
        """Send while somebody watches."""
        while True:
            self._changed.clear()
            if not self._watched:
                outbox.withdraw()
                await self._changed.wait()
                continue
            for camera_id, watched in list(self._watched.items()):
                if watched.due <= self._steady():
                    await self._send(camera_id, watched, outbox)
            pause = min(watched.due for watched in self._watched.values()) - self._steady()
            try:
                async with asyncio.timeout(max(pause, 0.0)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _send(self, camera_id: str, watched: _Watched, outbox: Outbox) -> None:
        watched.due = self._steady() + watched.interval
        spec, view = self._wanted(camera_id), self._views.newest(camera_id)
        if spec is None or view is None or spec.settings.images is ImagePolicy.NONE:
            return
        if view.frame.at == watched.sent_at:
            return
        picture = await asyncio.to_thread(
            take_preview, view, spec.settings.masks, max_width=watched.max_width
        )
        # Somebody may have stopped watching, or forbidden pictures, while it was encoded.
        is_watched = self._watched.get(camera_id) is watched
        if picture is not None and is_watched and self._wanted(camera_id) == spec:
            watched.sent_at = view.frame.at
            outbox.offer(camera_id, to_preview_frame(camera_id, view, picture))


def to_preview_frame(camera_id: str, view: View, picture: Picture) -> ingest_service_pb2.ConnectRequest:
    """A picture with the faces that were found in it, in its own pixels."""
    return ingest_service_pb2.ConnectRequest(
        preview_frame=ingest_service_pb2.EdgePreviewFrame(
            camera_id=camera_id,
            jpeg=picture.jpeg,
            capture_time=convert.to_timestamp(view.frame.captured_at),
            faces=[_to_preview_face(face, picture.scale) for face in view.faces[:_MOST_FACES]],
        )
    )


def _to_preview_face(seen: SeenFace, scale: float) -> ingest_service_pb2.PreviewFace:
    left, top, width, height = (float(value) * scale for value in seen.face.box)
    return ingest_service_pb2.PreviewFace(
        box=common_pb2.BoundingBox(x=left, y=top, width=width, height=height),
        quality_score=min(max(seen.quality.score, 0.0), 1.0),
        reasons=[face_event_pb2.QualityReason.Name(reason) for reason in seen.quality.reasons],
        eye_distance=min(max(seen.quality.inter_ocular_px, 0.0), _MOST_EYE_DISTANCE),
    )


def _rate(wanted: float) -> float:
    if not math.isfinite(wanted) or wanted <= 0:
        return 1.0
    return min(max(wanted, _LEAST_FPS), MOST_FPS)
