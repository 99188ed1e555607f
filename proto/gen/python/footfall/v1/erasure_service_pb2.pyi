import datetime

from buf.validate import validate_pb2 as _validate_pb2
from footfall.v1 import common_pb2 as _common_pb2
from footfall.v1 import explanation_pb2 as _explanation_pb2
from footfall.v1 import staff_service_pb2 as _staff_service_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErasureKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERASURE_KIND_UNSPECIFIED: _ClassVar[ErasureKind]
    ERASURE_KIND_CUSTOMER: _ClassVar[ErasureKind]
    ERASURE_KIND_STAFF: _ClassVar[ErasureKind]
ERASURE_KIND_UNSPECIFIED: ErasureKind
ERASURE_KIND_CUSTOMER: ErasureKind
ERASURE_KIND_STAFF: ErasureKind

class ErasureCounts(_message.Message):
    __slots__ = ("faces", "tracks", "visits", "images")
    FACES_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    faces: int
    tracks: int
    visits: int
    images: int
    def __init__(self, faces: _Optional[int] = ..., tracks: _Optional[int] = ..., visits: _Optional[int] = ..., images: _Optional[int] = ...) -> None: ...

class Erasure(_message.Message):
    __slots__ = ("erasure_id", "kind", "subject_id", "ticket", "create_time", "create_user_id", "removed", "complete_time", "receipt")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_USER_ID_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_TIME_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    kind: ErasureKind
    subject_id: str
    ticket: str
    create_time: _timestamp_pb2.Timestamp
    create_user_id: str
    removed: ErasureCounts
    complete_time: _timestamp_pb2.Timestamp
    receipt: str
    def __init__(self, erasure_id: _Optional[str] = ..., kind: _Optional[_Union[ErasureKind, str]] = ..., subject_id: _Optional[str] = ..., ticket: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_user_id: _Optional[str] = ..., removed: _Optional[_Union[ErasureCounts, _Mapping]] = ..., complete_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., receipt: _Optional[str] = ...) -> None: ...

class FindErasureSubjectsRequest(_message.Message):
    __slots__ = ("image", "ticket")
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    image: bytes
    ticket: str
    def __init__(self, image: _Optional[bytes] = ..., ticket: _Optional[str] = ...) -> None: ...

class FindErasureSubjectsResponse(_message.Message):
    __slots__ = ("candidates", "thresholds", "box")
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    candidates: _containers.RepeatedCompositeFieldContainer[_staff_service_pb2.RecognitionCandidate]
    thresholds: _explanation_pb2.ExplainedThresholds
    box: _common_pb2.BoundingBox
    def __init__(self, candidates: _Optional[_Iterable[_Union[_staff_service_pb2.RecognitionCandidate, _Mapping]]] = ..., thresholds: _Optional[_Union[_explanation_pb2.ExplainedThresholds, _Mapping]] = ..., box: _Optional[_Union[_common_pb2.BoundingBox, _Mapping]] = ...) -> None: ...

class PreviewErasureRequest(_message.Message):
    __slots__ = ("subject_id",)
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    def __init__(self, subject_id: _Optional[str] = ...) -> None: ...

class PreviewErasureResponse(_message.Message):
    __slots__ = ("subject_id", "kind", "display_name", "number", "removed")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    kind: ErasureKind
    display_name: str
    number: int
    removed: ErasureCounts
    def __init__(self, subject_id: _Optional[str] = ..., kind: _Optional[_Union[ErasureKind, str]] = ..., display_name: _Optional[str] = ..., number: _Optional[int] = ..., removed: _Optional[_Union[ErasureCounts, _Mapping]] = ...) -> None: ...

class CreateErasureRequest(_message.Message):
    __slots__ = ("subject_id", "ticket", "request_id")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    ticket: str
    request_id: str
    def __init__(self, subject_id: _Optional[str] = ..., ticket: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetErasureRequest(_message.Message):
    __slots__ = ("erasure_id",)
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    def __init__(self, erasure_id: _Optional[str] = ...) -> None: ...

class ListErasuresRequest(_message.Message):
    __slots__ = ("ticket", "page_size", "page_token")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ticket: str
    page_size: int
    page_token: str
    def __init__(self, ticket: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListErasuresResponse(_message.Message):
    __slots__ = ("erasures", "next_page_token")
    ERASURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    erasures: _containers.RepeatedCompositeFieldContainer[Erasure]
    next_page_token: str
    def __init__(self, erasures: _Optional[_Iterable[_Union[Erasure, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetErasureKeyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ErasureKey(_message.Message):
    __slots__ = ("key_id", "public_key")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    public_key: str
    def __init__(self, key_id: _Optional[str] = ..., public_key: _Optional[str] = ...) -> None: ...
