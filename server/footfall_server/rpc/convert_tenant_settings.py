"""What a tenant settles for itself, between the wire and the domain."""

from datetime import timedelta

from footfall.v1 import tenant_service_pb2

from footfall_server.domain.tenant_settings import TenantSettings
from footfall_server.rpc.convert_values import from_duration, to_duration
from footfall_server.rpc.convert_weekdays import from_weekday, to_weekday
from footfall_server.rpc.update_masks import changed_fields
from footfall_server.services.tenant_settings import SettingValues

_FIELDS = ("week_start", "business_day_start")
_DEFAULTS = TenantSettings()


def to_settings(settings: TenantSettings) -> tenant_service_pb2.TenantSettings:
    return tenant_service_pb2.TenantSettings(
        week_start=to_weekday(settings.week_start),
        business_day_start=to_duration(settings.business_day_start),
    )


def from_settings_update(request: tenant_service_pb2.UpdateTenantSettingsRequest) -> SettingValues:
    """What is to change. A field that the mask names and that is unset gets its default."""
    settings = request.settings
    fields = changed_fields(settings, request.update_mask, changeable=_FIELDS)
    return SettingValues(
        week_start=(
            from_weekday(settings.week_start) or _DEFAULTS.week_start if "week_start" in fields else None
        ),
        business_day_start=_day_start(settings) if "business_day_start" in fields else None,
    )


def _day_start(settings: tenant_service_pb2.TenantSettings) -> timedelta:
    if not settings.HasField("business_day_start"):
        return _DEFAULTS.business_day_start
    return from_duration(settings.business_day_start, "settings.business_day_start")
