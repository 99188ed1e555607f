import datetime

from buf.validate import validate_pb2 as _validate_pb2
from footfall.v1 import common_pb2 as _common_pb2
from footfall.v1 import customer_service_pb2 as _customer_service_pb2
from footfall.v1 import explanation_pb2 as _explanation_pb2
from footfall.v1 import face_event_pb2 as _face_event_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
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

class StaffPresence(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAFF_PRESENCE_UNSPECIFIED: _ClassVar[StaffPresence]
    STAFF_PRESENCE_ACTIVE: _ClassVar[StaffPresence]
    STAFF_PRESENCE_LEFT: _ClassVar[StaffPresence]

class FaceVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FACE_VERDICT_UNSPECIFIED: _ClassVar[FaceVerdict]
    FACE_VERDICT_ACCEPTED: _ClassVar[FaceVerdict]
    FACE_VERDICT_NOT_AN_IMAGE: _ClassVar[FaceVerdict]
    FACE_VERDICT_NO_FACE: _ClassVar[FaceVerdict]
    FACE_VERDICT_SEVERAL_FACES: _ClassVar[FaceVerdict]
    FACE_VERDICT_TOO_SMALL: _ClassVar[FaceVerdict]
    FACE_VERDICT_BLURRED: _ClassVar[FaceVerdict]
    FACE_VERDICT_TOO_DARK: _ClassVar[FaceVerdict]
    FACE_VERDICT_TOO_BRIGHT: _ClassVar[FaceVerdict]
    FACE_VERDICT_TOO_TURNED: _ClassVar[FaceVerdict]
    FACE_VERDICT_LOOKS_LIKE_OTHER_STAFF: _ClassVar[FaceVerdict]
    FACE_VERDICT_DUPLICATE: _ClassVar[FaceVerdict]
    FACE_VERDICT_TOO_MANY_FACES: _ClassVar[FaceVerdict]
    FACE_VERDICT_STAFF_LEFT: _ClassVar[FaceVerdict]
    FACE_VERDICT_CUT_OFF: _ClassVar[FaceVerdict]
    FACE_VERDICT_LOW_CONTRAST: _ClassVar[FaceVerdict]
    FACE_VERDICT_TOO_LARGE: _ClassVar[FaceVerdict]

class RecognitionOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECOGNITION_OUTCOME_UNSPECIFIED: _ClassVar[RecognitionOutcome]
    RECOGNITION_OUTCOME_STAFF: _ClassVar[RecognitionOutcome]
    RECOGNITION_OUTCOME_CUSTOMER: _ClassVar[RecognitionOutcome]
    RECOGNITION_OUTCOME_UNDECIDED: _ClassVar[RecognitionOutcome]
    RECOGNITION_OUTCOME_NOBODY: _ClassVar[RecognitionOutcome]
    RECOGNITION_OUTCOME_TOO_POOR: _ClassVar[RecognitionOutcome]
STAFF_PRESENCE_UNSPECIFIED: StaffPresence
STAFF_PRESENCE_ACTIVE: StaffPresence
STAFF_PRESENCE_LEFT: StaffPresence
FACE_VERDICT_UNSPECIFIED: FaceVerdict
FACE_VERDICT_ACCEPTED: FaceVerdict
FACE_VERDICT_NOT_AN_IMAGE: FaceVerdict
FACE_VERDICT_NO_FACE: FaceVerdict
FACE_VERDICT_SEVERAL_FACES: FaceVerdict
FACE_VERDICT_TOO_SMALL: FaceVerdict
FACE_VERDICT_BLURRED: FaceVerdict
FACE_VERDICT_TOO_DARK: FaceVerdict
FACE_VERDICT_TOO_BRIGHT: FaceVerdict
FACE_VERDICT_TOO_TURNED: FaceVerdict
FACE_VERDICT_LOOKS_LIKE_OTHER_STAFF: FaceVerdict
FACE_VERDICT_DUPLICATE: FaceVerdict
FACE_VERDICT_TOO_MANY_FACES: FaceVerdict
FACE_VERDICT_STAFF_LEFT: FaceVerdict
FACE_VERDICT_CUT_OFF: FaceVerdict
FACE_VERDICT_LOW_CONTRAST: FaceVerdict
FACE_VERDICT_TOO_LARGE: FaceVerdict
RECOGNITION_OUTCOME_UNSPECIFIED: RecognitionOutcome
RECOGNITION_OUTCOME_STAFF: RecognitionOutcome
RECOGNITION_OUTCOME_CUSTOMER: RecognitionOutcome
RECOGNITION_OUTCOME_UNDECIDED: RecognitionOutcome
RECOGNITION_OUTCOME_NOBODY: RecognitionOutcome
RECOGNITION_OUTCOME_TOO_POOR: RecognitionOutcome

class Staff(_message.Message):
    __slots__ = ("staff_id", "display_name", "employee_number", "job_title", "email", "site_ids", "join_time", "leave_time", "left", "create_time", "update_time", "etag", "number", "enrolled_face_count", "known_face_count", "portrait_face_id", "image_id", "last_seen_time", "merged_customer_ids")
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    EMPLOYEE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    JOB_TITLE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    SITE_IDS_FIELD_NUMBER: _ClassVar[int]
    JOIN_TIME_FIELD_NUMBER: _ClassVar[int]
    LEAVE_TIME_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ENROLLED_FACE_COUNT_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FACE_COUNT_FIELD_NUMBER: _ClassVar[int]
    PORTRAIT_FACE_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    MERGED_CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    display_name: str
    employee_number: str
    job_title: str
    email: str
    site_ids: _containers.RepeatedScalarFieldContainer[str]
    join_time: _timestamp_pb2.Timestamp
    leave_time: _timestamp_pb2.Timestamp
    left: bool
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    number: int
    enrolled_face_count: int
    known_face_count: int
    portrait_face_id: str
    image_id: str
    last_seen_time: _timestamp_pb2.Timestamp
    merged_customer_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, staff_id: _Optional[str] = ..., display_name: _Optional[str] = ..., employee_number: _Optional[str] = ..., job_title: _Optional[str] = ..., email: _Optional[str] = ..., site_ids: _Optional[_Iterable[str]] = ..., join_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., leave_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., left: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., number: _Optional[int] = ..., enrolled_face_count: _Optional[int] = ..., known_face_count: _Optional[int] = ..., portrait_face_id: _Optional[str] = ..., image_id: _Optional[str] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., merged_customer_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateStaffRequest(_message.Message):
    __slots__ = ("staff", "request_id")
    STAFF_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    staff: Staff
    request_id: str
    def __init__(self, staff: _Optional[_Union[Staff, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetStaffRequest(_message.Message):
    __slots__ = ("staff_id",)
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    def __init__(self, staff_id: _Optional[str] = ...) -> None: ...

class ListStaffRequest(_message.Message):
    __slots__ = ("name", "site_id", "presence", "page_size", "page_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    site_id: str
    presence: StaffPresence
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., site_id: _Optional[str] = ..., presence: _Optional[_Union[StaffPresence, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStaffResponse(_message.Message):
    __slots__ = ("staff", "next_page_token")
    STAFF_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    staff: _containers.RepeatedCompositeFieldContainer[Staff]
    next_page_token: str
    def __init__(self, staff: _Optional[_Iterable[_Union[Staff, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateStaffRequest(_message.Message):
    __slots__ = ("staff", "update_mask")
    STAFF_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    staff: Staff
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, staff: _Optional[_Union[Staff, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class DeleteStaffRequest(_message.Message):
    __slots__ = ("staff_id",)
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    def __init__(self, staff_id: _Optional[str] = ...) -> None: ...

class StaffFace(_message.Message):
    __slots__ = ("face_id", "staff_id", "verdict", "quality", "box", "landmarks", "width_px", "height_px", "closest_own_score", "model_ids", "create_time", "create_user_id")
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    LANDMARKS_FIELD_NUMBER: _ClassVar[int]
    WIDTH_PX_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_PX_FIELD_NUMBER: _ClassVar[int]
    CLOSEST_OWN_SCORE_FIELD_NUMBER: _ClassVar[int]
    MODEL_IDS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_USER_ID_FIELD_NUMBER: _ClassVar[int]
    face_id: str
    staff_id: str
    verdict: FaceVerdict
    quality: _face_event_pb2.FaceQuality
    box: _common_pb2.BoundingBox
    landmarks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Point]
    width_px: int
    height_px: int
    closest_own_score: float
    model_ids: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    create_user_id: str
    def __init__(self, face_id: _Optional[str] = ..., staff_id: _Optional[str] = ..., verdict: _Optional[_Union[FaceVerdict, str]] = ..., quality: _Optional[_Union[_face_event_pb2.FaceQuality, _Mapping]] = ..., box: _Optional[_Union[_common_pb2.BoundingBox, _Mapping]] = ..., landmarks: _Optional[_Iterable[_Union[_common_pb2.Point, _Mapping]]] = ..., width_px: _Optional[int] = ..., height_px: _Optional[int] = ..., closest_own_score: _Optional[float] = ..., model_ids: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_user_id: _Optional[str] = ...) -> None: ...

class ListFacesRequest(_message.Message):
    __slots__ = ("staff_id",)
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    def __init__(self, staff_id: _Optional[str] = ...) -> None: ...

class ListFacesResponse(_message.Message):
    __slots__ = ("faces", "most_faces")
    FACES_FIELD_NUMBER: _ClassVar[int]
    MOST_FACES_FIELD_NUMBER: _ClassVar[int]
    faces: _containers.RepeatedCompositeFieldContainer[StaffFace]
    most_faces: int
    def __init__(self, faces: _Optional[_Iterable[_Union[StaffFace, _Mapping]]] = ..., most_faces: _Optional[int] = ...) -> None: ...

class AddFaceRequest(_message.Message):
    __slots__ = ("staff_id", "image", "request_id")
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    image: bytes
    request_id: str
    def __init__(self, staff_id: _Optional[str] = ..., image: _Optional[bytes] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetFaceImageRequest(_message.Message):
    __slots__ = ("staff_id", "face_id")
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    face_id: str
    def __init__(self, staff_id: _Optional[str] = ..., face_id: _Optional[str] = ...) -> None: ...

class DeleteFaceRequest(_message.Message):
    __slots__ = ("staff_id", "face_id")
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    FACE_ID_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    face_id: str
    def __init__(self, staff_id: _Optional[str] = ..., face_id: _Optional[str] = ...) -> None: ...

class TestRecognitionRequest(_message.Message):
    __slots__ = ("staff_id", "image")
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    image: bytes
    def __init__(self, staff_id: _Optional[str] = ..., image: _Optional[bytes] = ...) -> None: ...

class TestRecognitionResponse(_message.Message):
    __slots__ = ("outcome", "recognised", "rule", "candidates", "margin", "thresholds", "gates", "quality", "box", "landmarks", "model_id", "width_px", "height_px")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RECOGNISED_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    LANDMARKS_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    WIDTH_PX_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_PX_FIELD_NUMBER: _ClassVar[int]
    outcome: RecognitionOutcome
    recognised: bool
    rule: str
    candidates: _containers.RepeatedCompositeFieldContainer[RecognitionCandidate]
    margin: float
    thresholds: _explanation_pb2.ExplainedThresholds
    gates: _containers.RepeatedCompositeFieldContainer[_explanation_pb2.QualityGate]
    quality: _face_event_pb2.FaceQuality
    box: _common_pb2.BoundingBox
    landmarks: _containers.RepeatedCompositeFieldContainer[_common_pb2.Point]
    model_id: str
    width_px: int
    height_px: int
    def __init__(self, outcome: _Optional[_Union[RecognitionOutcome, str]] = ..., recognised: _Optional[bool] = ..., rule: _Optional[str] = ..., candidates: _Optional[_Iterable[_Union[RecognitionCandidate, _Mapping]]] = ..., margin: _Optional[float] = ..., thresholds: _Optional[_Union[_explanation_pb2.ExplainedThresholds, _Mapping]] = ..., gates: _Optional[_Iterable[_Union[_explanation_pb2.QualityGate, _Mapping]]] = ..., quality: _Optional[_Union[_face_event_pb2.FaceQuality, _Mapping]] = ..., box: _Optional[_Union[_common_pb2.BoundingBox, _Mapping]] = ..., landmarks: _Optional[_Iterable[_Union[_common_pb2.Point, _Mapping]]] = ..., model_id: _Optional[str] = ..., width_px: _Optional[int] = ..., height_px: _Optional[int] = ...) -> None: ...

class RecognitionCandidate(_message.Message):
    __slots__ = ("customer_id", "display_name", "number", "is_staff", "is_waiting", "score", "face_score", "provenance", "staff_face_id", "image_id")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    IS_STAFF_FIELD_NUMBER: _ClassVar[int]
    IS_WAITING_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    FACE_SCORE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    STAFF_FACE_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    display_name: str
    number: int
    is_staff: bool
    is_waiting: bool
    score: float
    face_score: float
    provenance: str
    staff_face_id: str
    image_id: str
    def __init__(self, customer_id: _Optional[str] = ..., display_name: _Optional[str] = ..., number: _Optional[int] = ..., is_staff: _Optional[bool] = ..., is_waiting: _Optional[bool] = ..., score: _Optional[float] = ..., face_score: _Optional[float] = ..., provenance: _Optional[str] = ..., staff_face_id: _Optional[str] = ..., image_id: _Optional[str] = ...) -> None: ...

class ListPastCustomersRequest(_message.Message):
    __slots__ = ("staff_id",)
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    def __init__(self, staff_id: _Optional[str] = ...) -> None: ...

class ListPastCustomersResponse(_message.Message):
    __slots__ = ("past_customers", "threshold", "since_time")
    PAST_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    SINCE_TIME_FIELD_NUMBER: _ClassVar[int]
    past_customers: _containers.RepeatedCompositeFieldContainer[PastCustomer]
    threshold: float
    since_time: _timestamp_pb2.Timestamp
    def __init__(self, past_customers: _Optional[_Iterable[_Union[PastCustomer, _Mapping]]] = ..., threshold: _Optional[float] = ..., since_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PastCustomer(_message.Message):
    __slots__ = ("customer_id", "display_name", "number", "score", "matches", "visit_count", "first_seen_time", "last_seen_time", "image_id", "staff_face_id")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    VISIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    IMAGE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_FACE_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    display_name: str
    number: int
    score: float
    matches: bool
    visit_count: int
    first_seen_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    image_id: str
    staff_face_id: str
    def __init__(self, customer_id: _Optional[str] = ..., display_name: _Optional[str] = ..., number: _Optional[int] = ..., score: _Optional[float] = ..., matches: _Optional[bool] = ..., visit_count: _Optional[int] = ..., first_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., image_id: _Optional[str] = ..., staff_face_id: _Optional[str] = ...) -> None: ...

class ConvertCustomersRequest(_message.Message):
    __slots__ = ("staff_id", "customer_ids", "request_id")
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    staff_id: str
    customer_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, staff_id: _Optional[str] = ..., customer_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...
