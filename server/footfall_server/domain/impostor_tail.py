"""How often two strangers look alike: the upper tail of a model's impostor scores. Pure.

Between two points log10(rate) is taken as linear in the cosine, and beyond the ends the nearest slope goes
on: over the range that matters the logarithm of the measured tails is close to a line.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import log10
from typing import Self

_LOWEST = -1.0
_HIGHEST = 0.999


@dataclass(frozen=True, slots=True)
class ImpostorTail:
    """Points of the tail.

    At `cosines[i]`, ascending, a share `false_match_rates[i]`, falling, of the pairs of strangers is that
    alike or more. At least two points; rates in (0, 1].
    """

    cosines: tuple[float, ...]
    false_match_rates: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.cosines) != len(self.false_match_rates) or len(self.cosines) < 2:  # noqa: PLR2004
            raise ValueError("a tail has at least two points, each with a cosine and a rate")
        pairs = list(zip(self.cosines, self.false_match_rates, strict=True))
        for (low, more), (high, less) in pairwise(pairs):
            if not (low < high and more > less):
                raise ValueError("along a tail cosines rise and rates fall")
        if not all(0.0 < rate <= 1.0 for rate in self.false_match_rates):
            raise ValueError("a rate is a share, above 0 and at most 1")

    @classmethod
    def of_points(cls, points: Iterable[tuple[float, float]]) -> Self:
        """A tail of (cosine, rate) points in any order."""
        ordered = sorted(points)
        return cls(tuple(cosine for cosine, _ in ordered), tuple(rate for _, rate in ordered))

    def rate_at(self, cosine: float) -> float:
        """The share of pairs of strangers at this cosine or above, at most 1."""
        place = self._segment(bisect_right(self.cosines, cosine) - 1)
        low, high = self.cosines[place], self.cosines[place + 1]
        more, less = (log10(self.false_match_rates[each]) for each in (place, place + 1))
        exponent = more + (cosine - low) / (high - low) * (less - more)
        return float(min(1.0, 10.0**exponent))

    def cosine_at(self, rate: float) -> float:
        """The cosine that this share of pairs of strangers reaches, below 1."""
        if not rate > 0.0:
            raise ValueError(f"a rate is above 0, got {rate}")
        rates = [-each for each in self.false_match_rates]
        place = self._segment(bisect_right(rates, -rate) - 1)
        low, high = self.cosines[place], self.cosines[place + 1]
        more, less = (log10(self.false_match_rates[each]) for each in (place, place + 1))
        cosine = low + (log10(rate) - more) / (less - more) * (high - low)
        return float(min(_HIGHEST, max(_LOWEST, cosine)))

    def _segment(self, place: int) -> int:
        return min(max(place, 0), len(self.cosines) - 2)
