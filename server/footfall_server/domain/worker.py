"""Edge workers as the core knows them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from footfall_server.domain.camera_health import CameraHealth, CameraState


class WorkerStatus(StrEnum):
    """How a worker does, in one word. UNKNOWN until it says."""

    UNKNOWN = "unknown"
    IDLE = "idle"
    ONLINE = "online"
    PROCESSING = "processing"
    OFFLINE = "offline"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Worker:
    """An edge worker that introduces itself on a link.

    `acked_sequence` is the last one committed of the spool `spool_id`. The link is `session_id`, of two links
    of one worker the higher one is the newer; it counts as alive until `link_expires_at`.
    """

    worker_id: UUID
    site_id: UUID
    display_name: str
    software_version: str
    spool_id: UUID
    acked_sequence: int
    connected_at: datetime
    last_seen_at: datetime
    session_id: UUID
    link_expires_at: datetime
    model_id: str = ""
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """What a heartbeat says. Times are by the worker's clock; `clock_offset` is the core's less that."""

    detail: str = ""
    waiting_events: int = 0
    dropped_events: int = 0
    waiting_images: int = 0
    waiting_bytes: int = 0
    oldest_event_at: datetime | None = None
    clock_offset: timedelta | None = None
    started_at: datetime | None = None
    free_disk_bytes: int = 0
    execution_provider: str = ""
    cameras: tuple[CameraHealth, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker and its last report. `status` may be behind: see `as_of`."""

    worker_id: UUID
    site_id: UUID
    display_name: str
    software_version: str
    model_id: str
    capabilities: tuple[str, ...]
    connected_at: datetime
    last_seen_at: datetime
    link_expires_at: datetime
    status: WorkerStatus
    report: WorkerReport

    def as_of(self, now: datetime) -> Self:
        """The state with what the time since the last word of the worker means for its status."""
        return replace(self, status=WorkerStatus.OFFLINE) if self.link_expires_at <= now else self

    @property
    def is_linked(self) -> bool:
        """Whether it has a link, as far as `status` says."""
        return self.status is not WorkerStatus.OFFLINE

    def health_of(self, camera_id: UUID) -> CameraHealth | None:
        """What it sees of a camera; None when it says nothing of it."""
        return next((each for each in self.report.cameras if each.camera_id == camera_id), None)


def changed_cameras(before: Iterable[CameraHealth], after: Iterable[CameraHealth]) -> Iterator[UUID]:
    """The cameras that people see otherwise than before: in another state, with another fault."""
    seen = {each.camera_id: each.appearance for each in before}
    for each in after:
        if seen.pop(each.camera_id, None) != each.appearance:
            yield each.camera_id
    yield from seen


def reader_of(camera_id: UUID, workers: Iterable[WorkerState]) -> WorkerState | None:
    """Of workers as of now, the one that reads the camera; None when none that has a link speaks of it.

    A worker that only says that another one holds the camera tells less than any other.
    """
    speaking = [each for each in workers if each.is_linked and each.health_of(camera_id) is not None]

    def weight(worker: WorkerState) -> tuple[bool, datetime]:
        health = worker.health_of(camera_id)
        return health is not None and health.state is not CameraState.HELD_ELSEWHERE, worker.last_seen_at

    return max(speaking, key=weight, default=None)
