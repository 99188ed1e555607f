import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RetentionSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RETENTION_SOURCE_UNSPECIFIED: _ClassVar[RetentionSource]
    RETENTION_SOURCE_INSTALLATION: _ClassVar[RetentionSource]
    RETENTION_SOURCE_TENANT: _ClassVar[RetentionSource]
    RETENTION_SOURCE_SITE: _ClassVar[RetentionSource]
RETENTION_SOURCE_UNSPECIFIED: RetentionSource
RETENTION_SOURCE_INSTALLATION: RetentionSource
RETENTION_SOURCE_TENANT: RetentionSource
RETENTION_SOURCE_SITE: RetentionSource

class RetentionPeriod(_message.Message):
    __slots__ = ("days", "source", "default_days", "max_days")
    DAYS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_DAYS_FIELD_NUMBER: _ClassVar[int]
    MAX_DAYS_FIELD_NUMBER: _ClassVar[int]
    days: int
    source: RetentionSource
    default_days: int
    max_days: int
    def __init__(self, days: _Optional[int] = ..., source: _Optional[_Union[RetentionSource, str]] = ..., default_days: _Optional[int] = ..., max_days: _Optional[int] = ...) -> None: ...

class Retention(_message.Message):
    __slots__ = ("image_days", "template_days", "images", "templates", "sites", "update_time", "etag")
    IMAGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_DAYS_FIELD_NUMBER: _ClassVar[int]
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    image_days: int
    template_days: int
    images: RetentionPeriod
    templates: RetentionPeriod
    sites: _containers.RepeatedCompositeFieldContainer[SiteRetention]
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, image_days: _Optional[int] = ..., template_days: _Optional[int] = ..., images: _Optional[_Union[RetentionPeriod, _Mapping]] = ..., templates: _Optional[_Union[RetentionPeriod, _Mapping]] = ..., sites: _Optional[_Iterable[_Union[SiteRetention, _Mapping]]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class SiteRetention(_message.Message):
    __slots__ = ("site_id", "image_days", "images", "update_time", "etag")
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    site_id: str
    image_days: int
    images: RetentionPeriod
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, site_id: _Optional[str] = ..., image_days: _Optional[int] = ..., images: _Optional[_Union[RetentionPeriod, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class GetRetentionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class UpdateRetentionRequest(_message.Message):
    __slots__ = ("retention", "update_mask")
    RETENTION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    retention: Retention
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, retention: _Optional[_Union[Retention, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class GetSiteRetentionRequest(_message.Message):
    __slots__ = ("site_id",)
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    site_id: str
    def __init__(self, site_id: _Optional[str] = ...) -> None: ...

class UpdateSiteRetentionRequest(_message.Message):
    __slots__ = ("site_retention", "update_mask")
    SITE_RETENTION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    site_retention: SiteRetention
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, site_retention: _Optional[_Union[SiteRetention, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...
