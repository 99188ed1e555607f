import datetime

from buf.validate import validate_pb2 as _validate_pb2
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

class CameraState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAMERA_STATE_UNSPECIFIED: _ClassVar[CameraState]
    CAMERA_STATE_CONNECTING: _ClassVar[CameraState]
    CAMERA_STATE_ONLINE: _ClassVar[CameraState]
    CAMERA_STATE_FAILED: _ClassVar[CameraState]
    CAMERA_STATE_ENDED: _ClassVar[CameraState]

class FaceOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FACE_OUTCOME_UNSPECIFIED: _ClassVar[FaceOutcome]
    FACE_OUTCOME_KNOWN: _ClassVar[FaceOutcome]
    FACE_OUTCOME_NEW: _ClassVar[FaceOutcome]
    FACE_OUTCOME_UNRECOGNISABLE: _ClassVar[FaceOutcome]
    FACE_OUTCOME_PENDING: _ClassVar[FaceOutcome]
    FACE_OUTCOME_STAFF: _ClassVar[FaceOutcome]
CAMERA_STATE_UNSPECIFIED: CameraState
CAMERA_STATE_CONNECTING: CameraState
CAMERA_STATE_ONLINE: CameraState
CAMERA_STATE_FAILED: CameraState
CAMERA_STATE_ENDED: CameraState
FACE_OUTCOME_UNSPECIFIED: FaceOutcome
FACE_OUTCOME_KNOWN: FaceOutcome
FACE_OUTCOME_NEW: FaceOutcome
FACE_OUTCOME_UNRECOGNISABLE: FaceOutcome
FACE_OUTCOME_PENDING: FaceOutcome
FACE_OUTCOME_STAFF: FaceOutcome

class ConnectRequest(_message.Message):
    __slots__ = ("hello", "face_event", "heartbeat", "upload_request", "upload_report")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    FACE_EVENT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_REQUEST_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_REPORT_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    face_event: SequencedFaceEvent
    heartbeat: Heartbeat
    upload_request: UploadRequest
    upload_report: UploadReport
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., face_event: _Optional[_Union[SequencedFaceEvent, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., upload_request: _Optional[_Union[UploadRequest, _Mapping]] = ..., upload_report: _Optional[_Union[UploadReport, _Mapping]] = ...) -> None: ...

class ConnectResponse(_message.Message):
    __slots__ = ("welcome", "ack", "desired_cameras", "upload_grants", "upload_receipt", "heartbeat")
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    DESIRED_CAMERAS_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_GRANTS_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    welcome: Welcome
    ack: Ack
    desired_cameras: DesiredCameras
    upload_grants: UploadGrants
    upload_receipt: UploadReceipt
    heartbeat: HeartbeatAnswer
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., ack: _Optional[_Union[Ack, _Mapping]] = ..., desired_cameras: _Optional[_Union[DesiredCameras, _Mapping]] = ..., upload_grants: _Optional[_Union[UploadGrants, _Mapping]] = ..., upload_receipt: _Optional[_Union[UploadReceipt, _Mapping]] = ..., heartbeat: _Optional[_Union[HeartbeatAnswer, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("sent_time", "spooled_events", "dropped_events", "cameras")
    SENT_TIME_FIELD_NUMBER: _ClassVar[int]
    SPOOLED_EVENTS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_EVENTS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    sent_time: _timestamp_pb2.Timestamp
    spooled_events: int
    dropped_events: int
    cameras: _containers.RepeatedCompositeFieldContainer[CameraHealth]
    def __init__(self, sent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., spooled_events: _Optional[int] = ..., dropped_events: _Optional[int] = ..., cameras: _Optional[_Iterable[_Union[CameraHealth, _Mapping]]] = ...) -> None: ...

class HeartbeatAnswer(_message.Message):
    __slots__ = ("sent_time", "core_time")
    SENT_TIME_FIELD_NUMBER: _ClassVar[int]
    CORE_TIME_FIELD_NUMBER: _ClassVar[int]
    sent_time: _timestamp_pb2.Timestamp
    core_time: _timestamp_pb2.Timestamp
    def __init__(self, sent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., core_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CameraHealth(_message.Message):
    __slots__ = ("camera_id", "state", "last_frame_time", "detail", "frames_per_second")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LAST_FRAME_TIME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    FRAMES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    state: CameraState
    last_frame_time: _timestamp_pb2.Timestamp
    detail: str
    frames_per_second: float
    def __init__(self, camera_id: _Optional[str] = ..., state: _Optional[_Union[CameraState, str]] = ..., last_frame_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., detail: _Optional[str] = ..., frames_per_second: _Optional[float] = ...) -> None: ...

class DesiredCameras(_message.Message):
    __slots__ = ("revision", "cameras")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    cameras: _containers.RepeatedCompositeFieldContainer[CameraSpec]
    def __init__(self, revision: _Optional[int] = ..., cameras: _Optional[_Iterable[_Union[CameraSpec, _Mapping]]] = ...) -> None: ...

class CameraSpec(_message.Message):
    __slots__ = ("camera_id", "source_url", "display_name")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_URL_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    source_url: str
    display_name: str
    def __init__(self, camera_id: _Optional[str] = ..., source_url: _Optional[str] = ..., display_name: _Optional[str] = ...) -> None: ...

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
