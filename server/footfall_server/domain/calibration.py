"""How alike a tenant's own faces are, and what follows from it. Pure.

Genuine pairs are two faces of one person, seen on different tracks: two shots of one track are nearly one
picture and say nothing of how somebody looks another day. Impostor pairs are faces of two people.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.histogram import Histogram
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.thresholds import CALIBRATED, ThresholdPolicy

_RATES: Final = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6)
PAIRS_BEHIND_A_POINT: Final = 30
"""A rate is measured from at least so many pairs: with fewer, a single one would move it."""
_COSINES: Final = (-0.999, 0.999)
_POINTS: Final = 2
_BLOCK: Final = 1024
"""Rows compared at once: keeps the scores of a block within some tens of megabytes."""

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SampledFace:
    """A gallery face as a calibration sees it. `root_id` is whose it is after merges."""

    root_id: UUID
    track_id: UUID
    embedding: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Cosines of the pairs of a sample: how many people were in it, and both histograms."""

    people: int
    genuine: Histogram
    impostors: Histogram

    @classmethod
    def of(cls, faces: Sequence[SampledFace]) -> Self:
        """Every pair of the faces, each once: n faces give up to n (n - 1) / 2."""
        genuine, impostors = Histogram.empty(), Histogram.empty()
        if not faces:
            return cls(0, genuine, impostors)
        vectors = np.stack([face.embedding for face in faces])
        people = _places([face.root_id for face in faces])
        tracks = _places([face.track_id for face in faces])
        for start in range(0, len(faces), _BLOCK):
            rows = slice(start, start + _BLOCK)
            cosines = vectors[rows] @ vectors[start:].T
            later = np.arange(len(faces) - start)[None, :] > np.arange(len(cosines))[:, None]
            same_person = people[rows, None] == people[None, start:]
            same_track = tracks[rows, None] == tracks[None, start:]
            genuine = genuine.adding(cosines[later & same_person & ~same_track])
            impostors = impostors.adding(cosines[later & ~same_person])
        return cls(len(set(people.tolist())), genuine, impostors)


def thresholds_of(tail: ImpostorTail, target_rate: float, gallery_size: int) -> tuple[float, float]:
    """(match, new): cosines from which a face is somebody's, and below which it is nobody's.

    Asks the policy that events are decided by.
    """
    zones = ThresholdPolicy(tail, target_rate, CALIBRATED).zones(gallery_size, "tenant")
    return zones.match, zones.new


def measured_tail(impostors: Histogram) -> ImpostorTail:
    """The tail of a tenant's own impostor pairs.

    Takes a point wherever enough pairs stand behind it, so it ends where the sample gets thin and is
    extrapolated from there. Raises ValueError when the pairs are too few or too much alike for two points.
    """
    points: list[tuple[float, float]] = []
    for rate in _RATES:
        if rate * impostors.total < PAIRS_BEHIND_A_POINT:
            break
        cosine = impostors.cosine_at_share_above(rate)
        if _COSINES[0] < cosine < _COSINES[1] and (not points or cosine > points[-1][0]):
            points.append((cosine, rate))
    if len(points) < _POINTS:
        raise ValueError("there are too few pairs of different people for a tail")
    return ImpostorTail.of_points(points)


def per_comparison_rate(target_rate: float, gallery_size: int) -> float:
    """False match rate of one comparison with which a search of the gallery has the target rate.

    1 - (1 - target)^(1 / N), comparisons taken as independent. A gallery of less than one counts as one.
    Raises ValueError unless 0 < target_rate < 1.
    """
    if not 0.0 < target_rate < 1.0:
        raise ValueError(f"a target rate lies between 0 and 1, got {target_rate}")
    return -math.expm1(math.log1p(-target_rate) / max(gallery_size, 1))


def search_rate(comparison_rate: float, gallery_size: int) -> float:
    """The reverse: share of strangers who are taken for somebody among gallery_size people, 0..1."""
    if comparison_rate >= 1.0:
        return 1.0
    return -math.expm1(max(gallery_size, 1) * math.log1p(-comparison_rate))


def expected_miss_rate(genuine: Histogram, match_threshold: float) -> float:
    """Share of the genuine pairs below the threshold, 0..1.

    Somebody with several faces is missed less often: one of them has to be alike enough.
    """
    return 1.0 - genuine.share_above(match_threshold) if genuine.total else 0.0


def expected_false_match_rate(tail: ImpostorTail, match_threshold: float, gallery_size: int) -> float:
    """Share of strangers at the threshold or above it in a gallery of that size (FPIR), 0..1."""
    return search_rate(tail.rate_at(match_threshold), gallery_size)


def _places(ids: Sequence[UUID]) -> Places:
    numbers: dict[UUID, int] = {}
    return np.array([numbers.setdefault(each, len(numbers)) for each in ids], np.int64)
