"""Puts events into the spool, as the bytes that will go over the wire."""

from collections.abc import Callable
from dataclasses import replace

from footfall_edge.face_event import FaceEvent
from footfall_edge.ports import EventSink
from footfall_edge.spool import Spool
from footfall_edge.spooling.rows import NewEvent


class SpoolSink:
    """The EventSink of a worker."""

    def __init__(self, *, spool: Spool, encode: Callable[[FaceEvent], bytes]) -> None:
        self._spool = spool
        self._encode = encode

    async def record(self, event: FaceEvent) -> None:
        """Return once the event and its portrait are on disk. Raises SpoolError."""
        portrait = event.portrait
        await self._spool.append(
            NewEvent(
                event_id=event.event_id,
                payload=self._encode(event),
                image=(portrait.image_id, portrait.jpeg) if portrait else None,
                track_id=event.track_id,
                camera_id=event.camera_id,
                final=event.final,
                seen=event.first_seen,
            )
        )


class LeasedSink:
    """Marks what a camera's pipeline tells with the lease that the pipeline reads under (an EventSink)."""

    def __init__(self, *, sink: EventSink, lease_token: int) -> None:
        self._sink = sink
        self._lease_token = lease_token

    async def record(self, event: FaceEvent) -> None:
        """Return once the event is on disk. Raises SpoolError."""
        await self._sink.record(replace(event, lease_token=self._lease_token))
