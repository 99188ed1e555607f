import datetime

from buf.validate import validate_pb2 as _validate_pb2
from footfall.v1 import camera_command_pb2 as _camera_command_pb2
from footfall.v1 import ingest_service_pb2 as _ingest_service_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SendCommandRequest(_message.Message):
    __slots__ = ("camera_id", "kind", "worker_id", "timeout", "request_id")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    kind: _camera_command_pb2.CommandKind
    worker_id: str
    timeout: _duration_pb2.Duration
    request_id: str
    def __init__(self, camera_id: _Optional[str] = ..., kind: _Optional[_Union[_camera_command_pb2.CommandKind, str]] = ..., worker_id: _Optional[str] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CameraCommand(_message.Message):
    __slots__ = ("command_id", "camera_id", "worker_id", "kind", "state", "detail", "create_time", "finish_time")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    FINISH_TIME_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    camera_id: str
    worker_id: str
    kind: _camera_command_pb2.CommandKind
    state: _camera_command_pb2.CommandState
    detail: str
    create_time: _timestamp_pb2.Timestamp
    finish_time: _timestamp_pb2.Timestamp
    def __init__(self, command_id: _Optional[str] = ..., camera_id: _Optional[str] = ..., worker_id: _Optional[str] = ..., kind: _Optional[_Union[_camera_command_pb2.CommandKind, str]] = ..., state: _Optional[_Union[_camera_command_pb2.CommandState, str]] = ..., detail: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finish_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetSnapshotRequest(_message.Message):
    __slots__ = ("camera_id",)
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    def __init__(self, camera_id: _Optional[str] = ...) -> None: ...

class WatchPreviewRequest(_message.Message):
    __slots__ = ("camera_id", "max_width", "max_fps")
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_WIDTH_FIELD_NUMBER: _ClassVar[int]
    MAX_FPS_FIELD_NUMBER: _ClassVar[int]
    camera_id: str
    max_width: int
    max_fps: float
    def __init__(self, camera_id: _Optional[str] = ..., max_width: _Optional[int] = ..., max_fps: _Optional[float] = ...) -> None: ...

class PreviewFrame(_message.Message):
    __slots__ = ("jpeg", "capture_time", "faces")
    JPEG_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_TIME_FIELD_NUMBER: _ClassVar[int]
    FACES_FIELD_NUMBER: _ClassVar[int]
    jpeg: bytes
    capture_time: _timestamp_pb2.Timestamp
    faces: _containers.RepeatedCompositeFieldContainer[_ingest_service_pb2.PreviewFace]
    def __init__(self, jpeg: _Optional[bytes] = ..., capture_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., faces: _Optional[_Iterable[_Union[_ingest_service_pb2.PreviewFace, _Mapping]]] = ...) -> None: ...

class Worker(_message.Message):
    __slots__ = ("worker_id", "site_id", "display_name", "software_version", "model_id", "capabilities", "status", "detail", "connect_time", "last_seen_time", "start_time", "queue", "clock_offset", "free_disk_bytes", "execution_provider", "cameras")
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SOFTWARE_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    CONNECT_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    CLOCK_OFFSET_FIELD_NUMBER: _ClassVar[int]
    FREE_DISK_BYTES_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_PROVIDER_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    site_id: str
    display_name: str
    software_version: str
    model_id: str
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    status: _ingest_service_pb2.WorkerStatus
    detail: str
    connect_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    queue: WorkerQueue
    clock_offset: _duration_pb2.Duration
    free_disk_bytes: int
    execution_provider: str
    cameras: _containers.RepeatedCompositeFieldContainer[_ingest_service_pb2.CameraHealth]
    def __init__(self, worker_id: _Optional[str] = ..., site_id: _Optional[str] = ..., display_name: _Optional[str] = ..., software_version: _Optional[str] = ..., model_id: _Optional[str] = ..., capabilities: _Optional[_Iterable[str]] = ..., status: _Optional[_Union[_ingest_service_pb2.WorkerStatus, str]] = ..., detail: _Optional[str] = ..., connect_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., queue: _Optional[_Union[WorkerQueue, _Mapping]] = ..., clock_offset: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., free_disk_bytes: _Optional[int] = ..., execution_provider: _Optional[str] = ..., cameras: _Optional[_Iterable[_Union[_ingest_service_pb2.CameraHealth, _Mapping]]] = ...) -> None: ...

class WorkerQueue(_message.Message):
    __slots__ = ("waiting_events", "dropped_events", "waiting_images", "bytes", "oldest_event_time")
    WAITING_EVENTS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_EVENTS_FIELD_NUMBER: _ClassVar[int]
    WAITING_IMAGES_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    OLDEST_EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    waiting_events: int
    dropped_events: int
    waiting_images: int
    bytes: int
    oldest_event_time: _timestamp_pb2.Timestamp
    def __init__(self, waiting_events: _Optional[int] = ..., dropped_events: _Optional[int] = ..., waiting_images: _Optional[int] = ..., bytes: _Optional[int] = ..., oldest_event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListWorkersRequest(_message.Message):
    __slots__ = ("site_id", "page_size", "page_token")
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    site_id: str
    page_size: int
    page_token: str
    def __init__(self, site_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWorkersResponse(_message.Message):
    __slots__ = ("workers", "next_page_token", "revision")
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    workers: _containers.RepeatedCompositeFieldContainer[Worker]
    next_page_token: str
    revision: int
    def __init__(self, workers: _Optional[_Iterable[_Union[Worker, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class GetWorkerRequest(_message.Message):
    __slots__ = ("worker_id",)
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    def __init__(self, worker_id: _Optional[str] = ...) -> None: ...

class DeleteWorkerRequest(_message.Message):
    __slots__ = ("worker_id",)
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    def __init__(self, worker_id: _Optional[str] = ...) -> None: ...
