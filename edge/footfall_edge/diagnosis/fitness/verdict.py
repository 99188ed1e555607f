"""Whether a camera is fit, and what to change. Pure.

The expected match rate is the share of visitors of whom at least one shot passed the gates of recognition
(quality_gates.py), times the share of returning faces that the model recognises of pictures which pass them:
95.5 % at the threshold of 0.45 among 1,680 known people (docs/models.md). A track joins several shots, which
is better than the single pictures that were measured; a camera's own light is worse than a photographer's.
"""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from footfall_vision.types import QualityReason

from footfall_edge.diagnosis.fitness.observations import Observations, Sighting, Visitor

RECOGNISED_OF_COMPARABLE: Final = 0.955
LEAST_MATCH_RATE: Final = 0.8
"""From here on repeat visits are counted well enough to be believed."""
LEAST_FOUNDING_RATE: Final = 0.6
"""Somebody who is seen twice or more becomes a customer at one of the visits; below, too many wait."""
LEAST_VISITORS: Final = 10
_LEAST_FPS: Final = 4.0
_STEEP_DEGREES: Final = 15.0
_95_PERCENT: Final = 1.96
_WORTH_ADVICE: Final = 0.1

_ADVICE: Final = {
    QualityReason.TOO_SMALL: "bring it nearer, or give it a longer lens or a larger picture",
    QualityReason.TURNED_AWAY: "turn it towards the way that people walk, at eye height or little above",
    QualityReason.BLURRED: "set its focus; shorten its exposure to 1/100 s or less, with more light",
    QualityReason.TOO_DARK: "more light on faces, or a lens or exposure that lets more in",
    QualityReason.TOO_BRIGHT: "turn it away from the window, or switch on its backlight compensation (WDR)",
    QualityReason.LOW_CONTRAST: "clean the lens; keep fog, glass and infrared glare away",
    QualityReason.TRUNCATED: "aim it so that heads pass through the middle of the picture",
    QualityReason.UNSURE: "keep what hides faces (shelves, signs, plants) out of its view",
}
_LOWER = "hang it lower: it looks down on people"


class Fitness(StrEnum):
    """TOO_FEW: nothing can be said of so few people."""

    PASS = "pass"  # noqa: S105 (a verdict)
    FAIL = "fail"
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True, kw_only=True)
class FitnessReport:
    """The verdict, and what it rests on.

    reason: the verdict in a sentence. advice: what to change. match_rate: expected share of visitors that are
    recognised when they come back, 0..1, with its 95 % interval. founding_rate: share of visitors who may
    become a new customer. faults: share of visitors whom a fault kept from being compared, the worst first.

    Medians over all faces seen, None without one: eyes_px, angle (degrees from frontal), sharpness, exposure.
    """

    verdict: Fitness
    reason: str
    advice: Sequence[str]
    visitors: int
    match_rate: float
    match_interval: tuple[float, float]
    founding_rate: float
    faults: Sequence[tuple[QualityReason, float]]
    eyes_px: float | None
    angle: float | None
    sharpness: float | None
    exposure: float | None


def judge(seen: Observations) -> FitnessReport:
    """The verdict on what was seen."""
    visitors = len(seen.visitors)
    comparable = sum(visitor.is_comparable for visitor in seen.visitors)
    founding = sum(visitor.may_found for visitor in seen.visitors) / visitors if visitors else 0.0
    low, high = _wilson(comparable, visitors)
    rate = comparable / visitors * RECOGNISED_OF_COMPARABLE if visitors else 0.0
    faults = _faults(seen.visitors)
    verdict, reason = _decide(visitors, rate, founding, faults)
    return FitnessReport(
        verdict=verdict,
        reason=reason,
        advice=_advice(seen, verdict, faults),
        visitors=visitors,
        match_rate=rate,
        match_interval=(low * RECOGNISED_OF_COMPARABLE, high * RECOGNISED_OF_COMPARABLE),
        founding_rate=founding,
        faults=faults,
        eyes_px=_median([each.quality.inter_ocular_px for each in seen.sightings]),
        angle=_median(angles(seen.sightings)),
        sharpness=_median([each.quality.sharpness for each in seen.sightings]),
        exposure=_median([each.quality.exposure for each in seen.sightings]),
    )


def angles(sightings: Sequence[Sighting]) -> list[float]:
    """Degrees by which each face is turned from frontal; impossible faces are left out."""
    return [
        sqrt(each.yaw**2 + each.pitch**2)
        for each in sightings
        if each.yaw is not None and each.pitch is not None
    ]


def _decide(
    visitors: int, rate: float, founding: float, faults: Sequence[tuple[QualityReason, float]]
) -> tuple[Fitness, str]:
    if visitors < LEAST_VISITORS:
        return Fitness.TOO_FEW, f"{visitors} people were seen; {LEAST_VISITORS} are needed"
    worst = f"; most often: {_name(faults[0][0])}" if faults else ""
    if rate < LEAST_MATCH_RATE:
        return (
            Fitness.FAIL,
            f"{rate:.0%} of visitors would be recognised, {LEAST_MATCH_RATE:.0%} are needed{worst}",
        )
    if founding < LEAST_FOUNDING_RATE:
        return (
            Fitness.FAIL,
            f"{founding:.0%} of visitors could become a new customer, {LEAST_FOUNDING_RATE:.0%} are needed",
        )
    return Fitness.PASS, f"{rate:.0%} of visitors would be recognised when they come back"


def _faults(visitors: Sequence[Visitor]) -> list[tuple[QualityReason, float]]:
    counts = Counter(reason for visitor in visitors for reason in visitor.quality.reasons)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(reason, count / len(visitors)) for reason, count in ordered]


def _advice(seen: Observations, verdict: Fitness, faults: Sequence[tuple[QualityReason, float]]) -> list[str]:
    if verdict is Fitness.TOO_FEW:
        advice = ["walk past it some ten times, as customers do, or watch at a busier hour"]
    else:
        advice = [_ADVICE[reason] for reason, share in faults if share >= _WORTH_ADVICE]
    if verdict is Fitness.FAIL and not advice:
        advice = ["larger, sharper, more frontal faces: see the gates for a new customer in the picture"]
    pitch = _median([each.pitch for each in seen.sightings if each.pitch is not None])
    if pitch is not None and pitch > _STEEP_DEGREES:
        advice.append(_LOWER)
    if 0 < seen.frames_per_second < _LEAST_FPS:
        advice.append(f"only {seen.frames_per_second:.1f} frames a second came: set it to 10 to 25")
    if seen.pictures:
        advice.append(f"{seen.pictures} still faces (posters, screens) are in view: mask or move them")
    return advice


def _wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927, JASA 22); 0 to 1 when nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, z2 = hits / count, _95_PERCENT**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _95_PERCENT * sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    # Rounding must not leave the share itself outside.
    return max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0)


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def _name(reason: QualityReason) -> str:
    return reason.name.lower().replace("_", " ")
