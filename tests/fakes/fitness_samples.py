"""What a camera might have been seen to show."""

from fakes.edge_samples import quality
from footfall_edge.diagnosis.fitness.observations import Observations, Sighting, Visitor
from footfall_vision.quality_gates import RECOGNITION_GATES
from footfall_vision.types import Quality


def shot(**parts: float) -> Quality:
    """A good shot but for the parts that are named; its reasons are those of the recognition gate."""
    good = quality(0.9)
    fields = {name: getattr(good, name) for name in Quality.__slots__}
    made = Quality(**{**fields, **parts})
    return Quality(**{**fields, **parts, "reasons": RECOGNITION_GATES.reasons(made)})


def sighting(
    *, x: float = 0.5, y: float = 0.5, yaw: float | None = 5.0, pitch: float | None = 3.0
) -> Sighting:
    return Sighting(quality=shot(), x=x, y=y, yaw=yaw, pitch=pitch)


def seen(good: int, bad: int = 0, fault: str = "inter_ocular_px", value: float = 15.0) -> Observations:
    """So many visitors whose best shot is good, and so many with one bad part."""
    visitors = [Visitor(shot()) for _ in range(good)] + [Visitor(shot(**{fault: value})) for _ in range(bad)]
    return Observations(
        width=1280,
        height=720,
        seconds=60.0,
        frames=600,
        sightings=[sighting() for _ in range(10 * len(visitors))],
        visitors=visitors,
    )
