"""What a shot has to reach to be compared with known faces, and the more to found a person. Pure.

The figures are those of the edge (footfall_vision.quality_gates), which says how they were measured: a
shot that may be compared is not yet good enough to be what somebody is recognised by from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from footfall_server.domain.face_event import FaceQuality


class GatePurpose(StrEnum):
    """What passing a gate allows."""

    MATCH = "match"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class GateReading:
    """One thing that was measured, and whether it sufficed."""

    name: str
    purpose: GatePurpose
    value: float
    needed: float

    @property
    def passed(self) -> bool:
        """Whether it sufficed."""
        return self.value >= self.needed


@dataclass(frozen=True, slots=True)
class QualityGates:
    """What each part of FaceQuality has to reach; the distance of the eyes in pixels, the rest in 0..1."""

    inter_ocular_px: float
    pose: float
    sharpness: float
    exposure: float
    score: float

    def read(self, purpose: GatePurpose, quality: FaceQuality) -> Sequence[GateReading]:
        """Each gate with what was measured."""
        return [
            GateReading(name, purpose, float(getattr(quality, name)), getattr(self, name))
            for name in ("inter_ocular_px", "pose", "sharpness", "exposure", "score")
        ]

    def admit(self, quality: FaceQuality) -> bool:
        """Whether a shot passes all of them."""
        return (
            quality.inter_ocular_px >= self.inter_ocular_px
            and quality.pose >= self.pose
            and quality.sharpness >= self.sharpness
            and quality.exposure >= self.exposure
            and quality.score >= self.score
        )


MATCH_GATES: Final = QualityGates(inter_ocular_px=24.0, pose=0.45, sharpness=0.25, exposure=0.3, score=0.25)
CREATE_GATES: Final = QualityGates(inter_ocular_px=32.0, pose=0.6, sharpness=0.5, exposure=0.5, score=0.5)


def may_be_compared(quality: FaceQuality) -> bool:
    """Whether a shot may be compared with known faces. A fault that the worker names keeps it from that."""
    return not quality.reasons and MATCH_GATES.admit(quality)


def may_found(quality: FaceQuality) -> bool:
    """Whether a shot is good enough for a person to be recognised by it from now on."""
    return not quality.reasons and CREATE_GATES.admit(quality)


def readings(quality: FaceQuality) -> Sequence[GateReading]:
    """Every gate, those to be compared first."""
    return [*MATCH_GATES.read(GatePurpose.MATCH, quality), *CREATE_GATES.read(GatePurpose.CREATE, quality)]
