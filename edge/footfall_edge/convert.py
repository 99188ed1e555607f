"""The edge's own types to and from footfall.v1. Pure functions."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from footfall.v1 import (
    camera_settings_pb2,
    common_pb2,
    error_reason_pb2,
    face_event_pb2,
    ingest_service_pb2,
)
from footfall_vision.types import Floats, Quality
from google.protobuf import timestamp_pb2

from footfall_edge.camera_health import CameraSpec, DesiredCameras
from footfall_edge.camera_settings import CameraSettings, EntryLine, ImagePolicy
from footfall_edge.entry_line import Crossing
from footfall_edge.face_event import FaceEvent
from footfall_edge.link.lease_message import from_lease
from footfall_edge.spool_file import Rejection
from footfall_edge.uploads import Grant, Grants, Receipt

_CROSSINGS: Final = {
    None: camera_settings_pb2.CROSSING_UNSPECIFIED,
    Crossing.IN: camera_settings_pb2.CROSSING_IN,
    Crossing.OUT: camera_settings_pb2.CROSSING_OUT,
}
_OF_A_FACE: Final = (
    "embedding",
    "image",
    "crop_jpeg",
    "aligned_jpeg",
    "female_probability",
    "staff_hint",
)
"""What an event says of whose face it was."""
_IMAGE_POLICIES: Final = {
    camera_settings_pb2.IMAGE_POLICY_NONE: ImagePolicy.NONE,
    camera_settings_pb2.IMAGE_POLICY_UNSPECIFIED: ImagePolicy.CROPS,
    camera_settings_pb2.IMAGE_POLICY_CROPS: ImagePolicy.CROPS,
    camera_settings_pb2.IMAGE_POLICY_FRAMES: ImagePolicy.FRAMES,
}


def to_timestamp(time: datetime) -> timestamp_pb2.Timestamp:
    """A moment of any zone; one without a zone is taken for UTC."""
    timestamp = timestamp_pb2.Timestamp()
    timestamp.FromDatetime(time)
    return timestamp


def from_timestamp(timestamp: timestamp_pb2.Timestamp) -> datetime:
    """The moment, in UTC."""
    return timestamp.ToDatetime(tzinfo=UTC)


def to_vector(embedding: Floats) -> bytes:
    """Little-endian float32, whatever this machine's order is."""
    return embedding.astype("<f4").tobytes()


def to_quality(quality: Quality) -> face_event_pb2.FaceQuality:
    """The parts that the wire has; visibility and certainty live on in score and reasons."""
    return face_event_pb2.FaceQuality(
        score=quality.score,
        size=quality.size,
        pose=quality.pose,
        sharpness=quality.sharpness,
        exposure=quality.exposure,
        inter_ocular_px=quality.inter_ocular_px,
        reasons=[face_event_pb2.QualityReason.Name(reason) for reason in quality.reasons],
    )


def to_face_event(event: FaceEvent) -> face_event_pb2.FaceEvent:
    """An event as the core takes it."""
    left, top, width, height = (float(value) for value in event.face.box)
    message = face_event_pb2.FaceEvent(
        event_id=event.event_id,
        camera_id=event.camera_id,
        track_id=event.track_id,
        first_seen_time=to_timestamp(event.first_seen),
        last_seen_time=to_timestamp(event.last_seen),
        final=event.final,
        embedding=_to_embedding(event),
        box=common_pb2.BoundingBox(x=left, y=top, width=width, height=height),
        landmarks=[common_pb2.Point(x=float(x), y=float(y)) for x, y in event.face.landmarks],
        detection_score=event.face.score,
        quality=to_quality(event.quality),
        female_probability=event.female_probability,
        shot_count=event.shot_count,
        aligned_jpeg=event.aligned_jpeg,
        lease_token=event.lease_token,
        crossing=_CROSSINGS[event.crossing],
    )
    if event.staff_match is not None:
        message.staff_hint.CopyFrom(
            face_event_pb2.StaffHint(
                staff_id=event.staff_match.staff_id,
                score=event.staff_match.score,
                gallery_version=event.staff_match.gallery_version,
            )
        )
    if event.portrait is not None:
        message.image.CopyFrom(
            face_event_pb2.ImageAnnouncement(
                image_id=event.portrait.image_id,
                size_bytes=len(event.portrait.jpeg),
                content_type="image/jpeg",
            )
        )
    return message


def _to_embedding(event: FaceEvent) -> face_event_pb2.Embedding | None:
    if event.embedding is None:
        return None
    return face_event_pb2.Embedding(model_id=event.model_id, vector=to_vector(event.embedding))


def to_sequenced(
    sequence: int, payload: bytes, anonymous: Collection[str] = ()
) -> ingest_service_pb2.ConnectRequest:
    """A spooled event, as to_face_event(...).SerializeToString() made it.

    anonymous: cameras that may tell of nobody's face any more, whatever they noted before.
    """
    event = face_event_pb2.FaceEvent.FromString(payload)
    if event.camera_id in anonymous:
        for field in _OF_A_FACE:
            event.ClearField(field)
    return ingest_service_pb2.ConnectRequest(
        face_event=ingest_service_pb2.SequencedFaceEvent(sequence=sequence, event=event)
    )


def from_desired_cameras(message: ingest_service_pb2.DesiredCameras) -> DesiredCameras:
    """The set of cameras that the core wants read."""
    return DesiredCameras(
        revision=message.revision,
        cameras=tuple(
            CameraSpec(
                camera_id=camera.camera_id,
                source_url=camera.source_url,
                display_name=camera.display_name,
                settings=from_camera_settings(camera.settings),
            )
            for camera in message.cameras
        ),
        leases=tuple(from_lease(camera.lease) for camera in message.cameras if camera.HasField("lease")),
    )


def from_camera_settings(message: camera_settings_pb2.CameraSettings) -> CameraSettings:
    """How to look at a camera's picture. Raises ValueError when the message breaks its own rules.

    An image policy newer than this worker keeps every picture in the shop.
    """
    line = message.entry_line
    return CameraSettings(
        detect_width=message.detect_width or None,
        masks=tuple(tuple((point.x, point.y) for point in mask.corners) for mask in message.masks),
        entry_line=(
            EntryLine(start=(line.start.x, line.start.y), end=(line.end.x, line.end.y))
            if message.HasField("entry_line")
            else None
        ),
        images=_IMAGE_POLICIES.get(message.image_policy, ImagePolicy.NONE),
        idle_fps=message.idle_fps or None,
        anonymous=message.anonymous,
    )


def from_rejection(message: ingest_service_pb2.EventRejection) -> Rejection:
    """An event that the core will never take; a reason newer than this worker keeps its number."""
    try:
        name = error_reason_pb2.ErrorReason.Name(message.reason).removeprefix("ERROR_REASON_")
    except ValueError:
        name = str(message.reason)
    return Rejection(sequence=message.sequence, reason=name, description=message.description)


def from_upload_grants(message: ingest_service_pb2.UploadGrants) -> Grants:
    """Where to put which image."""
    return Grants(
        grants=tuple(Grant(image_id=grant.image_id, put_url=grant.put_url) for grant in message.grants),
        unwanted=tuple(message.unwanted_image_ids),
    )


def from_upload_receipt(message: ingest_service_pb2.UploadReceipt) -> Receipt:
    """What the core found in the store."""
    return Receipt(stored=tuple(message.stored_image_ids), missing=tuple(message.missing_image_ids))
