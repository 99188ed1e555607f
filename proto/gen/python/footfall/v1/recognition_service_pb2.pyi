import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ModelChangeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODEL_CHANGE_STATE_UNSPECIFIED: _ClassVar[ModelChangeState]
    MODEL_CHANGE_STATE_RUNNING: _ClassVar[ModelChangeState]
    MODEL_CHANGE_STATE_PAUSED: _ClassVar[ModelChangeState]
    MODEL_CHANGE_STATE_FINISHED: _ClassVar[ModelChangeState]
    MODEL_CHANGE_STATE_ROLLED_BACK: _ClassVar[ModelChangeState]
MODEL_CHANGE_STATE_UNSPECIFIED: ModelChangeState
MODEL_CHANGE_STATE_RUNNING: ModelChangeState
MODEL_CHANGE_STATE_PAUSED: ModelChangeState
MODEL_CHANGE_STATE_FINISHED: ModelChangeState
MODEL_CHANGE_STATE_ROLLED_BACK: ModelChangeState

class EmbeddingModel(_message.Message):
    __slots__ = ("model_id", "dimension", "in_use", "face_count", "customer_count", "licence", "origin")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    DIMENSION_FIELD_NUMBER: _ClassVar[int]
    IN_USE_FIELD_NUMBER: _ClassVar[int]
    FACE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_COUNT_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    dimension: int
    in_use: bool
    face_count: int
    customer_count: int
    licence: str
    origin: str
    def __init__(self, model_id: _Optional[str] = ..., dimension: _Optional[int] = ..., in_use: _Optional[bool] = ..., face_count: _Optional[int] = ..., customer_count: _Optional[int] = ..., licence: _Optional[str] = ..., origin: _Optional[str] = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ("models",)
    MODELS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[EmbeddingModel]
    def __init__(self, models: _Optional[_Iterable[_Union[EmbeddingModel, _Mapping]]] = ...) -> None: ...

class ModelChange(_message.Message):
    __slots__ = ("model_change_id", "from_model_id", "to_model_id", "state", "face_count", "done_count", "lost_count", "lost_customer_count", "start_time", "end_time")
    MODEL_CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    TO_MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FACE_COUNT_FIELD_NUMBER: _ClassVar[int]
    DONE_COUNT_FIELD_NUMBER: _ClassVar[int]
    LOST_COUNT_FIELD_NUMBER: _ClassVar[int]
    LOST_CUSTOMER_COUNT_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    model_change_id: str
    from_model_id: str
    to_model_id: str
    state: ModelChangeState
    face_count: int
    done_count: int
    lost_count: int
    lost_customer_count: int
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, model_change_id: _Optional[str] = ..., from_model_id: _Optional[str] = ..., to_model_id: _Optional[str] = ..., state: _Optional[_Union[ModelChangeState, str]] = ..., face_count: _Optional[int] = ..., done_count: _Optional[int] = ..., lost_count: _Optional[int] = ..., lost_customer_count: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class StartModelChangeRequest(_message.Message):
    __slots__ = ("to_model_id", "request_id")
    TO_MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    to_model_id: str
    request_id: str
    def __init__(self, to_model_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetModelChangeRequest(_message.Message):
    __slots__ = ("model_change_id",)
    MODEL_CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    model_change_id: str
    def __init__(self, model_change_id: _Optional[str] = ...) -> None: ...

class ListModelChangesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListModelChangesResponse(_message.Message):
    __slots__ = ("model_changes", "next_page_token")
    MODEL_CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    model_changes: _containers.RepeatedCompositeFieldContainer[ModelChange]
    next_page_token: str
    def __init__(self, model_changes: _Optional[_Iterable[_Union[ModelChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PauseModelChangeRequest(_message.Message):
    __slots__ = ("model_change_id",)
    MODEL_CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    model_change_id: str
    def __init__(self, model_change_id: _Optional[str] = ...) -> None: ...

class ResumeModelChangeRequest(_message.Message):
    __slots__ = ("model_change_id",)
    MODEL_CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    model_change_id: str
    def __init__(self, model_change_id: _Optional[str] = ...) -> None: ...

class FinishModelChangeRequest(_message.Message):
    __slots__ = ("model_change_id", "accept_loss")
    MODEL_CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_LOSS_FIELD_NUMBER: _ClassVar[int]
    model_change_id: str
    accept_loss: bool
    def __init__(self, model_change_id: _Optional[str] = ..., accept_loss: _Optional[bool] = ...) -> None: ...

class RollBackModelChangeRequest(_message.Message):
    __slots__ = ("model_change_id",)
    MODEL_CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    model_change_id: str
    def __init__(self, model_change_id: _Optional[str] = ...) -> None: ...

class CalibrateRequest(_message.Message):
    __slots__ = ("model_id", "target_rate")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_RATE_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    target_rate: float
    def __init__(self, model_id: _Optional[str] = ..., target_rate: _Optional[float] = ...) -> None: ...

class Calibration(_message.Message):
    __slots__ = ("model_id", "customer_count", "genuine_pair_count", "impostor_pair_count", "bin_edges", "genuine_counts", "impostor_counts", "target_rate", "match_threshold", "new_threshold", "current_match_threshold", "current_new_threshold", "expected_miss_rate", "expected_false_match_rate", "plot_png", "measure_time")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_COUNT_FIELD_NUMBER: _ClassVar[int]
    GENUINE_PAIR_COUNT_FIELD_NUMBER: _ClassVar[int]
    IMPOSTOR_PAIR_COUNT_FIELD_NUMBER: _ClassVar[int]
    BIN_EDGES_FIELD_NUMBER: _ClassVar[int]
    GENUINE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    IMPOSTOR_COUNTS_FIELD_NUMBER: _ClassVar[int]
    TARGET_RATE_FIELD_NUMBER: _ClassVar[int]
    MATCH_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    NEW_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    CURRENT_MATCH_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    CURRENT_NEW_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_MISS_RATE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FALSE_MATCH_RATE_FIELD_NUMBER: _ClassVar[int]
    PLOT_PNG_FIELD_NUMBER: _ClassVar[int]
    MEASURE_TIME_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    customer_count: int
    genuine_pair_count: int
    impostor_pair_count: int
    bin_edges: _containers.RepeatedScalarFieldContainer[float]
    genuine_counts: _containers.RepeatedScalarFieldContainer[int]
    impostor_counts: _containers.RepeatedScalarFieldContainer[int]
    target_rate: float
    match_threshold: float
    new_threshold: float
    current_match_threshold: float
    current_new_threshold: float
    expected_miss_rate: float
    expected_false_match_rate: float
    plot_png: bytes
    measure_time: _timestamp_pb2.Timestamp
    def __init__(self, model_id: _Optional[str] = ..., customer_count: _Optional[int] = ..., genuine_pair_count: _Optional[int] = ..., impostor_pair_count: _Optional[int] = ..., bin_edges: _Optional[_Iterable[float]] = ..., genuine_counts: _Optional[_Iterable[int]] = ..., impostor_counts: _Optional[_Iterable[int]] = ..., target_rate: _Optional[float] = ..., match_threshold: _Optional[float] = ..., new_threshold: _Optional[float] = ..., current_match_threshold: _Optional[float] = ..., current_new_threshold: _Optional[float] = ..., expected_miss_rate: _Optional[float] = ..., expected_false_match_rate: _Optional[float] = ..., plot_png: _Optional[bytes] = ..., measure_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApplyCalibrationRequest(_message.Message):
    __slots__ = ("model_id", "target_rate", "reset")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_RATE_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    target_rate: float
    reset: bool
    def __init__(self, model_id: _Optional[str] = ..., target_rate: _Optional[float] = ..., reset: _Optional[bool] = ...) -> None: ...

class ApplyCalibrationResponse(_message.Message):
    __slots__ = ("model_id", "match_threshold", "new_threshold", "target_rate")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    MATCH_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    NEW_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    TARGET_RATE_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    match_threshold: float
    new_threshold: float
    target_rate: float
    def __init__(self, model_id: _Optional[str] = ..., match_threshold: _Optional[float] = ..., new_threshold: _Optional[float] = ..., target_rate: _Optional[float] = ...) -> None: ...
