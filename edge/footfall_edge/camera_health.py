"""What a camera does, as operators and the core see it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from footfall_edge.analysis_counts import AnalysisCounts
from footfall_edge.camera_settings import CameraSettings
from footfall_edge.leases import Lease


class CameraState(StrEnum):
    """A camera in one word; the words are those of footfall.v1.CameraState."""

    CONNECTING = "connecting"
    ONLINE = "online"
    FAILED = "failed"
    ENDED = "ended"
    STOPPED = "stopped"
    HELD_ELSEWHERE = "held_elsewhere"


class CameraFault(StrEnum):
    """Why a camera gives no frames, in one word; the words are those of footfall.v1.CameraFault."""

    AUTH = "auth"
    """It refuses the user name or the password."""
    DNS = "dns"
    """Its name cannot be resolved."""
    REFUSED = "refused"
    """Something answers at its address, and refuses."""
    UNREACHABLE = "unreachable"
    """Nothing answers at its address."""
    NOT_FOUND = "not_found"
    """There is no such stream, file or device."""
    CODEC = "codec"
    """It sends what cannot be decoded, or no video."""
    STALL = "stall"
    """It is connected, and silent."""
    EOF = "eof"
    """It ended the stream."""
    DEVICE = "device"
    """A device of the worker cannot be opened or read: in use, unplugged, or not allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraHealth:
    """One camera now. detail is for people and never holds a password.

    fault: why there are no frames; None while they come. dropped_frames: of those that were wanted,
    how many a newer one took the place of before they were looked at, since the camera was begun with.
    reader_kills: how often the process that reads it hung and was replaced since then.
    width, height: of its picture, in pixels; 0 before the first one.
    analysis_s: for how long the present frame has been worked on, with its waits for a thread and the disk;
    0 when none is. faces_in_view: faces that are followed at this moment. holder_worker_id: who reads it
    while state is HELD_ELSEWHERE.
    """

    camera_id: str
    display_name: str
    state: CameraState
    last_frame_time: datetime | None
    detail: str
    frames_per_second: float
    fault: CameraFault | None = None
    dropped_frames: int = 0
    reader_kills: int = 0
    width: int = 0
    height: int = 0
    counts: AnalysisCounts = field(default_factory=AnalysisCounts)
    faces_in_view: int = 0
    holder_worker_id: str = ""
    analysis_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSpec:
    """A camera that is wanted. source_url may hold its password."""

    camera_id: str
    source_url: str
    display_name: str
    settings: CameraSettings = field(default_factory=CameraSettings)

    def __repr__(self) -> str:
        """Leave the address out, wherever a spec may be printed."""
        return f"CameraSpec(camera_id={self.camera_id!r}, display_name={self.display_name!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredCameras:
    """The complete set of cameras that a worker should read, and the leases that came with it."""

    revision: int
    cameras: tuple[CameraSpec, ...]
    leases: tuple[Lease, ...] = ()
