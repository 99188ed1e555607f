"""Reports, between the wire and the domain."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from footfall.v1 import report_service_pb2

from footfall_server.domain.error_rates import Accuracy
from footfall_server.domain.report import CountedBucket, Counts, DayAverage, NewVisitScope, VisitorsReport
from footfall_server.domain.report_period import Cut, Granularity, Period, Weekday
from footfall_server.errors import FieldViolation, invalid_fields
from footfall_server.rpc.convert_values import EARLIEST, LATEST, to_timestamp
from footfall_server.rpc.convert_weekdays import from_weekday, to_weekday
from footfall_server.services.reports import NamedSlice, Split, Visitors, VisitorsQuery

_GRANULARITIES = {
    report_service_pb2.GRANULARITY_HOUR: Granularity.HOUR,
    report_service_pb2.GRANULARITY_DAY: Granularity.DAY,
    report_service_pb2.GRANULARITY_WEEK: Granularity.WEEK,
    report_service_pb2.GRANULARITY_MONTH: Granularity.MONTH,
}
_SCOPES = {report_service_pb2.NEW_VISIT_SCOPE_SITE: NewVisitScope.SITE}


def from_period(start_date: str, end_date: str, prefix: str = "") -> Period:
    """A period of fields that are named with a prefix. Raises INVALID_FIELD for what is none."""
    start, end = from_day(start_date, f"{prefix}start_date"), from_day(end_date, f"{prefix}end_date")
    if end < start:
        raise invalid_fields(
            [FieldViolation(f"{prefix}end_date", f"must not be before {prefix}start_date", "date.order")]
        )
    return Period(start, end)


def from_compared(request: report_service_pb2.GetVisitorsRequest) -> Period | None:
    """The other period, when one is asked for. Raises INVALID_FIELD for half of one."""
    if not request.compare_start_date and not request.compare_end_date:
        return None
    return from_period(request.compare_start_date, request.compare_end_date, "compare_")


def from_site_ids(site_ids: Sequence[str]) -> tuple[UUID, ...]:
    return tuple(UUID(each) for each in site_ids)


def from_scope(scope: report_service_pb2.NewVisitScope) -> NewVisitScope:
    return _SCOPES.get(scope, NewVisitScope.TENANT)


def from_visitors_request(
    request: report_service_pb2.GetVisitorsRequest | report_service_pb2.ExportVisitorsRequest,
) -> VisitorsQuery:
    return VisitorsQuery(
        site_ids=from_site_ids(request.site_ids),
        period=from_period(request.start_date, request.end_date),
        cut=_cut(request),
        scope=from_scope(request.new_visit_scope),
        settled_week=from_weekday(request.week_start) is None,
    )


def from_dwell_request(request: report_service_pb2.GetDwellRequest) -> VisitorsQuery:
    return VisitorsQuery(
        site_ids=from_site_ids(request.site_ids),
        period=from_period(request.start_date, request.end_date),
        cut=_cut(request),
        settled_week=from_weekday(request.week_start) is None,
    )


def _cut(
    request: report_service_pb2.GetVisitorsRequest
    | report_service_pb2.ExportVisitorsRequest
    | report_service_pb2.GetDwellRequest,
) -> Cut:
    return Cut(
        _GRANULARITIES.get(request.granularity, Granularity.DAY),
        from_weekday(request.week_start) or Weekday.MONDAY,
    )


def to_visitors(visitors: Visitors) -> report_service_pb2.GetVisitorsResponse:
    return report_service_pb2.GetVisitorsResponse(
        report=_to_report(visitors.report),
        compared=None if visitors.compared is None else _to_report(visitors.compared),
        time_zones=visitors.time_zones,
        week_start=to_weekday(visitors.week_start),
        accuracy=None if visitors.accuracy is None else _to_accuracy(visitors.accuracy),
    )


def to_distribution(
    split: Split, period: Period, distribution: report_service_pb2.Distribution
) -> report_service_pb2.GetDistributionResponse:
    return report_service_pb2.GetDistributionResponse(
        period=to_period(period),
        distribution=distribution,
        slices=map(_to_slice, split.slices),
        time_zones=split.time_zones,
    )


def from_day(text: str, field: str) -> date:
    """A day of the calendar as YYYY-MM-DD. Raises INVALID_FIELD for what is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise invalid_fields([FieldViolation(field, "must be a day of the calendar", "date.valid")]) from None
    if not EARLIEST.date() <= day < LATEST.date():
        raise invalid_fields([FieldViolation(field, "must be a day between 2000 and 2200", "date.range")])
    return day


def to_period(period: Period) -> report_service_pb2.ReportPeriod:
    return report_service_pb2.ReportPeriod(
        start_date=period.start.isoformat(), end_date=period.end.isoformat()
    )


def _to_report(report: VisitorsReport) -> report_service_pb2.VisitorsReport:
    return report_service_pb2.VisitorsReport(
        period=to_period(report.period),
        buckets=map(_to_bucket, report.buckets),
        total=_to_counts(report.total),
    )


def _to_bucket(counted: CountedBucket) -> report_service_pb2.VisitorsBucket:
    bucket = counted.bucket
    return report_service_pb2.VisitorsBucket(
        start_date=bucket.name.start.isoformat(),
        end_date=bucket.last_day.isoformat(),
        hour=bucket.name.hour if bucket.name.hour >= 0 else None,
        is_repeated_hour=bucket.name.again,
        start_time=to_timestamp(bucket.start),
        end_time=to_timestamp(bucket.end),
        counts=_to_counts(counted.counts),
    )


def _to_counts(counts: Counts) -> report_service_pb2.VisitorCounts:
    of_visits, of_visitors = counts.visits_range, counts.unique_visitors_range
    return report_service_pb2.VisitorCounts(
        visits=counts.visits.visits,
        unique_visitors=counts.visits.unique_visitors,
        new_visits=counts.visits.new_visits,
        repeat_visits=counts.visits.visits - counts.visits.new_visits,
        staff_sightings=counts.uncounted.staff,
        unidentifiable_sightings=counts.uncounted.unidentifiable,
        coverage=counts.coverage,
        visits_low=None if of_visits is None else of_visits.low,
        visits_high=None if of_visits is None else of_visits.high,
        unique_visitors_low=None if of_visitors is None else of_visitors.low,
        unique_visitors_high=None if of_visitors is None else of_visitors.high,
    )


def _to_accuracy(accuracy: Accuracy) -> report_service_pb2.CountAccuracy:
    rates = accuracy.rates
    return report_service_pb2.CountAccuracy(
        model_id=rates.model_id,
        measure_time=to_timestamp(rates.measured_at),
        split_rate=rates.split_rate,
        merge_rate=rates.merge_rate,
        people=rates.people,
        gallery_size=rates.gallery_size,
        passages_per_visit=accuracy.passages_per_visit,
    )


def _to_slice(named: NamedSlice) -> report_service_pb2.DistributionSlice:
    return report_service_pb2.DistributionSlice(
        key=named.key,
        visits=named.part.visits,
        unique_visitors=named.part.unique_visitors,
        average=None if named.average is None else _to_average(named.average),
    )


def _to_average(average: DayAverage) -> report_service_pb2.DayAverage:
    return report_service_pb2.DayAverage(
        days=average.days,
        days_left_out=average.days_left_out,
        visits=average.visits,
        unique_visitors=average.unique_visitors,
    )
