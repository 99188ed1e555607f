import datetime

from buf.validate import validate_pb2 as _validate_pb2
from footfall.v1 import camera_control_service_pb2 as _camera_control_service_pb2
from footfall.v1 import camera_service_pb2 as _camera_service_pb2
from footfall.v1 import ingest_service_pb2 as _ingest_service_pb2
from footfall.v1 import visit_service_pb2 as _visit_service_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Topic(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TOPIC_UNSPECIFIED: _ClassVar[Topic]
    TOPIC_VISITS: _ClassVar[Topic]
    TOPIC_WORKERS: _ClassVar[Topic]
    TOPIC_CAMERAS: _ClassVar[Topic]
    TOPIC_SIGHTINGS: _ClassVar[Topic]

class ChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANGE_KIND_UNSPECIFIED: _ClassVar[ChangeKind]
    CHANGE_KIND_CREATED: _ClassVar[ChangeKind]
    CHANGE_KIND_UPDATED: _ClassVar[ChangeKind]
    CHANGE_KIND_DELETED: _ClassVar[ChangeKind]
TOPIC_UNSPECIFIED: Topic
TOPIC_VISITS: Topic
TOPIC_WORKERS: Topic
TOPIC_CAMERAS: Topic
TOPIC_SIGHTINGS: Topic
CHANGE_KIND_UNSPECIFIED: ChangeKind
CHANGE_KIND_CREATED: ChangeKind
CHANGE_KIND_UPDATED: ChangeKind
CHANGE_KIND_DELETED: ChangeKind

class WatchRequest(_message.Message):
    __slots__ = ("topics", "site_id", "after_revision")
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    topics: _containers.RepeatedScalarFieldContainer[Topic]
    site_id: str
    after_revision: int
    def __init__(self, topics: _Optional[_Iterable[_Union[Topic, str]]] = ..., site_id: _Optional[str] = ..., after_revision: _Optional[int] = ...) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ("revision", "commit_time", "visit", "worker", "camera", "sighting")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    COMMIT_TIME_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    SIGHTING_FIELD_NUMBER: _ClassVar[int]
    revision: int
    commit_time: _timestamp_pb2.Timestamp
    visit: VisitChange
    worker: WorkerChange
    camera: CameraChange
    sighting: SightingChange
    def __init__(self, revision: _Optional[int] = ..., commit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., visit: _Optional[_Union[VisitChange, _Mapping]] = ..., worker: _Optional[_Union[WorkerChange, _Mapping]] = ..., camera: _Optional[_Union[CameraChange, _Mapping]] = ..., sighting: _Optional[_Union[SightingChange, _Mapping]] = ...) -> None: ...

class VisitChange(_message.Message):
    __slots__ = ("kind", "visit")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    kind: ChangeKind
    visit: _visit_service_pb2.Visit
    def __init__(self, kind: _Optional[_Union[ChangeKind, str]] = ..., visit: _Optional[_Union[_visit_service_pb2.Visit, _Mapping]] = ...) -> None: ...

class WorkerChange(_message.Message):
    __slots__ = ("kind", "worker")
    KIND_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    kind: ChangeKind
    worker: _camera_control_service_pb2.Worker
    def __init__(self, kind: _Optional[_Union[ChangeKind, str]] = ..., worker: _Optional[_Union[_camera_control_service_pb2.Worker, _Mapping]] = ...) -> None: ...

class CameraChange(_message.Message):
    __slots__ = ("kind", "camera", "health", "worker_id")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    kind: ChangeKind
    camera: _camera_service_pb2.Camera
    health: _ingest_service_pb2.CameraHealth
    worker_id: str
    def __init__(self, kind: _Optional[_Union[ChangeKind, str]] = ..., camera: _Optional[_Union[_camera_service_pb2.Camera, _Mapping]] = ..., health: _Optional[_Union[_ingest_service_pb2.CameraHealth, _Mapping]] = ..., worker_id: _Optional[str] = ...) -> None: ...

class SightingChange(_message.Message):
    __slots__ = ("kind", "track_id", "site_id", "camera_id", "outcome", "first_seen_time", "last_seen_time")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    kind: ChangeKind
    track_id: str
    site_id: str
    camera_id: str
    outcome: _ingest_service_pb2.FaceOutcome
    first_seen_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[ChangeKind, str]] = ..., track_id: _Optional[str] = ..., site_id: _Optional[str] = ..., camera_id: _Optional[str] = ..., outcome: _Optional[_Union[_ingest_service_pb2.FaceOutcome, str]] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
