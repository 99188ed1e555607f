"""Marks events of staff, and leaves their pictures in the shop."""

from dataclasses import replace

from footfall_edge.face_event import FaceEvent
from footfall_edge.ports import EventSink
from footfall_edge.staff.keeper import StaffKeeper


class StaffMarkingSink:
    """An EventSink that compares each recognisable face with the site's staff. The core checks again."""

    def __init__(self, *, sink: EventSink, staff: StaffKeeper) -> None:
        self._sink = sink
        self._staff = staff

    async def record(self, event: FaceEvent) -> None:
        """Return once the event is on disk. Raises SpoolError."""
        # Without a good shot the vector says little: the worst picture of a customer may look like anybody.
        match = None
        if event.shot_count and event.embedding is not None:
            match = self._staff.match(event.model_id, event.embedding)
        if match is not None:
            event = replace(event, staff_match=match, portrait=None, aligned_jpeg=b"")
        await self._sink.record(event)
