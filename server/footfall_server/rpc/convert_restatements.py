"""Restatements of reports, between the wire and the domain."""

from typing import Final

from footfall.v1 import report_service_pb2

from footfall_server.domain.restatement import ChangeCause, DayNumbers, Restatement
from footfall_server.errors import FieldViolation, invalid_fields
from footfall_server.rpc.convert_reports import from_day, from_site_ids
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.services.restatements import RestatementQuery

_CAUSES: Final = {
    ChangeCause.LATE_EVENT: report_service_pb2.RESTATEMENT_CAUSE_LATE_EVENT,
    ChangeCause.MERGE: report_service_pb2.RESTATEMENT_CAUSE_MERGE,
    ChangeCause.UNMERGE: report_service_pb2.RESTATEMENT_CAUSE_UNMERGE,
    ChangeCause.SPLIT: report_service_pb2.RESTATEMENT_CAUSE_SPLIT,
    ChangeCause.CONFIRMATION: report_service_pb2.RESTATEMENT_CAUSE_CONFIRMATION,
    ChangeCause.STAFF_CHANGE: report_service_pb2.RESTATEMENT_CAUSE_STAFF_CHANGE,
    ChangeCause.ERASURE: report_service_pb2.RESTATEMENT_CAUSE_ERASURE,
    ChangeCause.RULE_CHANGE: report_service_pb2.RESTATEMENT_CAUSE_RULE_CHANGE,
    ChangeCause.RECOMPUTED: report_service_pb2.RESTATEMENT_CAUSE_RECOMPUTED,
}


def from_request(request: report_service_pb2.ListRestatementsRequest) -> RestatementQuery:
    """Raises INVALID_FIELD for what is no day, and for an end before the start."""
    first = from_day(request.start_date, "start_date") if request.start_date else None
    last = from_day(request.end_date, "end_date") if request.end_date else None
    if first is not None and last is not None and last < first:
        raise invalid_fields([FieldViolation("end_date", "must not be before start_date", "date.order")])
    return RestatementQuery(from_site_ids(request.site_ids), first, last)


def to_restatement(restatement: Restatement) -> report_service_pb2.Restatement:
    return report_service_pb2.Restatement(
        restatement_id=str(restatement.restatement_id),
        site_id=str(restatement.site_id),
        day=restatement.day.isoformat(),
        before=_to_numbers(restatement.before),
        after=_to_numbers(restatement.after),
        causes=[_CAUSES[each] for each in restatement.causes],
        merge_ids=[str(each) for each in restatement.merge_ids],
        change_time=to_timestamp(restatement.restated_at),
        summary=restatement.words,
    )


def _to_numbers(numbers: DayNumbers) -> report_service_pb2.DayNumbers:
    return report_service_pb2.DayNumbers(
        visits=numbers.visits,
        unique_visitors=numbers.unique_visitors,
        new_visits=numbers.new_visits,
        new_visits_here=numbers.new_visits_here,
        staff_sightings=numbers.staff,
        unidentifiable_sightings=numbers.unidentifiable,
    )
