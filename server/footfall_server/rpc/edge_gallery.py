"""The staff gallery of one link's worker: told when the worker says what it holds, and when it changes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from footfall.v1 import ingest_service_pb2

from footfall_server.domain.identity import Principal
from footfall_server.domain.staff_gallery import HeldGallery
from footfall_server.errors import FootfallError
from footfall_server.rpc.convert_gallery import to_gallery_delta
from footfall_server.rpc.event_intake import TRANSIENT
from footfall_server.services.staff_galleries import StaffGalleries

LOOK = timedelta(seconds=5)

log = structlog.get_logger()


class LinkGallery:
    """Says nothing until the worker has said which gallery it holds: older workers hold none."""

    def __init__(self, *, principal: Principal, galleries: StaffGalleries) -> None:
        self._principal = principal
        self._galleries = galleries
        self._held: HeldGallery | None = None
        self._said = asyncio.Event()

    def take(self, state: ingest_service_pb2.GalleryState) -> None:
        """What the worker holds now. It says so again when a delta did not fit."""
        self._held = HeldGallery(state.model_id, state.version)
        self._said.set()

    async def tell(self, say: Callable[[ingest_service_pb2.ConnectResponse], Awaitable[None]]) -> None:
        """Sends what the worker lacks, and looks again and again; without end."""
        while True:
            await self._wait()
            try:
                while await self._tell_next(say):
                    pass
            except FootfallError as error:
                if error.kind not in TRANSIENT:
                    raise
                log.warning("staff_gallery_not_read", reason=error.reason)

    async def _wait(self) -> None:
        """Until the worker said what it holds, or it is time to look again."""
        try:
            async with asyncio.timeout(None if self._held is None else LOOK.total_seconds()):
                await self._said.wait()
        except TimeoutError:
            return

    async def _tell_next(self, say: Callable[[ingest_service_pb2.ConnectResponse], Awaitable[None]]) -> bool:
        held = self._held
        self._said.clear()
        delta = None if held is None else await self._galleries.next_delta(self._principal, held)
        if delta is None or held is not self._held:
            # What the worker said meanwhile is looked at first.
            return held is not self._held
        self._held = HeldGallery(delta.model_id, delta.version)
        await say(to_gallery_delta(delta))
        return True
