import datetime

from buf.validate import validate_pb2 as _validate_pb2
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

class StaffImportState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAFF_IMPORT_STATE_UNSPECIFIED: _ClassVar[StaffImportState]
    STAFF_IMPORT_STATE_UPLOADING: _ClassVar[StaffImportState]
    STAFF_IMPORT_STATE_READY: _ClassVar[StaffImportState]
    STAFF_IMPORT_STATE_FINISHED: _ClassVar[StaffImportState]

class StaffImportFault(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAFF_IMPORT_FAULT_UNSPECIFIED: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_NO_PERSON: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_NO_PICTURE: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_FILE_MISSING: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_UNUSED: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_FILE_UNREADABLE: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_SITE_UNKNOWN: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_AMBIGUOUS: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_NUMBER_TAKEN: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_NOT_ALLOWED: _ClassVar[StaffImportFault]
    STAFF_IMPORT_FAULT_INVALID: _ClassVar[StaffImportFault]
STAFF_IMPORT_STATE_UNSPECIFIED: StaffImportState
STAFF_IMPORT_STATE_UPLOADING: StaffImportState
STAFF_IMPORT_STATE_READY: StaffImportState
STAFF_IMPORT_STATE_FINISHED: StaffImportState
STAFF_IMPORT_FAULT_UNSPECIFIED: StaffImportFault
STAFF_IMPORT_FAULT_NO_PERSON: StaffImportFault
STAFF_IMPORT_FAULT_NO_PICTURE: StaffImportFault
STAFF_IMPORT_FAULT_FILE_MISSING: StaffImportFault
STAFF_IMPORT_FAULT_UNUSED: StaffImportFault
STAFF_IMPORT_FAULT_FILE_UNREADABLE: StaffImportFault
STAFF_IMPORT_FAULT_SITE_UNKNOWN: StaffImportFault
STAFF_IMPORT_FAULT_AMBIGUOUS: StaffImportFault
STAFF_IMPORT_FAULT_NUMBER_TAKEN: StaffImportFault
STAFF_IMPORT_FAULT_NOT_ALLOWED: StaffImportFault
STAFF_IMPORT_FAULT_INVALID: StaffImportFault

class StaffImport(_message.Message):
    __slots__ = ("import_id", "state", "size_bytes", "part_size_bytes", "missing_offsets", "items", "summary", "create_time", "expire_time", "total")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    PART_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MISSING_OFFSETS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    state: StaffImportState
    size_bytes: int
    part_size_bytes: int
    missing_offsets: _containers.RepeatedScalarFieldContainer[int]
    items: _containers.RepeatedCompositeFieldContainer[StaffImportItem]
    summary: StaffImportSummary
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    total: int
    def __init__(self, import_id: _Optional[str] = ..., state: _Optional[_Union[StaffImportState, str]] = ..., size_bytes: _Optional[int] = ..., part_size_bytes: _Optional[int] = ..., missing_offsets: _Optional[_Iterable[int]] = ..., items: _Optional[_Iterable[_Union[StaffImportItem, _Mapping]]] = ..., summary: _Optional[_Union[StaffImportSummary, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., total: _Optional[int] = ...) -> None: ...

class StaffImportItem(_message.Message):
    __slots__ = ("file_name", "row", "staff_id", "person_created", "verdict", "fault", "measured", "needed", "column")
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_CREATED_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    MEASURED_FIELD_NUMBER: _ClassVar[int]
    NEEDED_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    file_name: str
    row: int
    staff_id: str
    person_created: bool
    verdict: _staff_service_pb2.FaceVerdict
    fault: StaffImportFault
    measured: float
    needed: float
    column: str
    def __init__(self, file_name: _Optional[str] = ..., row: _Optional[int] = ..., staff_id: _Optional[str] = ..., person_created: _Optional[bool] = ..., verdict: _Optional[_Union[_staff_service_pb2.FaceVerdict, str]] = ..., fault: _Optional[_Union[StaffImportFault, str]] = ..., measured: _Optional[float] = ..., needed: _Optional[float] = ..., column: _Optional[str] = ...) -> None: ...

class StaffImportSummary(_message.Message):
    __slots__ = ("enrolled", "refused", "failed", "people_created")
    ENROLLED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_CREATED_FIELD_NUMBER: _ClassVar[int]
    enrolled: int
    refused: int
    failed: int
    people_created: int
    def __init__(self, enrolled: _Optional[int] = ..., refused: _Optional[int] = ..., failed: _Optional[int] = ..., people_created: _Optional[int] = ...) -> None: ...

class BeginStaffImportRequest(_message.Message):
    __slots__ = ("size_bytes", "site_ids")
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SITE_IDS_FIELD_NUMBER: _ClassVar[int]
    size_bytes: int
    site_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, size_bytes: _Optional[int] = ..., site_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class UploadStaffImportPartRequest(_message.Message):
    __slots__ = ("import_id", "offset", "data")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    offset: int
    data: bytes
    def __init__(self, import_id: _Optional[str] = ..., offset: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class UploadStaffImportPartResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RunStaffImportRequest(_message.Message):
    __slots__ = ("import_id", "validate_only")
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    validate_only: bool
    def __init__(self, import_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class RunStaffImportResponse(_message.Message):
    __slots__ = ("total", "done", "item", "summary")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    total: int
    done: int
    item: StaffImportItem
    summary: StaffImportSummary
    def __init__(self, total: _Optional[int] = ..., done: _Optional[int] = ..., item: _Optional[_Union[StaffImportItem, _Mapping]] = ..., summary: _Optional[_Union[StaffImportSummary, _Mapping]] = ...) -> None: ...

class GetStaffImportRequest(_message.Message):
    __slots__ = ("import_id",)
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    def __init__(self, import_id: _Optional[str] = ...) -> None: ...

class ListStaffImportsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListStaffImportsResponse(_message.Message):
    __slots__ = ("imports",)
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    imports: _containers.RepeatedCompositeFieldContainer[StaffImport]
    def __init__(self, imports: _Optional[_Iterable[_Union[StaffImport, _Mapping]]] = ...) -> None: ...

class DeleteStaffImportRequest(_message.Message):
    __slots__ = ("import_id",)
    IMPORT_ID_FIELD_NUMBER: _ClassVar[int]
    import_id: str
    def __init__(self, import_id: _Optional[str] = ...) -> None: ...

class DeleteStaffImportResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
