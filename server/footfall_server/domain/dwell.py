"""How long visitors stayed, as far as cameras can tell. Pure.

A visit lasts from the beginning of its first sighting to the end of its last one. That is less than somebody
stayed: nobody is seen before the first camera and after the last one. A visit with a single sighting says
how long somebody walked past one camera, which is no stay: it is counted and left out of the quantiles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from footfall_server.domain.report import Coverage
from footfall_server.domain.report_period import Bucket, BucketName, Period

SHARES: Final = (0.25, 0.5, 0.75, 0.9)
"""The quantiles that are told."""


@dataclass(frozen=True, slots=True)
class DwellQuantiles:
    """Seconds that these shares of the measured visits lasted at most."""

    p25: float
    median: float
    p75: float
    p90: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "DwellQuantiles | None":
        """Between two visits on a straight line, as PostgreSQL's percentile_cont; None of none."""
        if not seconds:
            return None
        return cls(*(float(each) for each in np.quantile(np.array(seconds, np.float64), SHARES)))


@dataclass(frozen=True, slots=True)
class DwellTally:
    """Visits, how many of them have two sightings or more, and how long those lasted."""

    visits: int = 0
    measured: int = 0
    quantiles: DwellQuantiles | None = None

    @property
    def seen_once(self) -> int:
        """Visits of which nobody knows how long they lasted."""
        return self.visits - self.measured

    @property
    def seen_once_share(self) -> float | None:
        """Their share, 0..1; None without visits."""
        return self.seen_once / self.visits if self.visits else None


@dataclass(frozen=True, slots=True)
class DwellTallies:
    """Of each bucket in which there are any, and of all of them together: quantiles do not add up."""

    of_bucket: Mapping[BucketName, DwellTally] = field(default_factory=dict)
    total: DwellTally = DwellTally()


@dataclass(frozen=True, slots=True)
class DwellCounts:
    """All that is said of a time. `coverage` is 0..1, None where it is not known."""

    dwell: DwellTally = DwellTally()
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class DwellBucket:
    """A bucket with its numbers."""

    bucket: Bucket
    counts: DwellCounts


@dataclass(frozen=True, slots=True)
class DwellReport:
    """A period with its numbers."""

    period: Period
    buckets: Sequence[DwellBucket]
    total: DwellCounts


def dwell_report(
    period: Period, buckets: Sequence[Bucket], tallies: DwellTallies, coverage: Coverage
) -> DwellReport:
    """Puts together what was measured; a bucket in which nobody came has zeros."""
    return DwellReport(
        period,
        [
            DwellBucket(
                each,
                DwellCounts(
                    tallies.of_bucket.get(each.name, DwellTally()), coverage.of_bucket.get(each.name)
                ),
            )
            for each in buckets
        ],
        DwellCounts(tallies.total, coverage.total),
    )
