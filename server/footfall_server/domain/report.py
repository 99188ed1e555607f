"""What reports say. Pure.

There is no number of people who came in: visits, unique visitors, passages of staff and passages of faces
that could not be told apart stand side by side. Unique visitors are counted for each bucket and for the
whole, and never added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from footfall_server.domain.error_rates import Accuracy, CountRange
from footfall_server.domain.report_period import Bucket, BucketName, Period, Weekday

LEAST_COVERAGE: Final = 0.5
"""A day on which the cameras were read for less than this share of the time says nothing of its kind."""


class NewVisitScope(StrEnum):
    """Where somebody must not have been before for a visit to be new."""

    TENANT = "tenant"
    SITE = "site"


class ApparentGender(StrEnum):
    """An estimate in one word: see GenderBounds."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"
    NOT_ESTIMATED = "not_estimated"


@dataclass(frozen=True, slots=True)
class GenderBounds:
    """From which probability of "female" on, 0..1, the estimate is said, and up to which the other is."""

    female: float
    male: float

    def said_of(self, female_probability: float | None) -> ApparentGender:
        """The estimate in one word: UNKNOWN when it is not certain enough."""
        if female_probability is None:
            return ApparentGender.NOT_ESTIMATED
        if female_probability >= self.female:
            return ApparentGender.FEMALE
        if female_probability <= self.male:
            return ApparentGender.MALE
        return ApparentGender.UNKNOWN


@dataclass(frozen=True, slots=True)
class VisitTally:
    """Visits, the persons who made them, and how many of the visits are new."""

    visits: int = 0
    unique_visitors: int = 0
    new_visits: int = 0


@dataclass(frozen=True, slots=True)
class UncountedTally:
    """Sightings that make no visit: of staff, and of faces that could not be told apart."""

    staff: int = 0
    unidentifiable: int = 0

    def __add__(self, other: "UncountedTally") -> "UncountedTally":
        return UncountedTally(self.staff + other.staff, self.unidentifiable + other.unidentifiable)


@dataclass(frozen=True, slots=True)
class VisitTallies:
    """Of each bucket in which there are any, and of all of them together: unique visitors do not add up."""

    of_bucket: Mapping[BucketName, VisitTally] = field(default_factory=dict)
    total: VisitTally = VisitTally()


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the visits of a period, and the persons who made them."""

    visits: int = 0
    unique_visitors: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """All that is said of a time. `coverage` is 0..1, None where it is not known.

    The ranges are of what was counted, None where errors were never measured: see error_rates.
    """

    visits: VisitTally = VisitTally()
    uncounted: UncountedTally = UncountedTally()
    coverage: float | None = None
    visits_range: CountRange | None = None
    unique_visitors_range: CountRange | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of the time that cameras were read, by bucket, and of the whole; absent where not known."""

    of_bucket: Mapping[BucketName, float] = field(default_factory=dict)
    total: float | None = None


@dataclass(frozen=True, slots=True)
class CountedBucket:
    """A bucket with its numbers."""

    bucket: Bucket
    counts: Counts


@dataclass(frozen=True, slots=True)
class VisitorsReport:
    """A period with its numbers."""

    period: Period
    buckets: Sequence[CountedBucket]
    total: Counts


@dataclass(frozen=True, slots=True)
class DayAverage:
    """What a day of the week is like, over `days` of them; `days_left_out` say too little."""

    days: int
    days_left_out: int
    visits: float
    unique_visitors: float


def visitors_report(
    period: Period,
    buckets: Sequence[Bucket],
    visits: VisitTallies,
    uncounted: Mapping[BucketName, UncountedTally],
    coverage: Coverage,
    *,
    accuracy: Accuracy | None = None,
) -> VisitorsReport:
    """Puts together what was counted; a bucket in which nothing was has zeros."""
    counted = [
        CountedBucket(
            bucket,
            _counts(
                visits.of_bucket.get(bucket.name, VisitTally()),
                uncounted.get(bucket.name, UncountedTally()),
                coverage.of_bucket.get(bucket.name),
                accuracy,
            ),
        )
        for bucket in buckets
    ]
    passed = sum((each.counts.uncounted for each in counted), UncountedTally())
    return VisitorsReport(period, counted, _counts(visits.total, passed, coverage.total, accuracy))


def day_average(days: Sequence[CountedBucket], weekday: Weekday, *, now: datetime) -> DayAverage | None:
    """What this day of the week is like in a report by day; None when none of its days counts."""
    such = [each for each in days if each.bucket.name.start.weekday() == weekday.number]
    counting = [each for each in such if each.bucket.end <= now and _says_enough(each.counts)]
    if not counting:
        return None
    return DayAverage(
        days=len(counting),
        days_left_out=len(such) - len(counting),
        visits=sum(each.counts.visits.visits for each in counting) / len(counting),
        unique_visitors=sum(each.counts.visits.unique_visitors for each in counting) / len(counting),
    )


def _counts(
    tally: VisitTally, uncounted: UncountedTally, coverage: float | None, accuracy: Accuracy | None
) -> Counts:
    if accuracy is None:
        return Counts(tally, uncounted, coverage)
    return Counts(
        tally,
        uncounted,
        coverage,
        visits_range=accuracy.range_of(tally.visits, tally.visits),
        unique_visitors_range=accuracy.range_of(tally.unique_visitors, tally.visits),
    )


def _says_enough(counts: Counts) -> bool:
    return counts.coverage is None or counts.coverage >= LEAST_COVERAGE
