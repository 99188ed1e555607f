"""Rules of retention, between the wire and the domain."""

from uuid import UUID

from footfall.v1 import retention_service_pb2

from footfall_server.domain.retention import Period, PeriodLimits, Retention, RuleSource
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.rpc.update_masks import changed_fields, required
from footfall_server.services.retention import DaysChoice, RetentionValues

_SOURCES = {
    RuleSource.INSTALLATION: retention_service_pb2.RETENTION_SOURCE_INSTALLATION,
    RuleSource.TENANT: retention_service_pb2.RETENTION_SOURCE_TENANT,
    RuleSource.SITE: retention_service_pb2.RETENTION_SOURCE_SITE,
}


def to_retention(retention: Retention) -> retention_service_pb2.Retention:
    rule = retention.rule()
    return retention_service_pb2.Retention(
        image_days=rule.image_days or 0,
        template_days=rule.template_days or 0,
        images=_to_period(retention.images(), retention.limits.images),
        templates=_to_period(retention.templates(), retention.limits.templates),
        sites=[
            to_site_retention(retention, site_id)
            for site_id, each in retention.sites.items()
            if each.image_days is not None
        ],
        update_time=None if rule.updated_at is None else to_timestamp(rule.updated_at),
        etag=rule.etag,
    )


def to_site_retention(retention: Retention, site_id: UUID) -> retention_service_pb2.SiteRetention:
    rule = retention.rule(site_id)
    return retention_service_pb2.SiteRetention(
        site_id=str(site_id),
        image_days=rule.image_days or 0,
        images=_to_period(retention.images(site_id), retention.limits.images),
        update_time=None if rule.updated_at is None else to_timestamp(rule.updated_at),
        etag=rule.etag,
    )


def from_update(request: retention_service_pb2.UpdateRetentionRequest) -> RetentionValues:
    """Raises INVALID_FIELD."""
    given = request.retention
    changed = changed_fields(given, request.update_mask, changeable={"image_days", "template_days"})
    return RetentionValues(
        image_days=_from_days(given.image_days) if "image_days" in changed else None,
        template_days=_from_days(given.template_days) if "template_days" in changed else None,
    )


def from_site_update(
    request: retention_service_pb2.UpdateSiteRetentionRequest,
) -> tuple[UUID, RetentionValues]:
    """Raises INVALID_FIELD."""
    given = request.site_retention
    changed = changed_fields(given, request.update_mask, changeable={"image_days"}, fixed={"site_id"})
    values = RetentionValues(image_days=_from_days(given.image_days) if "image_days" in changed else None)
    return UUID(required(given.site_id, "site_retention.site_id")), values


def _from_days(days: int) -> DaysChoice:
    return DaysChoice(days or None)


def _to_period(period: Period, limits: PeriodLimits) -> retention_service_pb2.RetentionPeriod:
    return retention_service_pb2.RetentionPeriod(
        days=period.days,
        source=_SOURCES[period.source],
        default_days=limits.default,
        max_days=limits.most,
    )
