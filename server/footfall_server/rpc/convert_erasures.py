"""Erasures, between the wire and the domain."""

from footfall.v1 import erasure_service_pb2

from footfall_server.domain.customer import Customer
from footfall_server.domain.erasure import Erasure, ErasureCounts, SubjectKind
from footfall_server.domain.person import CustomerKind
from footfall_server.rpc.convert_staff import to_box, to_candidate, to_thresholds
from footfall_server.rpc.convert_values import to_optional_id, to_timestamp
from footfall_server.services.subject_search import FoundSubjects

_KINDS = {
    SubjectKind.CUSTOMER: erasure_service_pb2.ERASURE_KIND_CUSTOMER,
    SubjectKind.STAFF: erasure_service_pb2.ERASURE_KIND_STAFF,
}


def to_erasure(erasure: Erasure) -> erasure_service_pb2.Erasure:
    return erasure_service_pb2.Erasure(
        erasure_id=str(erasure.erasure_id),
        kind=_KINDS[erasure.kind],
        subject_id=str(erasure.subject_id),
        ticket=erasure.ticket,
        create_time=to_timestamp(erasure.erased_at),
        create_user_id=to_optional_id(erasure.requested_by),
        removed=_to_counts(erasure.counts),
        complete_time=None if erasure.completed_at is None else to_timestamp(erasure.completed_at),
        receipt=erasure.receipt,
    )


def to_preview(person: Customer, counts: ErasureCounts) -> erasure_service_pb2.PreviewErasureResponse:
    is_staff = person.kind is CustomerKind.STAFF
    return erasure_service_pb2.PreviewErasureResponse(
        subject_id=str(person.customer_id),
        kind=_KINDS[SubjectKind.STAFF if is_staff else SubjectKind.CUSTOMER],
        display_name=person.display_name,
        number=person.number or 0,
        removed=_to_counts(counts),
    )


def to_found(found: FoundSubjects) -> erasure_service_pb2.FindErasureSubjectsResponse:
    return erasure_service_pb2.FindErasureSubjectsResponse(
        candidates=map(to_candidate, found.candidates),
        thresholds=to_thresholds(found.zones),
        box=to_box(found.face.box),
    )


def _to_counts(counts: ErasureCounts) -> erasure_service_pb2.ErasureCounts:
    return erasure_service_pb2.ErasureCounts(
        faces=counts.faces, tracks=counts.tracks, visits=counts.visits, images=counts.images
    )
