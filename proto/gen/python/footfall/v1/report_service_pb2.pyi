import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Granularity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GRANULARITY_UNSPECIFIED: _ClassVar[Granularity]
    GRANULARITY_HOUR: _ClassVar[Granularity]
    GRANULARITY_DAY: _ClassVar[Granularity]
    GRANULARITY_WEEK: _ClassVar[Granularity]
    GRANULARITY_MONTH: _ClassVar[Granularity]

class DayOfWeek(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DAY_OF_WEEK_UNSPECIFIED: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_MONDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_TUESDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_WEDNESDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_THURSDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_FRIDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_SATURDAY: _ClassVar[DayOfWeek]
    DAY_OF_WEEK_SUNDAY: _ClassVar[DayOfWeek]

class NewVisitScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NEW_VISIT_SCOPE_UNSPECIFIED: _ClassVar[NewVisitScope]
    NEW_VISIT_SCOPE_TENANT: _ClassVar[NewVisitScope]
    NEW_VISIT_SCOPE_SITE: _ClassVar[NewVisitScope]

class ReportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPORT_FORMAT_UNSPECIFIED: _ClassVar[ReportFormat]
    REPORT_FORMAT_CSV: _ClassVar[ReportFormat]
    REPORT_FORMAT_PNG: _ClassVar[ReportFormat]
    REPORT_FORMAT_PDF: _ClassVar[ReportFormat]

class Distribution(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DISTRIBUTION_UNSPECIFIED: _ClassVar[Distribution]
    DISTRIBUTION_NEW_VS_REPEAT: _ClassVar[Distribution]
    DISTRIBUTION_GENDER: _ClassVar[Distribution]
    DISTRIBUTION_DAY_OF_WEEK: _ClassVar[Distribution]

class RestatementCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESTATEMENT_CAUSE_UNSPECIFIED: _ClassVar[RestatementCause]
    RESTATEMENT_CAUSE_LATE_EVENT: _ClassVar[RestatementCause]
    RESTATEMENT_CAUSE_MERGE: _ClassVar[RestatementCause]
    RESTATEMENT_CAUSE_UNMERGE: _ClassVar[RestatementCause]
    RESTATEMENT_CAUSE_SPLIT: _ClassVar[RestatementCause]
    RESTATEMENT_CAUSE_CONFIRMATION: _ClassVar[RestatementCause]
    RESTATEMENT_CAUSE_STAFF_CHANGE: _ClassVar[RestatementCause]
    RESTATEMENT_CAUSE_ERASURE: _ClassVar[RestatementCause]
    RESTATEMENT_CAUSE_RULE_CHANGE: _ClassVar[RestatementCause]
    RESTATEMENT_CAUSE_RECOMPUTED: _ClassVar[RestatementCause]
GRANULARITY_UNSPECIFIED: Granularity
GRANULARITY_HOUR: Granularity
GRANULARITY_DAY: Granularity
GRANULARITY_WEEK: Granularity
GRANULARITY_MONTH: Granularity
DAY_OF_WEEK_UNSPECIFIED: DayOfWeek
DAY_OF_WEEK_MONDAY: DayOfWeek
DAY_OF_WEEK_TUESDAY: DayOfWeek
DAY_OF_WEEK_WEDNESDAY: DayOfWeek
DAY_OF_WEEK_THURSDAY: DayOfWeek
DAY_OF_WEEK_FRIDAY: DayOfWeek
DAY_OF_WEEK_SATURDAY: DayOfWeek
DAY_OF_WEEK_SUNDAY: DayOfWeek
NEW_VISIT_SCOPE_UNSPECIFIED: NewVisitScope
NEW_VISIT_SCOPE_TENANT: NewVisitScope
NEW_VISIT_SCOPE_SITE: NewVisitScope
REPORT_FORMAT_UNSPECIFIED: ReportFormat
REPORT_FORMAT_CSV: ReportFormat
REPORT_FORMAT_PNG: ReportFormat
REPORT_FORMAT_PDF: ReportFormat
DISTRIBUTION_UNSPECIFIED: Distribution
DISTRIBUTION_NEW_VS_REPEAT: Distribution
DISTRIBUTION_GENDER: Distribution
DISTRIBUTION_DAY_OF_WEEK: Distribution
RESTATEMENT_CAUSE_UNSPECIFIED: RestatementCause
RESTATEMENT_CAUSE_LATE_EVENT: RestatementCause
RESTATEMENT_CAUSE_MERGE: RestatementCause
RESTATEMENT_CAUSE_UNMERGE: RestatementCause
RESTATEMENT_CAUSE_SPLIT: RestatementCause
RESTATEMENT_CAUSE_CONFIRMATION: RestatementCause
RESTATEMENT_CAUSE_STAFF_CHANGE: RestatementCause
RESTATEMENT_CAUSE_ERASURE: RestatementCause
RESTATEMENT_CAUSE_RULE_CHANGE: RestatementCause
RESTATEMENT_CAUSE_RECOMPUTED: RestatementCause

class ReportPeriod(_message.Message):
    __slots__ = ("start_date", "end_date")
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    start_date: str
    end_date: str
    def __init__(self, start_date: _Optional[str] = ..., end_date: _Optional[str] = ...) -> None: ...

class GetVisitorsRequest(_message.Message):
    __slots__ = ("site_ids", "start_date", "end_date", "granularity", "compare_start_date", "compare_end_date", "week_start", "new_visit_scope")
    SITE_IDS_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    GRANULARITY_FIELD_NUMBER: _ClassVar[int]
    COMPARE_START_DATE_FIELD_NUMBER: _ClassVar[int]
    COMPARE_END_DATE_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    NEW_VISIT_SCOPE_FIELD_NUMBER: _ClassVar[int]
    site_ids: _containers.RepeatedScalarFieldContainer[str]
    start_date: str
    end_date: str
    granularity: Granularity
    compare_start_date: str
    compare_end_date: str
    week_start: DayOfWeek
    new_visit_scope: NewVisitScope
    def __init__(self, site_ids: _Optional[_Iterable[str]] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., granularity: _Optional[_Union[Granularity, str]] = ..., compare_start_date: _Optional[str] = ..., compare_end_date: _Optional[str] = ..., week_start: _Optional[_Union[DayOfWeek, str]] = ..., new_visit_scope: _Optional[_Union[NewVisitScope, str]] = ...) -> None: ...

class GetVisitorsResponse(_message.Message):
    __slots__ = ("report", "compared", "time_zones")
    REPORT_FIELD_NUMBER: _ClassVar[int]
    COMPARED_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONES_FIELD_NUMBER: _ClassVar[int]
    report: VisitorsReport
    compared: VisitorsReport
    time_zones: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, report: _Optional[_Union[VisitorsReport, _Mapping]] = ..., compared: _Optional[_Union[VisitorsReport, _Mapping]] = ..., time_zones: _Optional[_Iterable[str]] = ...) -> None: ...

class VisitorsReport(_message.Message):
    __slots__ = ("period", "buckets", "total")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    period: ReportPeriod
    buckets: _containers.RepeatedCompositeFieldContainer[VisitorsBucket]
    total: VisitorCounts
    def __init__(self, period: _Optional[_Union[ReportPeriod, _Mapping]] = ..., buckets: _Optional[_Iterable[_Union[VisitorsBucket, _Mapping]]] = ..., total: _Optional[_Union[VisitorCounts, _Mapping]] = ...) -> None: ...

class VisitorsBucket(_message.Message):
    __slots__ = ("start_date", "end_date", "hour", "is_repeated_hour", "start_time", "end_time", "counts")
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    HOUR_FIELD_NUMBER: _ClassVar[int]
    IS_REPEATED_HOUR_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    start_date: str
    end_date: str
    hour: int
    is_repeated_hour: bool
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    counts: VisitorCounts
    def __init__(self, start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., hour: _Optional[int] = ..., is_repeated_hour: _Optional[bool] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., counts: _Optional[_Union[VisitorCounts, _Mapping]] = ...) -> None: ...

class VisitorCounts(_message.Message):
    __slots__ = ("visits", "unique_visitors", "new_visits", "repeat_visits", "staff_sightings", "unidentifiable_sightings", "coverage")
    VISITS_FIELD_NUMBER: _ClassVar[int]
    UNIQUE_VISITORS_FIELD_NUMBER: _ClassVar[int]
    NEW_VISITS_FIELD_NUMBER: _ClassVar[int]
    REPEAT_VISITS_FIELD_NUMBER: _ClassVar[int]
    STAFF_SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    UNIDENTIFIABLE_SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    visits: int
    unique_visitors: int
    new_visits: int
    repeat_visits: int
    staff_sightings: int
    unidentifiable_sightings: int
    coverage: float
    def __init__(self, visits: _Optional[int] = ..., unique_visitors: _Optional[int] = ..., new_visits: _Optional[int] = ..., repeat_visits: _Optional[int] = ..., staff_sightings: _Optional[int] = ..., unidentifiable_sightings: _Optional[int] = ..., coverage: _Optional[float] = ...) -> None: ...

class GetDistributionRequest(_message.Message):
    __slots__ = ("site_ids", "start_date", "end_date", "distribution", "new_visit_scope")
    SITE_IDS_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    NEW_VISIT_SCOPE_FIELD_NUMBER: _ClassVar[int]
    site_ids: _containers.RepeatedScalarFieldContainer[str]
    start_date: str
    end_date: str
    distribution: Distribution
    new_visit_scope: NewVisitScope
    def __init__(self, site_ids: _Optional[_Iterable[str]] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., distribution: _Optional[_Union[Distribution, str]] = ..., new_visit_scope: _Optional[_Union[NewVisitScope, str]] = ...) -> None: ...

class GetDistributionResponse(_message.Message):
    __slots__ = ("period", "distribution", "slices", "time_zones")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    SLICES_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONES_FIELD_NUMBER: _ClassVar[int]
    period: ReportPeriod
    distribution: Distribution
    slices: _containers.RepeatedCompositeFieldContainer[DistributionSlice]
    time_zones: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, period: _Optional[_Union[ReportPeriod, _Mapping]] = ..., distribution: _Optional[_Union[Distribution, str]] = ..., slices: _Optional[_Iterable[_Union[DistributionSlice, _Mapping]]] = ..., time_zones: _Optional[_Iterable[str]] = ...) -> None: ...

