"""Puts events into the spool, as the bytes that will go over the wire."""

from collections.abc import Callable

from footfall_edge.face_event import FaceEvent
from footfall_edge.spool import Spool


class SpoolSink:
    """The EventSink of a worker."""

    def __init__(self, *, spool: Spool, encode: Callable[[FaceEvent], bytes]) -> None:
        self._spool = spool
        self._encode = encode

    async def record(self, event: FaceEvent) -> None:
        """Return once the event and its portrait are on disk. Raises SpoolError."""
        portrait = (event.portrait.image_id, event.portrait.jpeg) if event.portrait else None
        await self._spool.append(event.event_id, self._encode(event), portrait)
