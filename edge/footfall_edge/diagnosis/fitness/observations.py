"""What was seen of a camera. Nobody's face and nobody's vector: numbers, and one frame for the report."""

from dataclasses import dataclass, field

from footfall_vision.quality_gates import ENROLMENT_GATES
from footfall_vision.types import Image, Quality


@dataclass(frozen=True, slots=True)
class Sighting:
    """One face in one frame.

    x, y: the middle of its box, as shares of the picture. yaw, pitch: degrees, see head_angles(); None for an
    impossible face.
    """

    quality: Quality
    x: float
    y: float
    yaw: float | None
    pitch: float | None


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person's way through the picture, by the best shot that the worker would have sent."""

    quality: Quality

    @property
    def is_comparable(self) -> bool:
        """Whether the shot may be compared with known faces."""
        return not self.quality.reasons

    @property
    def may_found(self) -> bool:
        """Whether the shot may become a new customer."""
        return ENROLMENT_GATES.admits(self.quality)


@dataclass(slots=True)
class Observations:
    """All that is kept of a watch.

    seconds: how long. frames: how many were looked at. pictures: still faces that were left out.
    sample: the frame with the most faces; None before the first frame. It shows faces: veil it.
    """

    width: int = 0
    height: int = 0
    seconds: float = 0.0
    frames: int = 0
    pictures: int = 0
    sightings: list[Sighting] = field(default_factory=list)
    visitors: list[Visitor] = field(default_factory=list)
    sample: Image | None = field(default=None, repr=False)

    @property
    def frames_per_second(self) -> float:
        """Frames that were looked at, per second."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0