class DistributionSlice(_message.Message):
    __slots__ = ("key", "visits", "unique_visitors", "average")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    UNIQUE_VISITORS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_FIELD_NUMBER: _ClassVar[int]
    key: str
    visits: int
    unique_visitors: int
    average: DayAverage
    def __init__(self, key: _Optional[str] = ..., visits: _Optional[int] = ..., unique_visitors: _Optional[int] = ..., average: _Optional[_Union[DayAverage, _Mapping]] = ...) -> None: ...

class DayAverage(_message.Message):
    __slots__ = ("days", "days_left_out", "visits", "unique_visitors")
    DAYS_FIELD_NUMBER: _ClassVar[int]
    DAYS_LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    UNIQUE_VISITORS_FIELD_NUMBER: _ClassVar[int]
    days: int
    days_left_out: int
    visits: float
    unique_visitors: float
    def __init__(self, days: _Optional[int] = ..., days_left_out: _Optional[int] = ..., visits: _Optional[float] = ..., unique_visitors: _Optional[float] = ...) -> None: ...

class ExportVisitorsRequest(_message.Message):
    __slots__ = ("site_ids", "start_date", "end_date", "granularity", "week_start", "new_visit_scope", "by_site", "format")
    SITE_IDS_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    GRANULARITY_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    NEW_VISIT_SCOPE_FIELD_NUMBER: _ClassVar[int]
    BY_SITE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    site_ids: _containers.RepeatedScalarFieldContainer[str]
    start_date: str
    end_date: str
    granularity: Granularity
    week_start: DayOfWeek
    new_visit_scope: NewVisitScope
    by_site: bool
    format: ReportFormat
    def __init__(self, site_ids: _Optional[_Iterable[str]] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., granularity: _Optional[_Union[Granularity, str]] = ..., week_start: _Optional[_Union[DayOfWeek, str]] = ..., new_visit_scope: _Optional[_Union[NewVisitScope, str]] = ..., by_site: _Optional[bool] = ..., format: _Optional[_Union[ReportFormat, str]] = ...) -> None: ...

