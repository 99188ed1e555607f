"""Face events and what became of them, between the wire and the domain."""

from uuid import UUID

import numpy as np
from footfall.v1 import face_event_pb2, ingest_service_pb2

from footfall_server.domain.face_event import AnnouncedImage, FaceEvent, FaceOutcome, FaceQuality, Recorded
from footfall_server.domain.staff_hint import StaffHint
from footfall_server.rpc.convert_camera_settings import from_crossing
from footfall_server.rpc.convert_values import from_timestamp, to_optional_id

_OUTCOMES = {
    FaceOutcome.KNOWN: ingest_service_pb2.FACE_OUTCOME_KNOWN,
    FaceOutcome.NEW: ingest_service_pb2.FACE_OUTCOME_NEW,
    FaceOutcome.UNRECOGNISABLE: ingest_service_pb2.FACE_OUTCOME_UNRECOGNISABLE,
    FaceOutcome.PENDING: ingest_service_pb2.FACE_OUTCOME_PENDING,
    FaceOutcome.STAFF: ingest_service_pb2.FACE_OUTCOME_STAFF,
}
_REASON_PREFIX = "QUALITY_REASON_"


def from_face_event(event: face_event_pb2.FaceEvent, under: str = "") -> FaceEvent:
    """An event that keeps the proto's rules. Raises INVALID_FIELD, with paths that begin with `under`."""
    event_id = UUID(event.event_id)
    first_seen_at = from_timestamp(event.first_seen_time, f"{under}first_seen_time")
    return FaceEvent(
        event_id=event_id,
        track_id=UUID(event.track_id) if event.track_id else event_id,
        camera_id=UUID(event.camera_id),
        first_seen_at=first_seen_at,
        last_seen_at=(
            from_timestamp(event.last_seen_time, f"{under}last_seen_time")
            if event.HasField("last_seen_time")
            else first_seen_at
        ),
        final=event.final,
        model_id=event.embedding.model_id,
        embedding=np.frombuffer(event.embedding.vector, dtype="<f4").astype(np.float32, copy=False),
        quality=_quality(event.quality),
        detection_score=event.detection_score,
        box=(event.box.x, event.box.y, event.box.width, event.box.height) if event.HasField("box") else None,
        female_probability=event.female_probability if event.HasField("female_probability") else None,
        image=_image(event.image) if event.HasField("image") else None,
        crop_jpeg=event.crop_jpeg,
        shot_count=event.shot_count,
        aligned_jpeg=event.aligned_jpeg,
        lease_token=event.lease_token,
        crossing=from_crossing(event.crossing),
        staff_hint=_hint(event.staff_hint) if event.HasField("staff_hint") else None,
    )


def to_recorded(recorded: Recorded) -> ingest_service_pb2.RecordFaceResponse:
    return ingest_service_pb2.RecordFaceResponse(
        event_id=str(recorded.event_id),
        outcome=to_outcome(recorded.outcome),
        duplicate=recorded.duplicate,
        customer_id=to_optional_id(recorded.customer_id),
        visit_id=to_optional_id(recorded.visit_id),
        score=recorded.score,
    )


def to_outcome(outcome: FaceOutcome) -> "ingest_service_pb2.FaceOutcome":
    return _OUTCOMES[outcome]


def _quality(quality: face_event_pb2.FaceQuality) -> FaceQuality:
    return FaceQuality(
        score=quality.score,
        size=quality.size,
        pose=quality.pose,
        sharpness=quality.sharpness,
        exposure=quality.exposure,
        inter_ocular_px=quality.inter_ocular_px,
        reasons=tuple(
            face_event_pb2.QualityReason.Name(reason).removeprefix(_REASON_PREFIX).lower()
            for reason in quality.reasons
        ),
    )


def _hint(hint: face_event_pb2.StaffHint) -> StaffHint:
    return StaffHint(UUID(hint.staff_id), hint.score, hint.gallery_version)


def _image(image: face_event_pb2.ImageAnnouncement) -> AnnouncedImage:
    return AnnouncedImage(
        image_id=UUID(image.image_id), size_bytes=image.size_bytes, content_type=image.content_type
    )
