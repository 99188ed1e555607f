"""Events on their way to being recorded."""

from dataclasses import dataclass
from uuid import UUID

from footfall_server.domain.face_event import FaceEvent
from footfall_server.domain.identity import Principal


@dataclass(frozen=True, slots=True)
class SpoolPlace:
    """Where in a worker's spool an event stands."""

    worker_id: UUID
    spool_id: UUID
    sequence: int


@dataclass(frozen=True, slots=True)
class Submission:
    """An event, who sends it, and its place in the sender's spool when it has one."""

    principal: Principal
    event: FaceEvent
    place: SpoolPlace | None = None
