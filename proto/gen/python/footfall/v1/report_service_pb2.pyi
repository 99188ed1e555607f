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

class OccupancyStep(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OCCUPANCY_STEP_UNSPECIFIED: _ClassVar[OccupancyStep]
    OCCUPANCY_STEP_QUARTER_HOUR: _ClassVar[OccupancyStep]
    OCCUPANCY_STEP_HOUR: _ClassVar[OccupancyStep]

class OccupancyMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OCCUPANCY_METHOD_UNSPECIFIED: _ClassVar[OccupancyMethod]
    OCCUPANCY_METHOD_VISITS: _ClassVar[OccupancyMethod]
    OCCUPANCY_METHOD_VISITS_AND_LINE: _ClassVar[OccupancyMethod]
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
OCCUPANCY_STEP_UNSPECIFIED: OccupancyStep
OCCUPANCY_STEP_QUARTER_HOUR: OccupancyStep
OCCUPANCY_STEP_HOUR: OccupancyStep
OCCUPANCY_METHOD_UNSPECIFIED: OccupancyMethod
OCCUPANCY_METHOD_VISITS: OccupancyMethod
OCCUPANCY_METHOD_VISITS_AND_LINE: OccupancyMethod

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
    __slots__ = ("report", "compared", "time_zones", "week_start", "accuracy")
    REPORT_FIELD_NUMBER: _ClassVar[int]
    COMPARED_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONES_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    ACCURACY_FIELD_NUMBER: _ClassVar[int]
    report: VisitorsReport
    compared: VisitorsReport
    time_zones: _containers.RepeatedScalarFieldContainer[str]
    week_start: DayOfWeek
    accuracy: CountAccuracy
    def __init__(self, report: _Optional[_Union[VisitorsReport, _Mapping]] = ..., compared: _Optional[_Union[VisitorsReport, _Mapping]] = ..., time_zones: _Optional[_Iterable[str]] = ..., week_start: _Optional[_Union[DayOfWeek, str]] = ..., accuracy: _Optional[_Union[CountAccuracy, _Mapping]] = ...) -> None: ...

class CountAccuracy(_message.Message):
    __slots__ = ("model_id", "measure_time", "split_rate", "merge_rate", "people", "gallery_size", "passages_per_visit")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    MEASURE_TIME_FIELD_NUMBER: _ClassVar[int]
    SPLIT_RATE_FIELD_NUMBER: _ClassVar[int]
    MERGE_RATE_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    GALLERY_SIZE_FIELD_NUMBER: _ClassVar[int]
    PASSAGES_PER_VISIT_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    measure_time: _timestamp_pb2.Timestamp
    split_rate: float
    merge_rate: float
    people: int
    gallery_size: int
    passages_per_visit: float
    def __init__(self, model_id: _Optional[str] = ..., measure_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., split_rate: _Optional[float] = ..., merge_rate: _Optional[float] = ..., people: _Optional[int] = ..., gallery_size: _Optional[int] = ..., passages_per_visit: _Optional[float] = ...) -> None: ...

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
    __slots__ = ("visits", "unique_visitors", "new_visits", "repeat_visits", "staff_sightings", "unidentifiable_sightings", "coverage", "visits_low", "visits_high", "unique_visitors_low", "unique_visitors_high")
    VISITS_FIELD_NUMBER: _ClassVar[int]
    UNIQUE_VISITORS_FIELD_NUMBER: _ClassVar[int]
    NEW_VISITS_FIELD_NUMBER: _ClassVar[int]
    REPEAT_VISITS_FIELD_NUMBER: _ClassVar[int]
    STAFF_SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    UNIDENTIFIABLE_SIGHTINGS_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    VISITS_LOW_FIELD_NUMBER: _ClassVar[int]
    VISITS_HIGH_FIELD_NUMBER: _ClassVar[int]
    UNIQUE_VISITORS_LOW_FIELD_NUMBER: _ClassVar[int]
    UNIQUE_VISITORS_HIGH_FIELD_NUMBER: _ClassVar[int]
    visits: int
    unique_visitors: int
    new_visits: int
    repeat_visits: int
    staff_sightings: int
    unidentifiable_sightings: int
    coverage: float
    visits_low: int
    visits_high: int
    unique_visitors_low: int
    unique_visitors_high: int
    def __init__(self, visits: _Optional[int] = ..., unique_visitors: _Optional[int] = ..., new_visits: _Optional[int] = ..., repeat_visits: _Optional[int] = ..., staff_sightings: _Optional[int] = ..., unidentifiable_sightings: _Optional[int] = ..., coverage: _Optional[float] = ..., visits_low: _Optional[int] = ..., visits_high: _Optional[int] = ..., unique_visitors_low: _Optional[int] = ..., unique_visitors_high: _Optional[int] = ...) -> None: ...

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

class GetDwellRequest(_message.Message):
    __slots__ = ("site_ids", "start_date", "end_date", "granularity", "week_start")
    SITE_IDS_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    GRANULARITY_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    site_ids: _containers.RepeatedScalarFieldContainer[str]
    start_date: str
    end_date: str
    granularity: Granularity
    week_start: DayOfWeek
    def __init__(self, site_ids: _Optional[_Iterable[str]] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., granularity: _Optional[_Union[Granularity, str]] = ..., week_start: _Optional[_Union[DayOfWeek, str]] = ...) -> None: ...

class GetDwellResponse(_message.Message):
    __slots__ = ("period", "buckets", "total", "time_zones", "week_start")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONES_FIELD_NUMBER: _ClassVar[int]
    WEEK_START_FIELD_NUMBER: _ClassVar[int]
    period: ReportPeriod
    buckets: _containers.RepeatedCompositeFieldContainer[DwellBucket]
    total: Dwell
    time_zones: _containers.RepeatedScalarFieldContainer[str]
    week_start: DayOfWeek
    def __init__(self, period: _Optional[_Union[ReportPeriod, _Mapping]] = ..., buckets: _Optional[_Iterable[_Union[DwellBucket, _Mapping]]] = ..., total: _Optional[_Union[Dwell, _Mapping]] = ..., time_zones: _Optional[_Iterable[str]] = ..., week_start: _Optional[_Union[DayOfWeek, str]] = ...) -> None: ...

class DwellBucket(_message.Message):
    __slots__ = ("start_date", "end_date", "hour", "is_repeated_hour", "start_time", "end_time", "dwell")
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    HOUR_FIELD_NUMBER: _ClassVar[int]
    IS_REPEATED_HOUR_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    DWELL_FIELD_NUMBER: _ClassVar[int]
    start_date: str
    end_date: str
    hour: int
    is_repeated_hour: bool
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    dwell: Dwell
    def __init__(self, start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., hour: _Optional[int] = ..., is_repeated_hour: _Optional[bool] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., dwell: _Optional[_Union[Dwell, _Mapping]] = ...) -> None: ...

class Dwell(_message.Message):
    __slots__ = ("visits", "measured_visits", "seen_once_visits", "seen_once_share", "p25_seconds", "median_seconds", "p75_seconds", "p90_seconds", "coverage")
    VISITS_FIELD_NUMBER: _ClassVar[int]
    MEASURED_VISITS_FIELD_NUMBER: _ClassVar[int]
    SEEN_ONCE_VISITS_FIELD_NUMBER: _ClassVar[int]
    SEEN_ONCE_SHARE_FIELD_NUMBER: _ClassVar[int]
    P25_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P75_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P90_SECONDS_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    visits: int
    measured_visits: int
    seen_once_visits: int
    seen_once_share: float
    p25_seconds: float
    median_seconds: float
    p75_seconds: float
    p90_seconds: float
    coverage: float
    def __init__(self, visits: _Optional[int] = ..., measured_visits: _Optional[int] = ..., seen_once_visits: _Optional[int] = ..., seen_once_share: _Optional[float] = ..., p25_seconds: _Optional[float] = ..., median_seconds: _Optional[float] = ..., p75_seconds: _Optional[float] = ..., p90_seconds: _Optional[float] = ..., coverage: _Optional[float] = ...) -> None: ...

class GetOccupancyRequest(_message.Message):
    __slots__ = ("site_id", "start_date", "end_date", "step")
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    START_DATE_FIELD_NUMBER: _ClassVar[int]
    END_DATE_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    site_id: str
    start_date: str
    end_date: str
    step: OccupancyStep
    def __init__(self, site_id: _Optional[str] = ..., start_date: _Optional[str] = ..., end_date: _Optional[str] = ..., step: _Optional[_Union[OccupancyStep, str]] = ...) -> None: ...

class GetOccupancyResponse(_message.Message):
    __slots__ = ("period", "method", "days", "points", "time_zone")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    period: ReportPeriod
    method: OccupancyMethod
    days: _containers.RepeatedCompositeFieldContainer[OccupancyDay]
    points: _containers.RepeatedCompositeFieldContainer[OccupancyPoint]
    time_zone: str
    def __init__(self, period: _Optional[_Union[ReportPeriod, _Mapping]] = ..., method: _Optional[_Union[OccupancyMethod, str]] = ..., days: _Optional[_Iterable[_Union[OccupancyDay, _Mapping]]] = ..., points: _Optional[_Iterable[_Union[OccupancyPoint, _Mapping]]] = ..., time_zone: _Optional[str] = ...) -> None: ...

class OccupancyPoint(_message.Message):
    __slots__ = ("start_time", "end_time", "present", "peak", "entered", "left", "line_present", "coverage")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    PEAK_FIELD_NUMBER: _ClassVar[int]
    ENTERED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    LINE_PRESENT_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    present: float
    peak: int
    entered: int
    left: int
    line_present: int
    coverage: float
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., present: _Optional[float] = ..., peak: _Optional[int] = ..., entered: _Optional[int] = ..., left: _Optional[int] = ..., line_present: _Optional[int] = ..., coverage: _Optional[float] = ...) -> None: ...

class OccupancyDay(_message.Message):
    __slots__ = ("date", "peak", "peak_time", "visits", "seen_once_visits", "entered", "left", "coverage")
    DATE_FIELD_NUMBER: _ClassVar[int]
    PEAK_FIELD_NUMBER: _ClassVar[int]
    PEAK_TIME_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    SEEN_ONCE_VISITS_FIELD_NUMBER: _ClassVar[int]
    ENTERED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    date: str
    peak: int
    peak_time: _timestamp_pb2.Timestamp
    visits: int
    seen_once_visits: int
    entered: int
    left: int
    coverage: float
    def __init__(self, date: _Optional[str] = ..., peak: _Optional[int] = ..., peak_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., visits: _Optional[int] = ..., seen_once_visits: _Optional[int] = ..., entered: _Optional[int] = ..., left: _Optional[int] = ..., coverage: _Optional[float] = ...) -> None: ...
