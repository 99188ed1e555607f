"""How long visitors stayed and how many were there, between the wire and the domain."""

from datetime import timedelta

from footfall.v1 import report_service_pb2

from footfall_server.domain.dwell import DwellBucket, DwellCounts
from footfall_server.domain.occupancy import HOUR, QUARTER_HOUR, OccupancyDay, OccupancyPoint
from footfall_server.domain.report_period import Period
from footfall_server.rpc.convert_reports import to_period
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.rpc.convert_weekdays import to_weekday
from footfall_server.services.stays import Dwells, Presence

_STEPS = {report_service_pb2.OCCUPANCY_STEP_HOUR: HOUR}


def from_step(step: report_service_pb2.OccupancyStep) -> timedelta:
    return _STEPS.get(step, QUARTER_HOUR)


def to_dwells(dwells: Dwells) -> report_service_pb2.GetDwellResponse:
    return report_service_pb2.GetDwellResponse(
        period=to_period(dwells.report.period),
        buckets=map(_to_dwell_bucket, dwells.report.buckets),
        total=_to_dwell(dwells.report.total),
        time_zones=dwells.time_zones,
        week_start=to_weekday(dwells.week_start),
    )


def to_occupancy(presence: Presence, period: Period) -> report_service_pb2.GetOccupancyResponse:
    return report_service_pb2.GetOccupancyResponse(
        period=to_period(period),
        method=(
            report_service_pb2.OCCUPANCY_METHOD_VISITS_AND_LINE
            if presence.has_line
            else report_service_pb2.OCCUPANCY_METHOD_VISITS
        ),
        days=[_to_day(each, presence) for each in presence.occupancy.days],
        points=[_to_point(each, presence, number) for number, each in enumerate(presence.occupancy.points)],
        time_zone=presence.time_zone,
    )


def _to_dwell_bucket(counted: DwellBucket) -> report_service_pb2.DwellBucket:
    bucket = counted.bucket
    return report_service_pb2.DwellBucket(
        start_date=bucket.name.start.isoformat(),
        end_date=bucket.last_day.isoformat(),
        hour=bucket.name.hour if bucket.name.hour >= 0 else None,
        is_repeated_hour=bucket.name.again,
        start_time=to_timestamp(bucket.start),
        end_time=to_timestamp(bucket.end),
        dwell=_to_dwell(counted.counts),
    )


def _to_dwell(counts: DwellCounts) -> report_service_pb2.Dwell:
    tally = counts.dwell
    quantiles = tally.quantiles
    return report_service_pb2.Dwell(
        visits=tally.visits,
        measured_visits=tally.measured,
        seen_once_visits=tally.seen_once,
        seen_once_share=tally.seen_once_share,
        p25_seconds=None if quantiles is None else quantiles.p25,
        median_seconds=None if quantiles is None else quantiles.median,
        p75_seconds=None if quantiles is None else quantiles.p75,
        p90_seconds=None if quantiles is None else quantiles.p90,
        coverage=counts.coverage,
    )


def _to_day(day: OccupancyDay, presence: Presence) -> report_service_pb2.OccupancyDay:
    return report_service_pb2.OccupancyDay(
        date=day.day.isoformat(),
        peak=day.peak,
        peak_time=None if day.peak_at is None else to_timestamp(day.peak_at),
        visits=day.visits,
        seen_once_visits=day.seen_once,
        entered=day.entered,
        left=day.left,
        coverage=presence.of_days.get(day.day),
    )


def _to_point(point: OccupancyPoint, presence: Presence, number: int) -> report_service_pb2.OccupancyPoint:
    return report_service_pb2.OccupancyPoint(
        start_time=to_timestamp(point.step.start),
        end_time=to_timestamp(point.step.end),
        present=point.present,
        peak=point.peak,
        entered=point.entered,
        left=point.left,
        line_present=point.line_present if presence.has_line else None,
        coverage=presence.coverage.get(number),
    )
