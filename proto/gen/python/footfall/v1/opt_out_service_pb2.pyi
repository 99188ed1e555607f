import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OptOut(_message.Message):
    __slots__ = ("opt_out_id", "ticket", "create_time", "create_user_id", "erasure_id", "in_force")
    OPT_OUT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_USER_ID_FIELD_NUMBER: _ClassVar[int]
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    opt_out_id: str
    ticket: str
    create_time: _timestamp_pb2.Timestamp
    create_user_id: str
    erasure_id: str
    in_force: bool
    def __init__(self, opt_out_id: _Optional[str] = ..., ticket: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_user_id: _Optional[str] = ..., erasure_id: _Optional[str] = ..., in_force: _Optional[bool] = ...) -> None: ...

class CreateOptOutRequest(_message.Message):
    __slots__ = ("subject_id", "image", "ticket", "consent_given", "request_id")
    SUBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    CONSENT_GIVEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    subject_id: str
    image: bytes
    ticket: str
    consent_given: bool
    request_id: str
    def __init__(self, subject_id: _Optional[str] = ..., image: _Optional[bytes] = ..., ticket: _Optional[str] = ..., consent_given: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListOptOutsRequest(_message.Message):
    __slots__ = ("ticket", "page_size", "page_token")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ticket: str
    page_size: int
    page_token: str
    def __init__(self, ticket: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOptOutsResponse(_message.Message):
    __slots__ = ("opt_outs", "next_page_token")
    OPT_OUTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    opt_outs: _containers.RepeatedCompositeFieldContainer[OptOut]
    next_page_token: str
    def __init__(self, opt_outs: _Optional[_Iterable[_Union[OptOut, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteOptOutRequest(_message.Message):
    __slots__ = ("opt_out_id",)
    OPT_OUT_ID_FIELD_NUMBER: _ClassVar[int]
    opt_out_id: str
    def __init__(self, opt_out_id: _Optional[str] = ...) -> None: ...
