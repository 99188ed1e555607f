"""Visits, and word of their changes, between the wire and the domain."""

from uuid import UUID

from footfall.v1 import common_pb2, visit_service_pb2
from footfall_vision.model_cards import CERTAIN_FEMALE, CERTAIN_MALE

from footfall_server.domain.visit import VisitFilter, VisitKind, VisitView
from footfall_server.rpc.convert_values import (
    from_optional_id,
    from_timestamp,
    to_optional_id,
    to_timestamp,
)

_KINDS = {
    VisitKind.NEW: visit_service_pb2.VISIT_KIND_NEW,
    VisitKind.REPEAT: visit_service_pb2.VISIT_KIND_REPEAT,
}
_FROM_KINDS = {number: kind for kind, number in _KINDS.items()}


def to_visit(visit: VisitView) -> visit_service_pb2.Visit:
    return visit_service_pb2.Visit(
        visit_id=str(visit.visit_id),
        site_id=str(visit.site_id),
        customer_id=str(visit.customer_id),
        customer_number=visit.customer_number,
        customer_name=visit.customer_name,
        first_seen_time=to_timestamp(visit.first_seen_at),
        last_seen_time=to_timestamp(visit.last_seen_at),
        kind=_KINDS[visit.kind],
        sighting_count=visit.sighting_count,
        image_id=to_optional_id(visit.image_id),
        gender=to_gender(visit.female_probability),
        camera_ids=[str(camera_id) for camera_id in visit.camera_ids],
        rule_version=visit.rule_version,
        business_day=visit.business_day.isoformat(),
    )


def from_visit_filter(request: visit_service_pb2.ListVisitsRequest) -> VisitFilter:
    return VisitFilter(
        site_ids=frozenset({UUID(request.site_id)}) if request.site_id else None,
        start=from_timestamp(request.start_time, "start_time") if request.HasField("start_time") else None,
        end=from_timestamp(request.end_time, "end_time") if request.HasField("end_time") else None,
        customer_id=from_optional_id(request.customer_id),
        kind=_FROM_KINDS.get(request.kind),
        camera_id=from_optional_id(request.camera_id),
    )


def to_gender(female_probability: float | None) -> common_pb2.Gender:
    """The estimate in one word: unspecified when none was made, unknown when it was not certain enough."""
    if female_probability is None:
        return common_pb2.GENDER_UNSPECIFIED
    if female_probability >= CERTAIN_FEMALE:
        return common_pb2.GENDER_FEMALE
    if female_probability <= CERTAIN_MALE:
        return common_pb2.GENDER_MALE
    return common_pb2.GENDER_UNKNOWN
