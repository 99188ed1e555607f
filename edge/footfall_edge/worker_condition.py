"""How the worker does as a whole: what its heartbeat says."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from footfall_edge.camera_health import CameraHealth, CameraState
from footfall_edge.spooling.depth import SpoolDepth

_NOT_READ = frozenset({CameraState.STOPPED, CameraState.HELD_ELSEWHERE, CameraState.ENDED})


class WorkerStatus(StrEnum):
    """The worker in one word; the words are those of footfall.v1.WorkerStatus. OFFLINE is not its to say."""

    IDLE = "idle"
    ONLINE = "online"
    PROCESSING = "processing"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCondition:
    """The worker at one moment.

    detail: for people, when status is ERROR. execution_provider: what computes the models.
    """

    status: WorkerStatus
    detail: str
    depth: SpoolDepth
    cameras: Sequence[CameraHealth]
    started: datetime
    execution_provider: str


class ConditionReader:
    """Asks those who know."""

    def __init__(
        self,
        *,
        depth: Callable[[], Awaitable[SpoolDepth]],
        cameras: Callable[[], Sequence[CameraHealth]],
        execution_provider: str,
        started: datetime | None = None,
    ) -> None:
        """started: when the worker's process began; now when None."""
        self._depth = depth
        self._cameras = cameras
        self._execution_provider = execution_provider
        self._started = started or datetime.now(UTC)

    async def read(self) -> WorkerCondition:
        """The worker now. Waits for the spool's thread."""
        depth, cameras = await self._depth(), self._cameras()
        status, detail = judge(cameras, depth)
        return WorkerCondition(
            status=status,
            detail=detail,
            depth=depth,
            cameras=cameras,
            started=self._started,
            execution_provider=self._execution_provider,
        )


def judge(cameras: Sequence[CameraHealth], depth: SpoolDepth) -> tuple[WorkerStatus, str]:
    """The worker in one word, and why when the word is ERROR.

    One camera of several that fails is told of that camera; it is the worker's error when all do.
    """
    if depth.disk_full:
        left = depth.free_disk_bytes // (1024 * 1024)
        return WorkerStatus.ERROR, f"the disk of the data folder is full: {left} MiB are left"
    own = [camera for camera in cameras if camera.state not in _NOT_READ]
    if own and all(camera.state is CameraState.FAILED for camera in own):
        return WorkerStatus.ERROR, "none of its cameras works"
    if depth.events or any(camera.faces_in_view for camera in own):
        return WorkerStatus.PROCESSING, ""
    return (WorkerStatus.ONLINE if own else WorkerStatus.IDLE), ""
