"""What a worker sees of a camera."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class CameraState(StrEnum):
    """What a camera does."""

    UNKNOWN = "unknown"
    CONNECTING = "connecting"
    ONLINE = "online"
    FAILED = "failed"
    ENDED = "ended"
    STOPPED = "stopped"
    HELD_ELSEWHERE = "held_elsewhere"


class CameraFault(StrEnum):
    """Why a camera does not work. UNKNOWN while it does."""

    UNKNOWN = "unknown"
    AUTH = "auth"
    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NOT_FOUND = "not_found"
    CODEC = "codec"
    STALL = "stall"
    EOF = "eof"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """A camera as its worker sees it. `width` and `height` are 0 until a frame came."""

    camera_id: UUID
    state: CameraState = CameraState.UNKNOWN
    fault: CameraFault = CameraFault.UNKNOWN
    detail: str = ""
    last_frame_at: datetime | None = None
    frames_per_second: float = 0.0
    dropped_frames: int = 0
    holder_worker_id: UUID | None = None
    width: int = 0
    height: int = 0

    @property
    def appearance(self) -> tuple[CameraState, CameraFault, UUID | None]:
        """What people are told of at once when it changes."""
        return self.state, self.fault, self.holder_worker_id
