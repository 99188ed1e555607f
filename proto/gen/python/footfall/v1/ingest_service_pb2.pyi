import datetime

from buf.validate import validate_pb2 as _validate_pb2
from footfall.v1 import camera_command_pb2 as _camera_command_pb2
from footfall.v1 import camera_settings_pb2 as _camera_settings_pb2
from footfall.v1 import common_pb2 as _common_pb2
from footfall.v1 import error_reason_pb2 as _error_reason_pb2
from footfall.v1 import face_event_pb2 as _face_event_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WorkerStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WORKER_STATUS_UNSPECIFIED: _ClassVar[WorkerStatus]
    WORKER_STATUS_IDLE: _ClassVar[WorkerStatus]
    WORKER_STATUS_ONLINE: _ClassVar[WorkerStatus]
    WORKER_STATUS_PROCESSING: _ClassVar[WorkerStatus]
    WORKER_STATUS_OFFLINE: _ClassVar[WorkerStatus]
    WORKER_STATUS_ERROR: _ClassVar[WorkerStatus]

class CameraFault(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAMERA_FAULT_UNSPECIFIED: _ClassVar[CameraFault]
    CAMERA_FAULT_AUTH: _ClassVar[CameraFault]
    CAMERA_FAULT_DNS: _ClassVar[CameraFault]
    CAMERA_FAULT_REFUSED: _ClassVar[CameraFault]
    CAMERA_FAULT_UNREACHABLE: _ClassVar[CameraFault]
    CAMERA_FAULT_NOT_FOUND: _ClassVar[CameraFault]
    CAMERA_FAULT_CODEC: _ClassVar[CameraFault]
    CAMERA_FAULT_STALL: _ClassVar[CameraFault]
    CAMERA_FAULT_EOF: _ClassVar[CameraFault]
    CAMERA_FAULT_DEVICE: _ClassVar[CameraFault]

class CameraState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAMERA_STATE_UNSPECIFIED: _ClassVar[CameraState]
    CAMERA_STATE_CONNECTING: _ClassVar[CameraState]
    CAMERA_STATE_ONLINE: _ClassVar[CameraState]
    CAMERA_STATE_FAILED: _ClassVar[CameraState]
    CAMERA_STATE_ENDED: _ClassVar[CameraState]
    CAMERA_STATE_STOPPED: _ClassVar[CameraState]
    CAMERA_STATE_HELD_ELSEWHERE: _ClassVar[CameraState]

class FaceOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FACE_OUTCOME_UNSPECIFIED: _ClassVar[FaceOutcome]
    FACE_OUTCOME_KNOWN: _ClassVar[FaceOutcome]
    FACE_OUTCOME_NEW: _ClassVar[FaceOutcome]
    FACE_OUTCOME_UNRECOGNISABLE: _ClassVar[FaceOutcome]
    FACE_OUTCOME_PENDING: _ClassVar[FaceOutcome]
    FACE_OUTCOME_STAFF: _ClassVar[FaceOutcome]
WORKER_STATUS_UNSPECIFIED: WorkerStatus
WORKER_STATUS_IDLE: WorkerStatus
WORKER_STATUS_ONLINE: WorkerStatus
WORKER_STATUS_PROCESSING: WorkerStatus
WORKER_STATUS_OFFLINE: WorkerStatus
WORKER_STATUS_ERROR: WorkerStatus
CAMERA_FAULT_UNSPECIFIED: CameraFault
CAMERA_FAULT_AUTH: CameraFault
CAMERA_FAULT_DNS: CameraFault
CAMERA_FAULT_REFUSED: CameraFault
CAMERA_FAULT_UNREACHABLE: CameraFault
CAMERA_FAULT_NOT_FOUND: CameraFault
CAMERA_FAULT_CODEC: CameraFault
CAMERA_FAULT_STALL: CameraFault
CAMERA_FAULT_EOF: CameraFault
CAMERA_FAULT_DEVICE: CameraFault
CAMERA_STATE_UNSPECIFIED: CameraState
CAMERA_STATE_CONNECTING: CameraState
CAMERA_STATE_ONLINE: CameraState
CAMERA_STATE_FAILED: CameraState
CAMERA_STATE_ENDED: CameraState
CAMERA_STATE_STOPPED: CameraState
CAMERA_STATE_HELD_ELSEWHERE: CameraState
FACE_OUTCOME_UNSPECIFIED: FaceOutcome
FACE_OUTCOME_KNOWN: FaceOutcome
FACE_OUTCOME_NEW: FaceOutcome
FACE_OUTCOME_UNRECOGNISABLE: FaceOutcome
FACE_OUTCOME_PENDING: FaceOutcome
FACE_OUTCOME_STAFF: FaceOutcome

class ConnectRequest(_message.Message):
    __slots__ = ("hello", "face_event", "heartbeat", "upload_request", "upload_report", "command_result", "preview_frame", "gallery_state", "lease_release")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    FACE_EVENT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_REQUEST_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_REPORT_FIELD_NUMBER: _ClassVar[int]
    COMMAND_RESULT_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FRAME_FIELD_NUMBER: _ClassVar[int]
    GALLERY_STATE_FIELD_NUMBER: _ClassVar[int]
    LEASE_RELEASE_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    face_event: SequencedFaceEvent
    heartbeat: Heartbeat
    upload_request: UploadRequest
    upload_report: UploadReport
    command_result: _camera_command_pb2.CommandResult
    preview_frame: EdgePreviewFrame
    gallery_state: GalleryState
    lease_release: LeaseRelease
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., face_event: _Optional[_Union[SequencedFaceEvent, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., upload_request: _Optional[_Union[UploadRequest, _Mapping]] = ..., upload_report: _Optional[_Union[UploadReport, _Mapping]] = ..., command_result: _Optional[_Union[_camera_command_pb2.CommandResult, _Mapping]] = ..., preview_frame: _Optional[_Union[EdgePreviewFrame, _Mapping]] = ..., gallery_state: _Optional[_Union[GalleryState, _Mapping]] = ..., lease_release: _Optional[_Union[LeaseRelease, _Mapping]] = ...) -> None: ...

class ConnectResponse(_message.Message):
    __slots__ = ("welcome", "ack", "desired_cameras", "upload_grants", "upload_receipt", "heartbeat", "command", "preview_demand", "gallery_delta", "camera_leases")
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    DESIRED_CAMERAS_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_GRANTS_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_DEMAND_FIELD_NUMBER: _ClassVar[int]
    GALLERY_DELTA_FIELD_NUMBER: _ClassVar[int]
    CAMERA_LEASES_FIELD_NUMBER: _ClassVar[int]
    welcome: Welcome
    ack: Ack
    desired_cameras: DesiredCameras
    upload_grants: UploadGrants
    upload_receipt: UploadReceipt
    heartbeat: HeartbeatAnswer
    command: _camera_command_pb2.EdgeCommand
    preview_demand: PreviewDemand
    gallery_delta: GalleryDelta
    camera_leases: CameraLeases
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., ack: _Optional[_Union[Ack, _Mapping]] = ..., desired_cameras: _Optional[_Union[DesiredCameras, _Mapping]] = ..., upload_grants: _Optional[_Union[UploadGrants, _Mapping]] = ..., upload_receipt: _Optional[_Union[UploadReceipt, _Mapping]] = ..., heartbeat: _Optional[_Union[HeartbeatAnswer, _Mapping]] = ..., command: _Optional[_Union[_camera_command_pb2.EdgeCommand, _Mapping]] = ..., preview_demand: _Optional[_Union[PreviewDemand, _Mapping]] = ..., gallery_delta: _Optional[_Union[GalleryDelta, _Mapping]] = ..., camera_leases: _Optional[_Union[CameraLeases, _Mapping]] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("worker_id", "spool_id", "display_name", "software_version", "model_id", "capabilities")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    SPOOL_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SOFTWARE_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    spool_id: str
    display_name: str
    software_version: str
    model_id: str
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, worker_id: _Optional[str] = ..., spool_id: _Optional[str] = ..., display_name: _Optional[str] = ..., software_version: _Optional[str] = ..., model_id: _Optional[str] = ..., capabilities: _Optional[_Iterable[str]] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ("acked_through", "max_in_flight", "heartbeat_interval", "desired_cameras", "core_time")
    ACKED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    MAX_IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    DESIRED_CAMERAS_FIELD_NUMBER: _ClassVar[int]
    CORE_TIME_FIELD_NUMBER: _ClassVar[int]
    acked_through: int
    max_in_flight: int
    heartbeat_interval: _duration_pb2.Duration
    desired_cameras: DesiredCameras
    core_time: _timestamp_pb2.Timestamp
    def __init__(self, acked_through: _Optional[int] = ..., max_in_flight: _Optional[int] = ..., heartbeat_interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., desired_cameras: _Optional[_Union[DesiredCameras, _Mapping]] = ..., core_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SequencedFaceEvent(_message.Message):
    __slots__ = ("sequence", "event")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    event: _face_event_pb2.FaceEvent
    def __init__(self, sequence: _Optional[int] = ..., event: _Optional[_Union[_face_event_pb2.FaceEvent, _Mapping]] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("acked_through", "rejections")
    ACKED_THROUGH_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    acked_through: int
    rejections: _containers.RepeatedCompositeFieldContainer[EventRejection]
    def __init__(self, acked_through: _Optional[int] = ..., rejections: _Optional[_Iterable[_Union[EventRejection, _Mapping]]] = ...) -> None: ...

class EventRejection(_message.Message):
    __slots__ = ("sequence", "event_id", "reason", "description")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    event_id: str
    reason: _error_reason_pb2.ErrorReason
    description: str
    def __init__(self, sequence: _Optional[int] = ..., event_id: _Optional[str] = ..., reason: _Optional[_Union[_error_reason_pb2.ErrorReason, str]] = ..., description: _Optional[str] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("sent_time", "spooled_events", "dropped_events", "cameras", "status", "detail", "spooled_bytes", "spooled_images", "oldest_event_time", "clock_offset", "start_time", "held_cameras", "free_disk_bytes", "execution_provider")
    SENT_TIME_FIELD_NUMBER: _ClassVar[int]
    SPOOLED_EVENTS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_EVENTS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    SPOOLED_BYTES_FIELD_NUMBER: _ClassVar[int]
    SPOOLED_IMAGES_FIELD_NUMBER: _ClassVar[int]
    OLDEST_EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOCK_OFFSET_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    HELD_CAMERAS_FIELD_NUMBER: _ClassVar[int]
    FREE_DISK_BYTES_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    sent_time: _timestamp_pb2.Timestamp
    spooled_events: int
    dropped_events: int
    cameras: _containers.RepeatedCompositeFieldContainer[CameraHealth]
    status: WorkerStatus
    detail: str
    spooled_bytes: int
    spooled_images: int
    oldest_event_time: _timestamp_pb2.Timestamp
    clock_offset: _duration_pb2.Duration
    start_time: _timestamp_pb2.Timestamp
    held_cameras: _containers.RepeatedCompositeFieldContainer[HeldCamera]
    free_disk_bytes: int
    execution_provider: str
    def __init__(self, sent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., spooled_events: _Optional[int] = ..., dropped_events: _Optional[int] = ..., cameras: _Optional[_Iterable[_Union[CameraHealth, _Mapping]]] = ..., status: _Optional[_Union[WorkerStatus, str]] = ..., detail: _Optional[str] = ..., spooled_bytes: _Optional[int] = ..., spooled_images: _Optional[int] = ..., oldest_event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., clock_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., held_cameras: _Optional[_Iterable[_Union[HeldCamera, _Mapping]]] = ..., free_disk_bytes: _Optional[int] = ..., execution_provider: _Optional[str] = ...) -> None: ...

class HeldCamera(_message.Message):
    __slots__ = ("camera_id", "lease_token")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    lease_token: int
    def __init__(self, camera_id: _Optional[str] = ..., lease_token: _Optional[int] = ...) -> None: ...

class HeartbeatAnswer(_message.Message):
    __slots__ = ("sent_time", "core_time", "leases")
    SENT_TIME_FIELD_NUMBER: _ClassVar[int]
    CORE_TIME_FIELD_NUMBER: _ClassVar[int]
    LEASES_FIELD_NUMBER: _ClassVar[int]
    sent_time: _timestamp_pb2.Timestamp
    core_time: _timestamp_pb2.Timestamp
    leases: _containers.RepeatedCompositeFieldContainer[CameraLease]
    def __init__(self, sent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., core_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., leases: _Optional[_Iterable[_Union[CameraLease, _Mapping]]] = ...) -> None: ...

class CameraLease(_message.Message):
    __slots__ = ("camera_id", "lease_token", "time_to_live", "holder_worker_id", "holder_display_name")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_FIELD_NUMBER: _ClassVar[int]
    HOLDER_WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    lease_token: int
    time_to_live: _duration_pb2.Duration
    holder_worker_id: str
    holder_display_name: str
    def __init__(self, camera_id: _Optional[str] = ..., lease_token: _Optional[int] = ..., time_to_live: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., holder_worker_id: _Optional[str] = ..., holder_display_name: _Optional[str] = ...) -> None: ...

class CameraLeases(_message.Message):
    __slots__ = ("leases",)
    LEASES_FIELD_NUMBER: _ClassVar[int]
    leases: _containers.RepeatedCompositeFieldContainer[CameraLease]
    def __init__(self, leases: _Optional[_Iterable[_Union[CameraLease, _Mapping]]] = ...) -> None: ...

class LeaseRelease(_message.Message):
    __slots__ = ("cameras",)
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[HeldCamera]
    def __init__(self, cameras: _Optional[_Iterable[_Union[HeldCamera, _Mapping]]] = ...) -> None: ...

class CameraHealth(_message.Message):
    __slots__ = ("camera_id", "state", "last_frame_time", "detail", "frames_per_second", "fault", "dropped_frames", "holder_worker_id", "width", "height")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LAST_FRAME_TIME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    FRAMES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FRAMES_FIELD_NUMBER: _ClassVar[int]
    HOLDER_WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    state: CameraState
    last_frame_time: _timestamp_pb2.Timestamp
    detail: str
    frames_per_second: float
    fault: CameraFault
    dropped_frames: int
    holder_worker_id: str
    width: int
    height: int
    def __init__(self, camera_id: _Optional[str] = ..., state: _Optional[_Union[CameraState, str]] = ..., last_frame_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., detail: _Optional[str] = ..., frames_per_second: _Optional[float] = ..., fault: _Optional[_Union[CameraFault, str]] = ..., dropped_frames: _Optional[int] = ..., holder_worker_id: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ...) -> None: ...

class DesiredCameras(_message.Message):
    __slots__ = ("revision", "cameras")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    cameras: _containers.RepeatedCompositeFieldContainer[CameraSpec]
    def __init__(self, revision: _Optional[int] = ..., cameras: _Optional[_Iterable[_Union[CameraSpec, _Mapping]]] = ...) -> None: ...

class CameraSpec(_message.Message):
    __slots__ = ("camera_id", "source_url", "display_name", "settings", "lease")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_URL_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    source_url: str
    display_name: str
    settings: _camera_settings_pb2.CameraSettings
    lease: CameraLease
    def __init__(self, camera_id: _Optional[str] = ..., source_url: _Optional[str] = ..., display_name: _Optional[str] = ..., settings: _Optional[_Union[_camera_settings_pb2.CameraSettings, _Mapping]] = ..., lease: _Optional[_Union[CameraLease, _Mapping]] = ...) -> None: ...

class PreviewDemand(_message.Message):
    __slots__ = ("cameras",)
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[WatchedCamera]
    def __init__(self, cameras: _Optional[_Iterable[_Union[WatchedCamera, _Mapping]]] = ...) -> None: ...

class WatchedCamera(_message.Message):
    __slots__ = ("camera_id", "max_width", "max_fps")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_WIDTH_FIELD_NUMBER: _ClassVar[int]
    MAX_FPS_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    max_width: int
    max_fps: float
    def __init__(self, camera_id: _Optional[str] = ..., max_width: _Optional[int] = ..., max_fps: _Optional[float] = ...) -> None: ...

class EdgePreviewFrame(_message.Message):
    __slots__ = ("camera_id", "jpeg", "capture_time", "faces")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    JPEG_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_TIME_FIELD_NUMBER: _ClassVar[int]
    FACES_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    jpeg: bytes
    capture_time: _timestamp_pb2.Timestamp
    faces: _containers.RepeatedCompositeFieldContainer[PreviewFace]
    def __init__(self, camera_id: _Optional[str] = ..., jpeg: _Optional[bytes] = ..., capture_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., faces: _Optional[_Iterable[_Union[PreviewFace, _Mapping]]] = ...) -> None: ...

class PreviewFace(_message.Message):
    __slots__ = ("box", "quality_score", "reasons", "eye_distance")
    BOX_FIELD_NUMBER: _ClassVar[int]
    QUALITY_SCORE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    EYE_DISTANCE_FIELD_NUMBER: _ClassVar[int]
    box: _common_pb2.BoundingBox
    quality_score: float
    reasons: _containers.RepeatedScalarFieldContainer[_face_event_pb2.QualityReason]
    eye_distance: float
    def __init__(self, box: _Optional[_Union[_common_pb2.BoundingBox, _Mapping]] = ..., quality_score: _Optional[float] = ..., reasons: _Optional[_Iterable[_Union[_face_event_pb2.QualityReason, str]]] = ..., eye_distance: _Optional[float] = ...) -> None: ...

class GalleryState(_message.Message):
    __slots__ = ("model_id", "version")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    version: int
    def __init__(self, model_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GalleryDelta(_message.Message):
    __slots__ = ("from_version", "version", "model_id", "faces", "removed_face_ids", "threshold")
    FROM_VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    FACES_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FACE_IDS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    from_version: int
    version: int
    model_id: str
    faces: _containers.RepeatedCompositeFieldContainer[GalleryFace]
    removed_face_ids: _containers.RepeatedScalarFieldContainer[str]
    threshold: float
    def __init__(self, from_version: _Optional[int] = ..., version: _Optional[int] = ..., model_id: _Optional[str] = ..., faces: _Optional[_Iterable[_Union[GalleryFace, _Mapping]]] = ..., removed_face_ids: _Optional[_Iterable[str]] = ..., threshold: _Optional[float] = ...) -> None: ...

class GalleryFace(_message.Message):
    __slots__ = ("face_id", "staff_id", "vector")
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    VECTOR_FIELD_NUMBER: _ClassVar[int]
    face_id: str
    staff_id: str
    vector: bytes
    def __init__(self, face_id: _Optional[str] = ..., staff_id: _Optional[str] = ..., vector: _Optional[bytes] = ...) -> None: ...

class UploadRequest(_message.Message):
    __slots__ = ("image_ids",)
    IMAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    image_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, image_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class UploadGrants(_message.Message):
    __slots__ = ("grants", "unwanted_image_ids")
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    UNWANTED_IMAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    grants: _containers.RepeatedCompositeFieldContainer[UploadGrant]
    unwanted_image_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, grants: _Optional[_Iterable[_Union[UploadGrant, _Mapping]]] = ..., unwanted_image_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class UploadGrant(_message.Message):
    __slots__ = ("image_id", "put_url", "expire_time")
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PUT_URL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    image_id: str
    put_url: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, image_id: _Optional[str] = ..., put_url: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UploadReport(_message.Message):
    __slots__ = ("image_ids",)
    IMAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    image_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, image_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class UploadReceipt(_message.Message):
    __slots__ = ("stored_image_ids", "missing_image_ids")
    STORED_IMAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    MISSING_IMAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    stored_image_ids: _containers.RepeatedScalarFieldContainer[str]
    missing_image_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stored_image_ids: _Optional[_Iterable[str]] = ..., missing_image_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordFaceRequest(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _face_event_pb2.FaceEvent
    def __init__(self, event: _Optional[_Union[_face_event_pb2.FaceEvent, _Mapping]] = ...) -> None: ...

class RecordFaceResponse(_message.Message):
    __slots__ = ("event_id", "outcome", "duplicate", "customer_id", "visit_id", "score")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    outcome: FaceOutcome
    duplicate: bool
    customer_id: str
    visit_id: str
    score: float
    def __init__(self, event_id: _Optional[str] = ..., outcome: _Optional[_Union[FaceOutcome, str]] = ..., duplicate: _Optional[bool] = ..., customer_id: _Optional[str] = ..., visit_id: _Optional[str] = ..., score: _Optional[float] = ...) -> None: ...

class BatchRecordFacesRequest(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_face_event_pb2.FaceEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[_face_event_pb2.FaceEvent, _Mapping]]] = ...) -> None: ...

class BatchRecordFacesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[RecordFaceResponse]
    def __init__(self, results: _Optional[_Iterable[_Union[RecordFaceResponse, _Mapping]]] = ...) -> None: ...
