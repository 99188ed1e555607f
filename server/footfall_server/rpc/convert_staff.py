"""Staff and their faces, between the wire and the domain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from footfall.v1 import common_pb2, explanation_pb2, face_event_pb2, staff_service_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from footfall_server.domain.face_event import FaceQuality
from footfall_server.domain.quality_gates import GateReading
from footfall_server.domain.staff import MOST_FACES_EACH, EnrolledFace, StaffPresence, StaffView
from footfall_server.domain.thresholds import Zones
from footfall_server.rpc.convert_values import (
    from_optional_id,
    from_timestamp,
    plain_text,
    to_optional_id,
    to_timestamp,
)
from footfall_server.rpc.update_masks import changed_fields, required
from footfall_server.services.candidates import Candidate
from footfall_server.services.staff import StaffQuery, StaffValues
from footfall_server.services.staff_recognition import (
    Outcome,
    PastCustomer,
    PastCustomers,
    RecognitionTest,
)

_FIELDS: Mapping[str, str] = {
    "display_name": "display_name",
    "employee_number": "employee_number",
    "job_title": "job_title",
    "email": "email",
    "site_ids": "site_ids",
    "join_time": "joined_at",
    "leave_time": "left_at",
}
"""The fields that can be changed, and the values that they are."""
_PRESENCES = {
    staff_service_pb2.STAFF_PRESENCE_ACTIVE: StaffPresence.ACTIVE,
    staff_service_pb2.STAFF_PRESENCE_LEFT: StaffPresence.LEFT,
}
_OUTCOMES = {
    Outcome.STAFF: staff_service_pb2.RECOGNITION_OUTCOME_STAFF,
    Outcome.CUSTOMER: staff_service_pb2.RECOGNITION_OUTCOME_CUSTOMER,
    Outcome.UNDECIDED: staff_service_pb2.RECOGNITION_OUTCOME_UNDECIDED,
    Outcome.NOBODY: staff_service_pb2.RECOGNITION_OUTCOME_NOBODY,
    Outcome.TOO_POOR: staff_service_pb2.RECOGNITION_OUTCOME_TOO_POOR,
}


def from_new_staff(staff: staff_service_pb2.Staff) -> StaffValues:
    """What a new staff member is to be."""
    return _values(staff, frozenset(_FIELDS))


def from_staff_update(request: staff_service_pb2.UpdateStaffRequest) -> tuple[UUID, StaffValues]:
    """Which staff member, and what is to change. What the mask names and is unset is taken away."""
    staff = request.staff
    fields = changed_fields(staff, request.update_mask, changeable=tuple(_FIELDS))
    return UUID(required(staff.staff_id, "staff.staff_id")), _values(staff, fields)


def from_staff_query(request: staff_service_pb2.ListStaffRequest) -> StaffQuery:
    return StaffQuery(
        name=plain_text(request.name, "name"),
        works_at=from_optional_id(request.site_id),
        presence=_PRESENCES.get(request.presence),
    )


def to_staff(view: StaffView) -> staff_service_pb2.Staff:
    person, details = view.person, view.details
    customer = person.customer
    times = [each for each in (customer.updated_at, details.updated_at) if each is not None]
    return staff_service_pb2.Staff(
        staff_id=str(customer.customer_id),
        display_name=customer.display_name,
        employee_number=details.employee_number,
        job_title=details.job_title,
        email=details.email,
        site_ids=[str(each) for each in sorted(details.site_ids)],
        join_time=_to_optional_time(details.joined_at),
        leave_time=_to_optional_time(details.left_at),
        left=view.left,
        create_time=to_timestamp(customer.created_at),
        update_time=to_timestamp(max(times)),
        etag=view.etag,
        number=customer.number or 0,
        enrolled_face_count=view.enrolled,
        known_face_count=person.face_count,
        portrait_face_id=to_optional_id(view.portrait_id),
        image_id=to_optional_id(person.image_id),
        last_seen_time=_to_optional_time(person.last_seen_at),
        merged_customer_ids=map(str, person.merged_ids),
    )


def to_face(face: EnrolledFace) -> staff_service_pb2.StaffFace:
    return staff_service_pb2.StaffFace(
        face_id=str(face.face_id),
        staff_id=str(face.staff_id),
        verdict=staff_service_pb2.FACE_VERDICT_ACCEPTED,
        quality=_to_quality(face.quality),
        box=to_box(face.box),
        landmarks=[common_pb2.Point(x=x, y=y) for x, y in face.landmarks],
        width_px=face.width,
        height_px=face.height,
        closest_own_score=face.closest_own,
        model_ids=face.model_ids,
        create_time=to_timestamp(face.created_at),
        create_user_id=str(face.created_by),
    )


def to_faces(faces: Sequence[EnrolledFace]) -> staff_service_pb2.ListFacesResponse:
    return staff_service_pb2.ListFacesResponse(faces=map(to_face, faces), most_faces=MOST_FACES_EACH)


def to_test(test: RecognitionTest) -> staff_service_pb2.TestRecognitionResponse:
    return staff_service_pb2.TestRecognitionResponse(
        outcome=_OUTCOMES[test.outcome],
        recognised=test.recognised,
        rule=test.rule.value,
        candidates=map(to_candidate, test.candidates),
        margin=test.margin,
        thresholds=to_thresholds(test.zones),
        gates=map(_to_gate, test.gates),
        quality=_to_quality(test.face.quality),
        box=to_box(test.face.box),
        landmarks=[common_pb2.Point(x=x, y=y) for x, y in test.face.landmarks],
        model_id=test.model_id,
        width_px=test.face.width,
        height_px=test.face.height,
    )


def to_past_customers(past: PastCustomers) -> staff_service_pb2.ListPastCustomersResponse:
    return staff_service_pb2.ListPastCustomersResponse(
        past_customers=map(_to_past_customer, past.found),
        threshold=past.threshold,
        since_time=to_timestamp(past.since),
    )


def _values(staff: staff_service_pb2.Staff, fields: frozenset[str]) -> StaffValues:
    """Texts are plain, without space around them."""

    def text(name: str) -> str:
        said: str = getattr(staff, name)
        return plain_text(said, f"staff.{name}").strip()

    def time(name: str) -> datetime | None:
        said: Timestamp = getattr(staff, name)
        return from_timestamp(said, f"staff.{name}") if staff.HasField(name) else None

    return StaffValues(
        named=frozenset(_FIELDS[name] for name in fields),
        display_name=text("display_name"),
        employee_number=text("employee_number"),
        job_title=text("job_title"),
        email=text("email"),
        site_ids=frozenset(map(UUID, staff.site_ids)),
        joined_at=time("join_time"),
        left_at=time("leave_time"),
    )


def _to_optional_time(at: datetime | None) -> Timestamp | None:
    return None if at is None else to_timestamp(at)


def _to_quality(quality: FaceQuality) -> face_event_pb2.FaceQuality:
    return face_event_pb2.FaceQuality(
        score=quality.score,
        size=quality.size,
        pose=quality.pose,
        sharpness=quality.sharpness,
        exposure=quality.exposure,
        inter_ocular_px=quality.inter_ocular_px,
        reasons=[f"QUALITY_REASON_{each.upper()}" for each in quality.reasons],
    )


def to_box(box: tuple[float, float, float, float]) -> common_pb2.BoundingBox:
    left, top, width, height = box
    return common_pb2.BoundingBox(x=left, y=top, width=width, height=height)


def to_candidate(candidate: Candidate) -> staff_service_pb2.RecognitionCandidate:
    score = candidate.score
    return staff_service_pb2.RecognitionCandidate(
        customer_id=str(candidate.person.customer_id),
        display_name=candidate.person.display_name,
        number=candidate.person.number or 0,
        is_staff=score.identity.is_staff,
        is_waiting=score.identity.is_waiting,
        score=score.score,
        face_score=score.face_score,
        provenance=score.face.provenance.value,
        staff_face_id=to_optional_id(candidate.enrolled_id),
        image_id=to_optional_id(candidate.image_id),
    )


def to_thresholds(zones: Zones) -> explanation_pb2.ExplainedThresholds:
    return explanation_pb2.ExplainedThresholds(
        match=zones.match,
        new=zones.new,
        margin=zones.margin,
        scope=zones.scope,
        gallery_size=zones.gallery_size,
        target_rate=zones.target_rate,
        source=zones.source,
    )


def _to_gate(gate: GateReading) -> explanation_pb2.QualityGate:
    return explanation_pb2.QualityGate(
        name=gate.name,
        purpose=gate.purpose.value,
        value=gate.value,
        needed=gate.needed,
        passed=gate.passed,
    )


def _to_past_customer(past: PastCustomer) -> staff_service_pb2.PastCustomer:
    view = past.view
    return staff_service_pb2.PastCustomer(
        customer_id=str(view.customer.customer_id),
        display_name=view.customer.display_name,
        number=view.customer.number or 0,
        score=past.score,
        matches=past.matches,
        visit_count=view.visit_count,
        first_seen_time=_to_optional_time(view.first_seen_at),
        last_seen_time=_to_optional_time(view.last_seen_at),
        image_id=to_optional_id(view.image_id),
        staff_face_id=str(past.enrolled_id),
    )
