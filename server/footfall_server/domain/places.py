"""Tenants, their sites and the cameras that hang there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

DEFAULT_VISIT_GAP = timedelta(hours=1)
DEFAULT_BUSINESS_DAY_START = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Tenant:
    """One chain."""

    tenant_id: UUID
    display_name: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """One shop. `time_zone` is an IANA name; `business_day_start` counts from local midnight."""

    site_id: UUID
    display_name: str
    time_zone: str
    visit_gap: timedelta
    business_day_start: timedelta
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Camera:
    """One lens. `source_url` may hold a password and is never logged or shown whole."""

    camera_id: UUID
    site_id: UUID
    display_name: str
    source_url: str = field(repr=False)
    enabled: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DesiredCameras:
    """What a site's workers should read. `revision` is the tenant's, as of the last change to a camera."""

    revision: int
    cameras: tuple[Camera, ...]
