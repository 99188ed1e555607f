"""Pictures that waited when a camera was forbidden to give any are forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import NoReturn

import structlog
from footfall.v1 import ingest_service_pb2

from footfall_edge import convert
from footfall_edge.camera_settings import ImagePolicy
from footfall_edge.link.outbox import Outbox
from footfall_edge.spool_file import SpoolError

_log = structlog.get_logger(__name__)


class ImagePolicyDuty:
    """Looks at each set of wanted cameras for those that may give no pictures (a LinkDuty)."""

    def __init__(self, *, forget_images: Callable[[Collection[str]], Awaitable[int]]) -> None:
        """forget_images: drops what waits of these cameras; says how many pictures that was."""
        self._forget_images = forget_images
        self._silent: frozenset[str] = frozenset()
        self._told = asyncio.Event()

    def begin(self, welcome: ingest_service_pb2.Welcome, *, asked_at: float) -> None:
        """Every link begins with the cameras that are wanted."""
        del asked_at
        self._look(welcome.desired_cameras)

    def receive(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Take a newer set."""
        if message.WhichOneof("message") == "desired_cameras":
            self._look(message.desired_cameras)

    async def run(self, outbox: Outbox) -> NoReturn:
        """Forget. A disk that refuses is asked again with the next set, or the next link."""
        del outbox
        while True:
            await self._told.wait()
            self._told.clear()
            try:
                forgotten = await self._forget_images(self._silent)
            except SpoolError as error:
                _log.error("images_not_forgotten", detail=str(error))
            else:
                if forgotten:
                    _log.info("images_forgotten", images=forgotten, cameras=len(self._silent))

    def _look(self, message: ingest_service_pb2.DesiredCameras) -> None:
        cameras = convert.from_desired_cameras(message).cameras
        self._silent = frozenset(
            camera.camera_id for camera in cameras if camera.settings.face_pictures is ImagePolicy.NONE
        )
        if self._silent:
            self._told.set()
