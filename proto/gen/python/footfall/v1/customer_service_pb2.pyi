import datetime

from buf.validate import validate_pb2 as _validate_pb2
from footfall.v1 import camera_settings_pb2 as _camera_settings_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CustomerKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CUSTOMER_KIND_UNSPECIFIED: _ClassVar[CustomerKind]
    CUSTOMER_KIND_VISITOR: _ClassVar[CustomerKind]
    CUSTOMER_KIND_STAFF: _ClassVar[CustomerKind]

class MergeConflictKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MERGE_CONFLICT_KIND_UNSPECIFIED: _ClassVar[MergeConflictKind]
    MERGE_CONFLICT_KIND_SEEN_TOGETHER: _ClassVar[MergeConflictKind]
    MERGE_CONFLICT_KIND_MARKED_DISTINCT: _ClassVar[MergeConflictKind]

class MergeSuggestionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MERGE_SUGGESTION_KIND_UNSPECIFIED: _ClassVar[MergeSuggestionKind]
    MERGE_SUGGESTION_KIND_MERGE: _ClassVar[MergeSuggestionKind]
    MERGE_SUGGESTION_KIND_RESOLVE: _ClassVar[MergeSuggestionKind]
    MERGE_SUGGESTION_KIND_CONFIRM: _ClassVar[MergeSuggestionKind]
CUSTOMER_KIND_UNSPECIFIED: CustomerKind
CUSTOMER_KIND_VISITOR: CustomerKind
CUSTOMER_KIND_STAFF: CustomerKind
MERGE_CONFLICT_KIND_UNSPECIFIED: MergeConflictKind
MERGE_CONFLICT_KIND_SEEN_TOGETHER: MergeConflictKind
MERGE_CONFLICT_KIND_MARKED_DISTINCT: MergeConflictKind
MERGE_SUGGESTION_KIND_UNSPECIFIED: MergeSuggestionKind
MERGE_SUGGESTION_KIND_MERGE: MergeSuggestionKind
MERGE_SUGGESTION_KIND_RESOLVE: MergeSuggestionKind
MERGE_SUGGESTION_KIND_CONFIRM: MergeSuggestionKind

