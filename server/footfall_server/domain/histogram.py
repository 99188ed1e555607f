"""Counts of cosine similarities in bins of equal width. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

FINE_BINS: Final = 4000
"""Bins over -1..1, each 0.0005 wide: finer than thresholds are told."""

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts` int64 [n] of cosines in n equal bins over -1..1."""

    counts: Counts

    @classmethod
    def empty(cls, bins: int = FINE_BINS) -> Self:
        """Nothing counted yet."""
        return cls(np.zeros(bins, np.int64))

    @classmethod
    def of_counts(cls, counts: Sequence[int]) -> Self:
        """Counts that were told one by one."""
        return cls(np.array(counts, np.int64))

    @property
    def total(self) -> int:
        """How many cosines were counted."""
        return int(self.counts.sum())

    def adding(self, cosines: npt.NDArray[np.floating]) -> "Histogram":
        """With these counted too, of any shape; what rounding put beyond -1 or 1 goes into the last bin."""
        bins = len(self.counts)
        places = np.clip(((cosines.ravel() + 1.0) * (bins / 2)).astype(np.int64), 0, bins - 1)
        return Histogram(self.counts + np.bincount(places, minlength=bins))

    def share_above(self, cosine: float) -> float:
        """Share of the cosines at this one or above it, 0..1; within its bin they count as spread evenly."""
        total = self.total
        if not total:
            return 0.0
        place = min(max((cosine + 1.0) * len(self.counts) / 2, 0.0), float(len(self.counts)))
        whole = int(place)
        above = float(self.counts[whole + 1 :].sum()) if whole < len(self.counts) else 0.0
        inside = float(self.counts[whole]) * (1.0 - (place - whole)) if whole < len(self.counts) else 0.0
        return (above + inside) / total

    def cosine_at_share_above(self, share: float) -> float:
        """The lowest edge of a bin that has less than this share at it or above it, -1..1.

        Raises ValueError when nothing was counted or the share is not above 0, at most 1.
        """
        if not self.total or not 0.0 < share <= 1.0:
            raise ValueError("needs something counted, and a share above 0, at most 1")
        from_above = np.cumsum(self.counts[::-1])
        place = int(np.searchsorted(from_above, share * self.total, side="left"))
        return 1.0 - place * 2.0 / len(self.counts)

    def coarser(self, bins: int) -> "Histogram":
        """The same counts in fewer bins. Raises ValueError unless they divide evenly."""
        if bins < 1 or len(self.counts) % bins:
            raise ValueError(f"{len(self.counts)} bins cannot be put together to {bins}")
        return Histogram(self.counts.reshape(bins, -1).sum(axis=1))

    def edges(self) -> npt.NDArray[np.float64]:
        """Edges of the bins, float64 [n + 1]."""
        return np.linspace(-1.0, 1.0, len(self.counts) + 1)
