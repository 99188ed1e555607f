"""What a camera's reader process and the worker tell each other, over a pipe that only they have."""

from dataclasses import dataclass
from datetime import datetime

from footfall_edge.camera_health import CameraFault


@dataclass(frozen=True, slots=True)
class Play:
    """To the reader: open the source and read it until it ends or fails."""

    frames_per_second: float


@dataclass(frozen=True, slots=True)
class SetRate:
    """To the reader: so many frames a second are wanted from now on."""

    frames_per_second: float


@dataclass(frozen=True, slots=True)
class Release:
    """To the reader: what lies in the slot was copied, and it may be written again."""

    segment: str
    slot: int


@dataclass(frozen=True, slots=True)
class SegmentReady:
    """From the reader: frames lie in this shared memory from now on, in slots of so many bytes."""

    segment: str
    slot_bytes: int


@dataclass(frozen=True, slots=True)
class FrameReady:
    """From the reader: a wanted frame lies in a slot, uint8 BGR of that shape.

    skipped: wanted frames before it that found no free slot.
    """

    segment: str
    slot: int
    shape: tuple[int, int, int]
    at: float
    captured_at: datetime
    skipped: int


@dataclass(frozen=True, slots=True)
class Progress:
    """From the reader: it is alive. captured_at: of the newest good frame, when there is a new one."""

    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlayEnded:
    """From the reader: a file was played to its end."""


@dataclass(frozen=True, slots=True)
class PlayFailed:
    """From the reader: the source gives no frames."""

    fault: CameraFault
    detail: str


FromReader = SegmentReady | FrameReady | Progress | PlayEnded | PlayFailed
ToReader = Play | SetRate | Release
