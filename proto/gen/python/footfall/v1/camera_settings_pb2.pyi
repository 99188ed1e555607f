from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImagePolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMAGE_POLICY_UNSPECIFIED: _ClassVar[ImagePolicy]
    IMAGE_POLICY_NONE: _ClassVar[ImagePolicy]
    IMAGE_POLICY_CROPS: _ClassVar[ImagePolicy]
    IMAGE_POLICY_FRAMES: _ClassVar[ImagePolicy]

class Crossing(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CROSSING_UNSPECIFIED: _ClassVar[Crossing]
    CROSSING_IN: _ClassVar[Crossing]
    CROSSING_OUT: _ClassVar[Crossing]
IMAGE_POLICY_UNSPECIFIED: ImagePolicy
IMAGE_POLICY_NONE: ImagePolicy
IMAGE_POLICY_CROPS: ImagePolicy
IMAGE_POLICY_FRAMES: ImagePolicy
CROSSING_UNSPECIFIED: Crossing
CROSSING_IN: Crossing
CROSSING_OUT: Crossing

class CameraSettings(_message.Message):
    __slots__ = ("detect_width", "masks", "entry_line", "image_policy", "idle_fps", "anonymous")
    DETECT_WIDTH_FIELD_NUMBER: _ClassVar[int]
    MASKS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_LINE_FIELD_NUMBER: _ClassVar[int]
    IMAGE_POLICY_FIELD_NUMBER: _ClassVar[int]
    IDLE_FPS_FIELD_NUMBER: _ClassVar[int]
    ANONYMOUS_FIELD_NUMBER: _ClassVar[int]
    detect_width: int
    masks: _containers.RepeatedCompositeFieldContainer[Polygon]
    entry_line: EntryLine
    image_policy: ImagePolicy
    idle_fps: float
    anonymous: bool
    def __init__(self, detect_width: _Optional[int] = ..., masks: _Optional[_Iterable[_Union[Polygon, _Mapping]]] = ..., entry_line: _Optional[_Union[EntryLine, _Mapping]] = ..., image_policy: _Optional[_Union[ImagePolicy, str]] = ..., idle_fps: _Optional[float] = ..., anonymous: _Optional[bool] = ...) -> None: ...

class RelativePoint(_message.Message):
    __slots__ = ("x", "y")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ...) -> None: ...

class Polygon(_message.Message):
    __slots__ = ("corners",)
    CORNERS_FIELD_NUMBER: _ClassVar[int]
    corners: _containers.RepeatedCompositeFieldContainer[RelativePoint]
    def __init__(self, corners: _Optional[_Iterable[_Union[RelativePoint, _Mapping]]] = ...) -> None: ...

class EntryLine(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: RelativePoint
    end: RelativePoint
    def __init__(self, start: _Optional[_Union[RelativePoint, _Mapping]] = ..., end: _Optional[_Union[RelativePoint, _Mapping]] = ...) -> None: ...