class ListRestatementsRequest(_message.Message):
    __slots__ = ("site_ids", "start_date", "end_date", "page_size", "page_token")
    SITE_IDS_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    site_ids: _containers.RepeatedScalarFieldContainer[str]
    start_date: str
    end_date: str
    page_size: int
    page_token: str
    def __init__(self, site_ids: _Optional[_Iterable[str]] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRestatementsResponse(_message.Message):
    __slots__ = ("restatements", "next_page_token")
    RESTATEMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    restatements: _containers.RepeatedCompositeFieldContainer[Restatement]
    next_page_token: str
    def __init__(self, restatements: _Optional[_Iterable[_Union[Restatement, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Restatement(_message.Message):
    __slots__ = ("restatement_id", "site_id", "day", "before", "after", "causes", "merge_ids", "change_time", "summary")
    RESTATEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    CAUSES_FIELD_NUMBER: _ClassVar[int]
    MERGE_IDS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    restatement_id: str
    site_id: str
    day: str
    before: DayNumbers
    after: DayNumbers
    causes: _containers.RepeatedScalarFieldContainer[RestatementCause]
    merge_ids: _containers.RepeatedScalarFieldContainer[str]
    change_time: _timestamp_pb2.Timestamp
    summary: str
    def __init__(self, restatement_id: _Optional[str] = ..., site_id: _Optional[str] = ..., day: _Optional[str] = ..., before: _Optional[_Union[DayNumbers, _Mapping]] = ..., after: _Optional[_Union[DayNumbers, _Mapping]] = ..., causes: _Optional[_Iterable[_Union[RestatementCause, str]]] = ..., merge_ids: _Optional[_Iterable[str]] = ..., change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., summary: _Optional[str] = ...) -> None: ...

class DayNumbers(_message.Message):
    __slots__ = ("visits", "unique_visitors", "new_visits", "new_visits_here", "staff_sightings", "unidentifiable_sightings")
    VISITS_FIELD_NUMBER: _ClassVar[int]
    UNIQUE_VISITORS_FIELD_NUMBER: _ClassVar[int]
    NEW_VISITS_FIELD_NUMBER: _ClassVar[int]
    NEW_VISITS_HERE_FIELD_NUMBER: _ClassVar[int]
    STAFF_SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    UNIDENTIFIABLE_SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    visits: int
    unique_visitors: int
    new_visits: int
    new_visits_here: int
    staff_sightings: int
    unidentifiable_sightings: int
    def __init__(self, visits: _Optional[int] = ..., unique_visitors: _Optional[int] = ..., new_visits: _Optional[int] = ..., new_visits_here: _Optional[int] = ..., staff_sightings: _Optional[int] = ..., unidentifiable_sightings: _Optional[int] = ...) -> None: ...