class Customer(_message.Message):
    __slots__ = ("customer_id", "number", "display_name", "kind", "create_time", "update_time", "first_seen_time", "last_seen_time", "visit_count", "face_count", "image_id", "merged_customer_ids")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    VISIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    FACE_COUNT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    MERGED_CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    number: int
    display_name: str
    kind: CustomerKind
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    first_seen_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    visit_count: int
    face_count: int
    image_id: str
    merged_customer_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, customer_id: _Optional[str] = ..., number: _Optional[int] = ..., display_name: _Optional[str] = ..., kind: _Optional[_Union[CustomerKind, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., visit_count: _Optional[int] = ..., face_count: _Optional[int] = ..., image_id: _Optional[str] = ..., merged_customer_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateCustomerRequest(_message.Message):
    __slots__ = ("customer", "request_id")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    customer: Customer
    request_id: str
    def __init__(self, customer: _Optional[_Union[Customer, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetCustomerRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class ListCustomersRequest(_message.Message):
    __slots__ = ("site_id", "name", "kind", "page_size", "page_token", "number")
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    site_id: str
    name: str
    kind: CustomerKind
    page_size: int
    page_token: str
    number: int
    def __init__(self, site_id: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[CustomerKind, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., number: _Optional[int] = ...) -> None: ...

class ListCustomersResponse(_message.Message):
    __slots__ = ("customers", "next_page_token")
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customers: _containers.RepeatedCompositeFieldContainer[Customer]
    next_page_token: str
    def __init__(self, customers: _Optional[_Iterable[_Union[Customer, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateCustomerRequest(_message.Message):
    __slots__ = ("customer", "update_mask")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    customer: Customer
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, customer: _Optional[_Union[Customer, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class DeleteCustomerRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class Sighting(_message.Message):
    __slots__ = ("track_id", "site_id", "camera_id", "customer_id", "visit_id", "first_seen_time", "last_seen_time", "quality_score", "score", "image_id", "crossing")
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    QUALITY_SCORE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CROSSING_FIELD_NUMBER: _ClassVar[int]
    track_id: str
    site_id: str
    camera_id: str
    customer_id: str
    visit_id: str
    first_seen_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    quality_score: float
    score: float
    image_id: str
    crossing: _camera_settings_pb2.Crossing
    def __init__(self, track_id: _Optional[str] = ..., site_id: _Optional[str] = ..., camera_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., visit_id: _Optional[str] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., quality_score: _Optional[float] = ..., score: _Optional[float] = ..., image_id: _Optional[str] = ..., crossing: _Optional[_Union[_camera_settings_pb2.Crossing, str]] = ...) -> None: ...

class ListSightingsRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSightingsResponse(_message.Message):
    __slots__ = ("sightings", "next_page_token")
    SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sightings: _containers.RepeatedCompositeFieldContainer[Sighting]
    next_page_token: str
    def __init__(self, sightings: _Optional[_Iterable[_Union[Sighting, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class MergeCustomersRequest(_message.Message):
    __slots__ = ("customer_id", "source_customer_ids", "reason", "force", "validate_only", "request_id")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    source_customer_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    force: bool
    validate_only: bool
    request_id: str
    def __init__(self, customer_id: _Optional[str] = ..., source_customer_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., force: _Optional[bool] = ..., validate_only: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class Merge(_message.Message):
    __slots__ = ("merge_id", "customer_id", "source_customer_ids", "reason", "forced", "create_time", "create_user_id", "undo_time", "undo_user_id", "display_name", "visits_before", "visits_after", "conflicts")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FORCED_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_USER_ID_FIELD_NUMBER: _ClassVar[int]
    UNDO_TIME_FIELD_NUMBER: _ClassVar[int]
    UNDO_USER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    VISITS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    VISITS_AFTER_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    customer_id: str
    source_customer_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    forced: bool
    create_time: _timestamp_pb2.Timestamp
    create_user_id: str
    undo_time: _timestamp_pb2.Timestamp
    undo_user_id: str
    display_name: str
    visits_before: int
    visits_after: int
    conflicts: _containers.RepeatedCompositeFieldContainer[MergeConflict]
    def __init__(self, merge_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., source_customer_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., forced: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_user_id: _Optional[str] = ..., undo_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., undo_user_id: _Optional[str] = ..., display_name: _Optional[str] = ..., visits_before: _Optional[int] = ..., visits_after: _Optional[int] = ..., conflicts: _Optional[_Iterable[_Union[MergeConflict, _Mapping]]] = ...) -> None: ...

class MergeConflict(_message.Message):
    __slots__ = ("customer_id", "other_customer_id", "kind", "camera_id", "seen_time")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    OTHER_CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CAMERA_ID_FIELD_NUMBER: _ClassVar[int]
    SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    other_customer_id: str
    kind: MergeConflictKind
    camera_id: str
    seen_time: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., other_customer_id: _Optional[str] = ..., kind: _Optional[_Union[MergeConflictKind, str]] = ..., camera_id: _Optional[str] = ..., seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UnmergeCustomersRequest(_message.Message):
    __slots__ = ("merge_id",)
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    def __init__(self, merge_id: _Optional[str] = ...) -> None: ...

class ListMergesRequest(_message.Message):
    __slots__ = ("customer_id", "page_size", "page_token")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    page_size: int
    page_token: str
    def __init__(self, customer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMergesResponse(_message.Message):
    __slots__ = ("merges", "next_page_token")
    MERGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    merges: _containers.RepeatedCompositeFieldContainer[Merge]
    next_page_token: str
    def __init__(self, merges: _Optional[_Iterable[_Union[Merge, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SplitCustomerRequest(_message.Message):
    __slots__ = ("customer_id", "visit_ids", "track_ids", "reason", "request_id")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_IDS_FIELD_NUMBER: _ClassVar[int]
    TRACK_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    visit_ids: _containers.RepeatedScalarFieldContainer[str]
    track_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    request_id: str
    def __init__(self, customer_id: _Optional[str] = ..., visit_ids: _Optional[_Iterable[str]] = ..., track_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class MarkDistinctRequest(_message.Message):
    __slots__ = ("customer_id", "other_customer_id", "reason")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    OTHER_CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    other_customer_id: str
    reason: str
    def __init__(self, customer_id: _Optional[str] = ..., other_customer_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UnmarkDistinctRequest(_message.Message):
    __slots__ = ("customer_id", "other_customer_id")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    OTHER_CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    other_customer_id: str
    def __init__(self, customer_id: _Optional[str] = ..., other_customer_id: _Optional[str] = ...) -> None: ...

class DistinctCustomer(_message.Message):
    __slots__ = ("customer", "reason", "mark_time", "mark_user_id")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MARK_TIME_FIELD_NUMBER: _ClassVar[int]
    MARK_USER_ID_FIELD_NUMBER: _ClassVar[int]
    customer: Customer
    reason: str
    mark_time: _timestamp_pb2.Timestamp
    mark_user_id: str
    def __init__(self, customer: _Optional[_Union[Customer, _Mapping]] = ..., reason: _Optional[str] = ..., mark_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., mark_user_id: _Optional[str] = ...) -> None: ...

class ListDistinctCustomersRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class ListDistinctCustomersResponse(_message.Message):
    __slots__ = ("distinct_customers",)
    DISTINCT_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    distinct_customers: _containers.RepeatedCompositeFieldContainer[DistinctCustomer]
    def __init__(self, distinct_customers: _Optional[_Iterable[_Union[DistinctCustomer, _Mapping]]] = ...) -> None: ...

class MergeSuggestion(_message.Message):
    __slots__ = ("suggestion_id", "kind", "customer_id", "other_ids", "score", "threshold", "evidence", "image_ids", "create_time")
    SUGGESTION_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    OTHER_IDS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    IMAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    suggestion_id: str
    kind: MergeSuggestionKind
    customer_id: str
    other_ids: _containers.RepeatedScalarFieldContainer[str]
    score: float
    threshold: float
    evidence: _containers.RepeatedScalarFieldContainer[str]
    image_ids: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, suggestion_id: _Optional[str] = ..., kind: _Optional[_Union[MergeSuggestionKind, str]] = ..., customer_id: _Optional[str] = ..., other_ids: _Optional[_Iterable[str]] = ..., score: _Optional[float] = ..., threshold: _Optional[float] = ..., evidence: _Optional[_Iterable[str]] = ..., image_ids: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListMergeSuggestionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMergeSuggestionsResponse(_message.Message):
    __slots__ = ("suggestions", "next_page_token", "match_threshold", "new_threshold")
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    MATCH_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    NEW_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    suggestions: _containers.RepeatedCompositeFieldContainer[MergeSuggestion]
    next_page_token: str
    match_threshold: float
    new_threshold: float
    def __init__(self, suggestions: _Optional[_Iterable[_Union[MergeSuggestion, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., match_threshold: _Optional[float] = ..., new_threshold: _Optional[float] = ...) -> None: ...

class RefreshMergeSuggestionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RefreshMergeSuggestionsResponse(_message.Message):
    __slots__ = ("suggestion_count", "customer_count", "waiting_count")
    SUGGESTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_COUNT_FIELD_NUMBER: _ClassVar[int]
    WAITING_COUNT_FIELD_NUMBER: _ClassVar[int]
    suggestion_count: int
    customer_count: int
    waiting_count: int
    def __init__(self, suggestion_count: _Optional[int] = ..., customer_count: _Optional[int] = ..., waiting_count: _Optional[int] = ...) -> None: ...

class AcceptMergeSuggestionRequest(_message.Message):
    __slots__ = ("suggestion_id",)
    SUGGESTION_ID_FIELD_NUMBER: _ClassVar[int]
    suggestion_id: str
    def __init__(self, suggestion_id: _Optional[str] = ...) -> None: ...

class AcceptMergeSuggestionResponse(_message.Message):
    __slots__ = ("customer_id", "merge_id")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    merge_id: str
    def __init__(self, customer_id: _Optional[str] = ..., merge_id: _Optional[str] = ...) -> None: ...

class DismissMergeSuggestionRequest(_message.Message):
    __slots__ = ("suggestion_id",)
    SUGGESTION_ID_FIELD_NUMBER: _ClassVar[int]
    suggestion_id: str
    def __init__(self, suggestion_id: _Optional[str] = ...) -> None: ...
