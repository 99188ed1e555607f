"""What a shot must reach to be compared with known faces, and to found a new identity.

The quality module's docstring has the measurements behind the figures.
"""

from dataclasses import dataclass
from typing import Final

from footfall_vision.types import Quality, QualityReason


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityGates:
    """What a shot must reach; the distance of the eyes in pixels, the others as parts of Quality."""

    min_inter_ocular_px: float
    min_pose: float
    min_sharpness: float
    min_exposure: float
    min_visible: float
    min_certainty: float

    def reasons(self, quality: Quality) -> tuple[QualityReason, ...]:
        """Faults that keep a shot from passing; empty when it passes."""
        checks = (
            (quality.inter_ocular_px >= self.min_inter_ocular_px, QualityReason.TOO_SMALL),
            (quality.pose >= self.min_pose, QualityReason.TURNED_AWAY),
            (quality.sharpness >= self.min_sharpness, QualityReason.BLURRED),
            (quality.exposure >= self.min_exposure, quality.exposure_fault),
            (quality.visible >= self.min_visible, QualityReason.TRUNCATED),
            (quality.certainty >= self.min_certainty, QualityReason.UNSURE),
        )
        return tuple(reason for passed, reason in checks if not passed)

    def admits(self, quality: Quality) -> bool:
        """Whether a shot passes."""
        return not self.reasons(quality)


RECOGNITION_GATES: Final = QualityGates(
    min_inter_ocular_px=24.0,
    min_pose=0.45,
    min_sharpness=0.25,
    min_exposure=0.3,
    min_visible=0.8,
    min_certainty=0.5,
)
"""To compare a shot with known faces: eyes 24 px apart (a face of some 60 px), turned up to 37 degrees,
at least 80 % of the box in the frame, a detector's score of .65."""

ENROLMENT_GATES: Final = QualityGates(
    min_inter_ocular_px=32.0,
    min_pose=0.6,
    min_sharpness=0.5,
    min_exposure=0.5,
    min_visible=0.95,
    min_certainty=0.7,
)
"""To make a new identity of a shot: eyes 32 px apart (a face of some 80 px), turned up to 30 degrees."""
