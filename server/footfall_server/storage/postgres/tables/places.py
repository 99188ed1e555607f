"""Tenants, their sites and cameras, and what a tenant settles for them."""

from sqlalchemy import (
    UUID,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Interval,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from footfall_server.storage.postgres.tables.common import Instant, metadata, name_key_column, tenant_column

tenants = Table(
    "tenants",
    metadata,
    tenant_column(),
    Column("display_name", Text, nullable=False),
    name_key_column(),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("week_start", Text, nullable=False, server_default=text("'monday'")),
    Column("business_day_start", Interval, nullable=False, server_default=text("'04:00:00'::interval")),
    PrimaryKeyConstraint("tenant_id"),
    UniqueConstraint("name_key", name="tenants_name_key"),
    UniqueConstraint("request_id", name="tenants_request_id_key"),
    CheckConstraint(
        "week_start in ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')",
        name="week_start",
    ),
)

tenant_revisions = Table(
    "tenant_revisions",
    metadata,
    tenant_column(),
    Column("revision", BigInteger, nullable=False),
    Column("compacted", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("tenant_id"),
    CheckConstraint("0 <= compacted and compacted <= revision", name="order"),
)

sites = Table(
    "sites",
    metadata,
    tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    name_key_column(),
    Column("time_zone", Text, nullable=False),
    Column("visit_gap", Interval, nullable=False),
    Column("business_day_start", Interval, nullable=False),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("image_policy", Text, nullable=False, server_default=text("'crops'")),
    PrimaryKeyConstraint("tenant_id", "site_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
    UniqueConstraint("tenant_id", "name_key", name="sites_name_key"),
    UniqueConstraint("tenant_id", "request_id", name="sites_request_id_key"),
    Column("anonymous", Boolean, nullable=False, server_default=text("false")),
    Column("lawful_basis", Text),
    Column("basis_reference", Text),
    Column("basis_recorded_at", Instant),
    Column("basis_expires_at", Instant),
    CheckConstraint("image_policy in ('none', 'crops', 'frames')", name="image_policy"),
    CheckConstraint(
        "num_nulls(lawful_basis, basis_reference, basis_recorded_at, basis_expires_at) in (0, 4)",
        name="basis_is_whole",
    ),
    CheckConstraint(
        "lawful_basis in ('explicit_consent', 'substantial_public_interest', 'other')", name="lawful_basis"
    ),
)

site_rules = Table(
    "site_rules",
    metadata,
    tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("effective_at", Instant),
    Column("time_zone", Text, nullable=False),
    Column("visit_gap", Interval, nullable=False),
    Column("business_day_start", Interval, nullable=False),
    PrimaryKeyConstraint("tenant_id", "site_id", "rule_version"),
)

cameras = Table(
    "cameras",
    metadata,
    tenant_column(),
    Column("camera_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    name_key_column(),
    Column("source_url", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'")),
    Column("assigned_worker_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "camera_id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.site_id"]),
    UniqueConstraint("tenant_id", "site_id", "name_key", name="cameras_name_key"),
    UniqueConstraint("tenant_id", "request_id", name="cameras_request_id_key"),
    Index("cameras_by_name", "tenant_id", "name_key", "camera_id"),
)

retention_rules = Table(
    "retention_rules",
    metadata,
    tenant_column(),
    Column("site_id", UUID()),
    Column("image_days", Integer),
    Column("template_days", Integer),
    Column("updated_at", Instant, nullable=False),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.site_id"], ondelete="CASCADE"),
    UniqueConstraint(
        "tenant_id", "site_id", name="retention_rules_site_key", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint("image_days between 1 and 30", name="image_days"),
    CheckConstraint("template_days between 1 and 1096", name="template_days"),
    CheckConstraint("site_id is null or template_days is null", name="template_of_tenant"),
)

camera_leases = Table(
    "camera_leases",
    metadata,
    tenant_column(),
    Column("camera_id", UUID(), nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("worker_id", UUID(), nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("released_at", Instant),
    Column("clock_offset", Interval),
    PrimaryKeyConstraint("tenant_id", "camera_id", "token"),
)

camera_uptime = Table(
    "camera_uptime",
    metadata,
    tenant_column(),
    Column("camera_id", UUID(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("site_id", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "camera_id", "kind", "started_at"),
    CheckConstraint("kind in ('wanted', 'up')", name="kind"),
    Index("camera_uptime_by_site", "tenant_id", "site_id", "started_at"),
)
