import datetime

from buf.validate import validate_pb2 as _validate_pb2
from footfall.v1 import camera_settings_pb2 as _camera_settings_pb2
from footfall.v1 import common_pb2 as _common_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QualityReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUALITY_REASON_UNSPECIFIED: _ClassVar[QualityReason]
    QUALITY_REASON_TOO_SMALL: _ClassVar[QualityReason]
    QUALITY_REASON_TURNED_AWAY: _ClassVar[QualityReason]
    QUALITY_REASON_BLURRED: _ClassVar[QualityReason]
    QUALITY_REASON_TOO_DARK: _ClassVar[QualityReason]
    QUALITY_REASON_TOO_BRIGHT: _ClassVar[QualityReason]
    QUALITY_REASON_LOW_CONTRAST: _ClassVar[QualityReason]
    QUALITY_REASON_TRUNCATED: _ClassVar[QualityReason]
    QUALITY_REASON_UNSURE: _ClassVar[QualityReason]
QUALITY_REASON_UNSPECIFIED: QualityReason
QUALITY_REASON_TOO_SMALL: QualityReason
QUALITY_REASON_TURNED_AWAY: QualityReason
QUALITY_REASON_BLURRED: QualityReason
QUALITY_REASON_TOO_DARK: QualityReason
QUALITY_REASON_TOO_BRIGHT: QualityReason
QUALITY_REASON_LOW_CONTRAST: QualityReason
QUALITY_REASON_TRUNCATED: QualityReason
QUALITY_REASON_UNSURE: QualityReason

class FaceEvent(_message.Message):
    __slots__ = ("event_id", "camera_id", "track_id", "first_seen_time", "last_seen_time", "final", "embedding", "box", "landmarks", "detection_score", "quality", "female_probability", "image", "crop_jpeg", "shot_count", "aligned_jpeg", "lease_token", "crossing", "staff_hint")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    FINAL_FIELD_NUMBER: _ClassVar[int]
    EMBEDDING_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    LANDMARKS_FIELD_NUMBER: _ClassVar[int]
    DETECTION_SCORE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    FEMALE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    CROP_JPEG_FIELD_NUMBER: _ClassVar[int]
    SHOT_COUNT_FIELD_NUMBER: _ClassVar[int]
    ALIGNED_JPEG_FIELD_NUMBER: _ClassVar[int]
    LEASE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CROSSING_FIELD_NUMBER: _ClassVar[int]
    STAFF_HINT_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    camera_id: str
    track_id: str
    first_seen_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    final: bool
    embedding: Embedding
    box: _common_pb2.BoundingBox
    landmarks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Point]
    detection_score: float
    quality: FaceQuality
    female_probability: float
    image: ImageAnnouncement
    crop_jpeg: bytes
    shot_count: int
    aligned_jpeg: bytes
    lease_token: int
    crossing: _camera_settings_pb2.Crossing
    staff_hint: StaffHint
    def __init__(self, event_id: _Optional[str] = ..., camera_id: _Optional[str] = ..., track_id: _Optional[str] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., final: _Optional[bool] = ..., embedding: _Optional[_Union[Embedding, _Mapping]] = ..., box: _Optional[_Union[_common_pb2.BoundingBox, _Mapping]] = ..., landmarks: _Optional[_Iterable[_Union[_common_pb2.Point, _Mapping]]] = ..., detection_score: _Optional[float] = ..., quality: _Optional[_Union[FaceQuality, _Mapping]] = ..., female_probability: _Optional[float] = ..., image: _Optional[_Union[ImageAnnouncement, _Mapping]] = ..., crop_jpeg: _Optional[bytes] = ..., shot_count: _Optional[int] = ..., aligned_jpeg: _Optional[bytes] = ..., lease_token: _Optional[int] = ..., crossing: _Optional[_Union[_camera_settings_pb2.Crossing, str]] = ..., staff_hint: _Optional[_Union[StaffHint, _Mapping]] = ...) -> None: ...

class StaffHint(_message.Message):
    __slots__ = ("staff_id", "score", "gallery_version")
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    GALLERY_VERSION_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    score: float
    gallery_version: int
    def __init__(self, staff_id: _Optional[str] = ..., score: _Optional[float] = ..., gallery_version: _Optional[int] = ...) -> None: ...

class Embedding(_message.Message):
    __slots__ = ("model_id", "vector")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    VECTOR_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    vector: bytes
    def __init__(self, model_id: _Optional[str] = ..., vector: _Optional[bytes] = ...) -> None: ...

class FaceQuality(_message.Message):
    __slots__ = ("score", "size", "pose", "sharpness", "exposure", "inter_ocular_px", "reasons")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    POSE_FIELD_NUMBER: _ClassVar[int]
    SHARPNESS_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    INTER_OCULAR_PX_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    score: float
    size: float
    pose: float
    sharpness: float
    exposure: float
    inter_ocular_px: float
    reasons: _containers.RepeatedScalarFieldContainer[QualityReason]
    def __init__(self, score: _Optional[float] = ..., size: _Optional[float] = ..., pose: _Optional[float] = ..., sharpness: _Optional[float] = ..., exposure: _Optional[float] = ..., inter_ocular_px: _Optional[float] = ..., reasons: _Optional[_Iterable[_Union[QualityReason, str]]] = ...) -> None: ...

class ImageAnnouncement(_message.Message):
    __slots__ = ("image_id", "size_bytes", "content_type")
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    image_id: str
    size_bytes: int
    content_type: str
    def __init__(self, image_id: _Optional[str] = ..., size_bytes: _Optional[int] = ..., content_type: _Optional[str] = ...) -> None: ...
