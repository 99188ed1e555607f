"""Tenants, their sites and the cameras that hang there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from footfall_server.domain.camera_settings import CameraSettings, ImagePolicy
from footfall_server.domain.etag import etag_of
from footfall_server.domain.recognition_basis import RecognitionBasis, may_recognise

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
    """One shop. `time_zone` is an IANA name; `business_day_start` counts from local midnight.

    No camera of the site sends more pictures than `image_policy` allows. Nobody is recognised where the site
    is `anonymous`, or without a basis that holds.
    """

    site_id: UUID
    display_name: str
    time_zone: str
    visit_gap: timedelta
    business_day_start: timedelta
    created_at: datetime
    updated_at: datetime
    image_policy: ImagePolicy = ImagePolicy.CROPS
    anonymous: bool = False
    recognition_basis: RecognitionBasis | None = None

    def recognises(self, at: datetime) -> bool:
        """Whether people may be recognised by their faces at a moment."""
        basis = self.recognition_basis
        expires_at = None if basis is None else basis.expires_at
        return may_recognise(at, anonymous=self.anonymous, expires_at=expires_at)

    def confine(self, settings: CameraSettings, at: datetime) -> CameraSettings:
        """A camera's settings as the site allows them at a moment."""
        return settings.within(self.image_policy, recognises=self.recognises(at))


@dataclass(frozen=True, slots=True)
class Camera:
    """One lens. `source_url` may hold a password and is never logged or shown whole.

    `assigned_worker_id` is whom people chose to read it, None when any worker of the site may.
    """

    camera_id: UUID
    site_id: UUID
    display_name: str
    source_url: str = field(repr=False)
    enabled: bool
    created_at: datetime
    updated_at: datetime
    settings: CameraSettings = field(default_factory=CameraSettings)
    assigned_worker_id: UUID | None = None

    @property
    def etag(self) -> str:
        """Names this state: whoever changes the camera changes it. Made of no value, since one is secret."""
        return etag_of(self.updated_at)


@dataclass(frozen=True, slots=True)
class DesiredCameras:
    """What a site's workers should read. `revision` is the tenant's, as of the last change to a camera.

    Their settings allow no more than the site does. Who reads them is left out: leases say that.
    """

    revision: int
    cameras: tuple[Camera, ...]
