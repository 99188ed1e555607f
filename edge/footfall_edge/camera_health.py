"""What a camera does, as operators and the core see it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CameraState(StrEnum):
    """A camera in one word; the words are those of footfall.v1.CameraState."""

    CONNECTING = "connecting"
    ONLINE = "online"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraHealth:
    """One camera now. detail is for people and never holds a password."""

    camera_id: str
    display_name: str
    state: CameraState
    last_frame_time: datetime | None
    detail: str
    frames_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSpec:
    """A camera that is wanted. source_url may hold its password."""

    camera_id: str
    source_url: str
    display_name: str

    def __repr__(self) -> str:
        """Leave the address out, wherever a spec may be printed."""
        return f"CameraSpec(camera_id={self.camera_id!r}, display_name={self.display_name!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredCameras:
    """The complete set of cameras that a worker should read."""

    revision: int
    cameras: tuple[CameraSpec, ...]
