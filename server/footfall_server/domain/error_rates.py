"""How far counts of visits and visitors may be from what there was, by the measured error rates. Pure.

Recognition errs in two ways. It *splits*: at a passage before a camera somebody who is known is taken for
somebody new, and one person is counted as two. And it *merges*: somebody new is taken for somebody who is
known, and two are counted as one. A calibration measures pairs of faces (ISO/IEC 19795-1): the share of
pairs of one person below the threshold of a match, and the share of pairs of two people at it or above it.

From pairs to people, always to the side of more errors:

- The split rate s of a passage is at most the share of pairs of one person that are missed. Somebody with
  several faces is missed less often, and a miss has to be confirmed by a second look to become a customer.
- The merge rate m of a person is the share of strangers who are like one of all N who are known,
  1 - (1 - f)^N. Whom they are taken for need not be among those who were counted.
- Neither rate is known: in place of what was measured stands the upper end of Wilson's interval (E. B.
  Wilson, J. Am. Stat. Assoc. 22, 1927) at 95 %. Pairs that share a person are not independent, so of the
  pairs of one person no more count as trials than there are people in the sample.

With S passages and U counted persons of T true ones: U <= T + s (S - T), plus what chance does, so
T >= (U - s S - z sqrt(S s (1 - s))) / (1 - s); and U >= (1 - m) T - z sqrt(T m (1 - m)), which is solved
for T. The same holds for visits. So what was counted always lies in its range, and the range is of what
cameras saw and could tell apart: nobody else is in it.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from footfall_server.domain.calibration import expected_miss_rate, search_rate, thresholds_of
from footfall_server.domain.histogram import Histogram
from footfall_server.domain.models import AppliedCalibration

Z: Final = 1.959964
"""Of a normal distribution 95 % lies within so many deviations."""
SAYS_NOTHING: Final = 0.5
"""With a rate above this the sample was too small, or the model is unfit: no range follows from it."""
_ROUNDING: Final = 1e-9
"""What a square root is off by must not move a bound by one."""


@dataclass(frozen=True, slots=True)
class CountRange:
    """The least and the most that there may have been of what was counted, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """What the calibration in force says of a gallery of `gallery_size` people.

    `split_rate` is of a passage, `merge_rate` of a person, both 0..1 and upper ends: see above.
    """

    model_id: str
    measured_at: datetime
    people: int
    gallery_size: int
    split_rate: float
    merge_rate: float

    @classmethod
    def of(cls, applied: AppliedCalibration, gallery_size: int) -> Self | None:
        """None for a calibration that is too old for its pairs to be kept."""
        measured = applied.measured
        if measured is None:
            return None
        match, _ = thresholds_of(applied.tail, applied.target_rate, gallery_size)
        genuine = Histogram.of_counts(measured.genuine_counts)
        trials = min(genuine.total, measured.people)
        strangers = wilson_high(applied.tail.rate_at(match), measured.impostor_pairs)
        return cls(
            model_id=applied.model_id,
            measured_at=applied.applied_at,
            people=measured.people,
            gallery_size=gallery_size,
            split_rate=wilson_high(expected_miss_rate(genuine, match), trials),
            merge_rate=search_rate(strangers, gallery_size),
        )

    @property
    def say_enough(self) -> bool:
        """Whether a range follows from them."""
        return max(self.split_rate, self.merge_rate) <= SAYS_NOTHING


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Error rates, and how many passages a visit has on average, at least 1."""

    rates: ErrorRates
    passages_per_visit: float

    def range_of(self, counted: int, visits: int) -> CountRange | None:
        """The range of persons, or of visits, that were counted in so many visits; None without any.

        `counted` is at most `visits`.
        """
        if not self.rates.say_enough:
            return None
        if counted == 0:
            return CountRange(0, 0)
        split, merge = self.rates.split_rate, self.rates.merge_rate
        passages = max(self.passages_per_visit, 1.0) * visits
        chance = Z * math.sqrt(passages * split * (1.0 - split))
        low = (counted - split * passages - chance) / (1.0 - split)
        # (1 - m) x^2 - b x - counted = 0, where x^2 are those who were there.
        b = Z * math.sqrt(merge * (1.0 - merge))
        x = (b + math.sqrt(b * b + 4.0 * (1.0 - merge) * counted)) / (2.0 * (1.0 - merge))
        high = math.ceil(x * x - _ROUNDING)
        return CountRange(min(max(1, math.floor(low + _ROUNDING)), counted), max(high, counted))


def wilson_high(share: float, trials: int) -> float:
    """The upper end of Wilson's interval at 95 % for a share that was found in so many trials; 1 in none.

    The share need not be a whole number of trials: that of a tail goes on as its line does.
    """
    if trials <= 0:
        return 1.0
    square = Z * Z / trials
    spread = Z * math.sqrt(share * (1.0 - share) / trials + square / (4.0 * trials))
    return min(1.0, (share + square / 2.0 + spread) / (1.0 + square))
