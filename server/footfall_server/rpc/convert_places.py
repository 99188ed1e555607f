"""Tenants, sites and cameras, between the wire and the domain."""

from datetime import timedelta
from uuid import UUID

from footfall.v1 import camera_service_pb2, site_service_pb2, tenant_service_pb2

from footfall_server.domain.places import DEFAULT_VISIT_GAP, Camera, Site, Tenant
from footfall_server.domain.source_url import masked
from footfall_server.rpc.convert_basis import from_basis, to_basis
from footfall_server.rpc.convert_camera_settings import (
    from_image_policy,
    from_settings,
    to_image_policy,
    to_settings,
)
from footfall_server.rpc.convert_values import (
    from_duration,
    from_optional_id,
    name,
    plain_text,
    to_duration,
    to_optional_id,
    to_timestamp,
)
from footfall_server.rpc.update_masks import changed_fields, required
from footfall_server.services.cameras import CameraValues, WorkerChoice
from footfall_server.services.sites import DEFAULT_TIME_ZONE, BasisChoice, DayStartChoice, SiteValues

_TENANT_FIELDS = ("display_name",)
_SITE_FIELDS = (
    "display_name",
    "time_zone",
    "visit_gap",
    "business_day_start",
    "image_policy",
    "recognition_basis",
    "anonymous",
)
_CAMERA_FIELDS = ("display_name", "source_url", "enabled", "settings", "assigned_worker_id")


def to_tenant(tenant: Tenant) -> tenant_service_pb2.Tenant:
    return tenant_service_pb2.Tenant(
        tenant_id=str(tenant.tenant_id),
        display_name=tenant.display_name,
        create_time=to_timestamp(tenant.created_at),
        update_time=to_timestamp(tenant.updated_at),
    )


def from_tenant_update(request: tenant_service_pb2.UpdateTenantRequest) -> tuple[UUID, str | None]:
    """Which tenant, and its new name when that is to change."""
    tenant = request.tenant
    fields = changed_fields(tenant, request.update_mask, changeable=_TENANT_FIELDS)
    tenant_id = UUID(required(tenant.tenant_id, "tenant.tenant_id"))
    return tenant_id, (name(tenant.display_name, "tenant.display_name") if "display_name" in fields else None)


def to_site(site: Site) -> site_service_pb2.Site:
    return site_service_pb2.Site(
        site_id=str(site.site_id),
        display_name=site.display_name,
        time_zone=site.time_zone,
        visit_gap=to_duration(site.visit_gap),
        business_day_start=to_duration(site.business_day_start),
        create_time=to_timestamp(site.created_at),
        update_time=to_timestamp(site.updated_at),
        image_policy=to_image_policy(site.image_policy),
        recognition_basis=None if site.recognition_basis is None else to_basis(site.recognition_basis),
        anonymous=site.anonymous,
    )


def from_new_site(site: site_service_pb2.Site) -> SiteValues:
    """What a new site is to be; what is not set gets its default."""
    return _site_values(site, frozenset(_SITE_FIELDS))


def from_site_update(request: site_service_pb2.UpdateSiteRequest) -> tuple[UUID, SiteValues]:
    """Which site, and what is to change. A field that the mask names and that is unset gets its default."""
    site = request.site
    fields = changed_fields(site, request.update_mask, changeable=_SITE_FIELDS)
    return UUID(required(site.site_id, "site.site_id")), _site_values(site, fields)


def to_camera(camera: Camera, holder_id: UUID | None) -> camera_service_pb2.Camera:
    """The camera as people may see it: no password in its URL. `holder_id` is the worker that reads it."""
    return camera_service_pb2.Camera(
        camera_id=str(camera.camera_id),
        site_id=str(camera.site_id),
        display_name=camera.display_name,
        source_url=masked(camera.source_url),
        enabled=camera.enabled,
        create_time=to_timestamp(camera.created_at),
        update_time=to_timestamp(camera.updated_at),
        settings=to_settings(camera.settings),
        assigned_worker_id=to_optional_id(camera.assigned_worker_id),
        holder_worker_id=to_optional_id(holder_id),
        etag=camera.etag,
    )


def from_camera_update(request: camera_service_pb2.UpdateCameraRequest) -> tuple[UUID, CameraValues]:
    """Which camera, and what is to change."""
    camera = request.camera
    fields = changed_fields(
        camera, request.update_mask, changeable=_CAMERA_FIELDS, fixed=("camera_id", "site_id")
    )
    return UUID(required(camera.camera_id, "camera.camera_id")), CameraValues(
        display_name=name(camera.display_name, "camera.display_name") if "display_name" in fields else None,
        source_url=from_source_url(camera.source_url) if "source_url" in fields else None,
        enabled=is_enabled(camera) if "enabled" in fields else None,
        settings=from_settings(camera.settings) if "settings" in fields else None,
        assigned=(
            WorkerChoice(from_optional_id(camera.assigned_worker_id))
            if "assigned_worker_id" in fields
            else None
        ),
        site_id=from_optional_id(camera.site_id),
    )


def from_source_url(text: str) -> str:
    """A URL that is there and is one line. Raises INVALID_FIELD otherwise."""
    return plain_text(required(text, "camera.source_url"), "camera.source_url")


def is_enabled(camera: camera_service_pb2.Camera) -> bool:
    """Whether workers are to read the camera: unless it says no."""
    return camera.enabled if camera.HasField("enabled") else True


def _site_values(site: site_service_pb2.Site, fields: frozenset[str]) -> SiteValues:
    return SiteValues(
        display_name=name(site.display_name, "site.display_name") if "display_name" in fields else None,
        time_zone=(site.time_zone or DEFAULT_TIME_ZONE) if "time_zone" in fields else None,
        visit_gap=_span(site, "visit_gap", DEFAULT_VISIT_GAP) if "visit_gap" in fields else None,
        business_day_start=_day_start(site) if "business_day_start" in fields else None,
        image_policy=from_image_policy(site.image_policy) if "image_policy" in fields else None,
        recognition_basis=BasisChoice(from_basis(site)) if "recognition_basis" in fields else None,
        anonymous=site.anonymous if "anonymous" in fields else None,
    )


def _day_start(site: site_service_pb2.Site) -> DayStartChoice:
    given = site.HasField("business_day_start")
    return DayStartChoice(
        from_duration(site.business_day_start, "site.business_day_start") if given else None
    )


def _span(site: site_service_pb2.Site, field: str, default: timedelta) -> timedelta:
    return from_duration(getattr(site, field), f"site.{field}") if site.HasField(field) else default
