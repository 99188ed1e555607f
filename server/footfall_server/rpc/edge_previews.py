"""Previews on one link of a worker: what is watched, and frames for who watches."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import timedelta
from uuid import UUID

from footfall.v1 import camera_control_service_pb2, ingest_service_pb2

from footfall_server.domain.preview import PreviewSize
from footfall_server.errors import FootfallError
from footfall_server.live.preview_source import PreviewSource
from footfall_server.rpc.event_intake import TRANSIENT
from footfall_server.services.backoff import Backoff
from footfall_server.services.event_checks import JPEG_START

FIRST_DELAY = timedelta(milliseconds=250)
LONGEST_DELAY = timedelta(seconds=5)


class LinkPreviews:
    """The previews of one link."""

    def __init__(
        self,
        *,
        source: PreviewSource,
        say: Callable[[ingest_service_pb2.ConnectResponse], Awaitable[None]],
    ) -> None:
        self._source = source
        self._say = say

    async def tell(self) -> None:
        """Tells the worker what is watched, for as long as the link lives."""

        async def follow() -> None:
            async with aclosing(self._source.wanted()) as demands:
                async for wanted in demands:
                    await self._say(to_preview_demand(wanted))

        await _for_ever(follow)

    async def relay(self) -> None:
        """Takes frames to other replicas, for as long as the link lives. One that cannot go now is lost."""
        await _for_ever(self._source.relay)

    def take(self, frame: ingest_service_pb2.EdgePreviewFrame) -> None:
        """Takes a frame. What is no JPEG file would be shown to people as one, and is left out."""
        if frame.jpeg.startswith(JPEG_START):
            shown = camera_control_service_pb2.PreviewFrame(
                jpeg=frame.jpeg, capture_time=frame.capture_time, faces=frame.faces
            )
            self._source.put(UUID(frame.camera_id), shown.SerializeToString())


def to_preview_demand(wanted: Mapping[UUID, PreviewSize]) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(
        preview_demand=ingest_service_pb2.PreviewDemand(
            cameras=[
                ingest_service_pb2.WatchedCamera(
                    camera_id=str(camera_id), max_width=size.max_width, max_fps=size.max_fps
                )
                for camera_id, size in sorted(wanted.items())
            ]
        )
    )


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """Begins anew when the database is away for a while."""
    backoff = Backoff(first=FIRST_DELAY, limit=LONGEST_DELAY)
    while True:
        try:
            await work()
            backoff.succeeded()
        except FootfallError as error:
            if error.kind not in TRANSIENT:
                raise
            await asyncio.sleep(backoff.failed().total_seconds())
