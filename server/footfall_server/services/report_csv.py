"""Reports as CSV."""

from collections.abc import Sequence

from footfall_server.domain.error_rates import CountRange
from footfall_server.domain.report import Counts, VisitorsReport
from footfall_server.domain.report_period import Bucket
from footfall_server.services.csv_text import csv_text, harmless

_COLUMNS = (
    "site",
    "time_zones",
    "row",
    "start_date",
    "end_date",
    "hour",
    "is_repeated_hour",
    "start_time",
    "end_time",
    "visits",
    "unique_visitors",
    "new_visits",
    "repeat_visits",
    "staff_sightings",
    "unidentifiable_sightings",
    "coverage",
    "visits_low",
    "visits_high",
    "unique_visitors_low",
    "unique_visitors_high",
)


def header() -> str:
    """The line of names."""
    return csv_text([_COLUMNS])


def lines(report: VisitorsReport, *, site: str, time_zones: Sequence[str]) -> str:
    """A line for each bucket, and last the total: its unique visitors are not the sum of the others'."""
    first = [harmless(site), " ".join(time_zones)]
    rows: list[Sequence[object]] = [
        [*first, "bucket", *_times(each.bucket), *_numbers(each.counts)] for each in report.buckets
    ]
    total = [report.period.start.isoformat(), report.period.end.isoformat(), "", "", "", ""]
    return csv_text([*rows, [*first, "total", *total, *_numbers(report.total)]])


def _times(bucket: Bucket) -> Sequence[object]:
    is_hour = bucket.name.hour >= 0
    return [
        bucket.name.start.isoformat(),
        bucket.last_day.isoformat(),
        f"{bucket.name.hour:02d}:00" if is_hour else "",
        str(bucket.name.again).lower() if is_hour else "",
        bucket.start.isoformat(),
        bucket.end.isoformat(),
    ]


def _numbers(counts: Counts) -> Sequence[object]:
    visits = counts.visits
    return [
        visits.visits,
        visits.unique_visitors,
        visits.new_visits,
        visits.visits - visits.new_visits,
        counts.uncounted.staff,
        counts.uncounted.unidentifiable,
        "" if counts.coverage is None else f"{counts.coverage:.4f}",
        *_range(counts.visits_range),
        *_range(counts.unique_visitors_range),
    ]


def _range(found: CountRange | None) -> Sequence[object]:
    """Nothing where errors were never measured: a range of one number would say that there are none."""
    return ["", ""] if found is None else [found.low, found.high]
