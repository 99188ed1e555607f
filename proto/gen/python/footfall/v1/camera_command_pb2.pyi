import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CommandKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMMAND_KIND_UNSPECIFIED: _ClassVar[CommandKind]
    COMMAND_KIND_START: _ClassVar[CommandKind]
    COMMAND_KIND_STOP: _ClassVar[CommandKind]
    COMMAND_KIND_RESTART: _ClassVar[CommandKind]
    COMMAND_KIND_SNAPSHOT: _ClassVar[CommandKind]
    COMMAND_KIND_RECONFIGURE: _ClassVar[CommandKind]
    COMMAND_KIND_ASSIGN: _ClassVar[CommandKind]
    COMMAND_KIND_RELEASE: _ClassVar[CommandKind]

class CommandState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMMAND_STATE_UNSPECIFIED: _ClassVar[CommandState]
    COMMAND_STATE_SUCCEEDED: _ClassVar[CommandState]
    COMMAND_STATE_FAILED: _ClassVar[CommandState]
    COMMAND_STATE_EXPIRED: _ClassVar[CommandState]
COMMAND_KIND_UNSPECIFIED: CommandKind
COMMAND_KIND_START: CommandKind
COMMAND_KIND_STOP: CommandKind
COMMAND_KIND_RESTART: CommandKind
COMMAND_KIND_SNAPSHOT: CommandKind
COMMAND_KIND_RECONFIGURE: CommandKind
COMMAND_KIND_ASSIGN: CommandKind
COMMAND_KIND_RELEASE: CommandKind
COMMAND_STATE_UNSPECIFIED: CommandState
COMMAND_STATE_SUCCEEDED: CommandState
COMMAND_STATE_FAILED: CommandState
COMMAND_STATE_EXPIRED: CommandState

class EdgeCommand(_message.Message):
    __slots__ = ("command_id", "camera_id", "kind", "expire_time")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    camera_id: str
    kind: CommandKind
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, command_id: _Optional[str] = ..., camera_id: _Optional[str] = ..., kind: _Optional[_Union[CommandKind, str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CommandResult(_message.Message):
    __slots__ = ("command_id", "state", "detail", "jpeg", "capture_time", "finish_time")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    JPEG_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_TIME_FIELD_NUMBER: _ClassVar[int]
    FINISH_TIME_FIELD_NUMBER: _ClassVar[int]
    command_id: str
    state: CommandState
    detail: str
    jpeg: bytes
    capture_time: _timestamp_pb2.Timestamp
    finish_time: _timestamp_pb2.Timestamp
    def __init__(self, command_id: _Optional[str] = ..., state: _Optional[_Union[CommandState, str]] = ..., detail: _Optional[str] = ..., jpeg: _Optional[bytes] = ..., capture_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finish_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
