import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Explanation(_message.Message):
    __slots__ = ("event_id", "track_id", "site_id", "camera_id", "decide_time", "outcome", "rule", "model_id", "gates", "candidates", "margin", "thresholds", "excluded_customer_ids", "is_staff", "customer_id", "visit", "image_id", "first_seen_time")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    IS_STAFF_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    track_id: str
    site_id: str
    camera_id: str
    decide_time: _timestamp_pb2.Timestamp
    outcome: str
    rule: str
    model_id: str
    gates: _containers.RepeatedCompositeFieldContainer[QualityGate]
    candidates: _containers.RepeatedCompositeFieldContainer[ExplainedCandidate]
    margin: float
    thresholds: ExplainedThresholds
    excluded_customer_ids: _containers.RepeatedScalarFieldContainer[str]
    is_staff: bool
    customer_id: str
    visit: ExplainedVisit
    image_id: str
    first_seen_time: _timestamp_pb2.Timestamp
    def __init__(self, event_id: _Optional[str] = ..., track_id: _Optional[str] = ..., site_id: _Optional[str] = ..., camera_id: _Optional[str] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., outcome: _Optional[str] = ..., rule: _Optional[str] = ..., model_id: _Optional[str] = ..., gates: _Optional[_Iterable[_Union[QualityGate, _Mapping]]] = ..., candidates: _Optional[_Iterable[_Union[ExplainedCandidate, _Mapping]]] = ..., margin: _Optional[float] = ..., thresholds: _Optional[_Union[ExplainedThresholds, _Mapping]] = ..., excluded_customer_ids: _Optional[_Iterable[str]] = ..., is_staff: _Optional[bool] = ..., customer_id: _Optional[str] = ..., visit: _Optional[_Union[ExplainedVisit, _Mapping]] = ..., image_id: _Optional[str] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class QualityGate(_message.Message):
    __slots__ = ("name", "purpose", "value", "needed", "passed")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    NEEDED_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    name: str
    purpose: str
    value: float
    needed: float
    passed: bool
    def __init__(self, name: _Optional[str] = ..., purpose: _Optional[str] = ..., value: _Optional[float] = ..., needed: _Optional[float] = ..., passed: _Optional[bool] = ...) -> None: ...

class ExplainedCandidate(_message.Message):
    __slots__ = ("customer_id", "score", "face_score", "face_id", "provenance", "is_waiting", "is_staff", "seen_at_site")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    FACE_SCORE_FIELD_NUMBER: _ClassVar[int]
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    IS_WAITING_FIELD_NUMBER: _ClassVar[int]
    IS_STAFF_FIELD_NUMBER: _ClassVar[int]
    SEEN_AT_SITE_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    score: float
    face_score: float
    face_id: str
    provenance: str
    is_waiting: bool
    is_staff: bool
    seen_at_site: bool
    def __init__(self, customer_id: _Optional[str] = ..., score: _Optional[float] = ..., face_score: _Optional[float] = ..., face_id: _Optional[str] = ..., provenance: _Optional[str] = ..., is_waiting: _Optional[bool] = ..., is_staff: _Optional[bool] = ..., seen_at_site: _Optional[bool] = ...) -> None: ...

class ExplainedThresholds(_message.Message):
    __slots__ = ("match", "new", "margin", "scope", "gallery_size", "target_rate", "source")
    MATCH_FIELD_NUMBER: _ClassVar[int]
    NEW_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    GALLERY_SIZE_FIELD_NUMBER: _ClassVar[int]
    TARGET_RATE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    match: float
    new: float
    margin: float
    scope: str
    gallery_size: int
    target_rate: float
    source: str
    def __init__(self, match: _Optional[float] = ..., new: _Optional[float] = ..., margin: _Optional[float] = ..., scope: _Optional[str] = ..., gallery_size: _Optional[int] = ..., target_rate: _Optional[float] = ..., source: _Optional[str] = ...) -> None: ...

class ExplainedVisit(_message.Message):
    __slots__ = ("visit_id", "rule_version", "visit_gap_seconds", "business_day", "time_zone", "sighting_count", "kind")
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_VERSION_FIELD_NUMBER: _ClassVar[int]
    VISIT_GAP_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_DAY_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    SIGHTING_COUNT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    visit_id: str
    rule_version: int
    visit_gap_seconds: int
    business_day: str
    time_zone: str
    sighting_count: int
    kind: str
    def __init__(self, visit_id: _Optional[str] = ..., rule_version: _Optional[int] = ..., visit_gap_seconds: _Optional[int] = ..., business_day: _Optional[str] = ..., time_zone: _Optional[str] = ..., sighting_count: _Optional[int] = ..., kind: _Optional[str] = ...) -> None: ...
