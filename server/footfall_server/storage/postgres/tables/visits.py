"""What cameras saw: events, sightings, visits and images. They take rows with every event."""

from sqlalchemy import (
    UUID,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    column,
    table,
    text,
)

from footfall_server.storage.postgres.tables.common import Instant, metadata, tenant_column

recorded_events = Table(
    "recorded_events",
    metadata,
    tenant_column(),
    Column("event_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("customer_id", UUID()),
    Column("visit_id", UUID()),
    Column("score", Double),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "event_id"),
)

sightings = Table(
    "sightings",
    metadata,
    tenant_column(),
    Column("track_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("camera_id", UUID(), nullable=False),
    Column("worker_id", UUID()),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("customer_id", UUID()),
    Column("visit_id", UUID()),
    Column("score", Double),
    Column("quality_score", Double, nullable=False),
    Column("female_probability", Double),
    Column("image_id", UUID()),
    Column("model_id", Text, nullable=False),
    Column("owner_id", UUID()),
    Column("visit_seed", UUID()),
    Column("crossing", Text),
    PrimaryKeyConstraint("tenant_id", "track_id"),
    Index("sightings_by_visit", "tenant_id", "visit_id", postgresql_where=text("visit_id is not null")),
    Index(
        "sightings_by_camera",
        "tenant_id",
        "camera_id",
        "last_seen_at",
        "first_seen_at",
        postgresql_where=text("customer_id is not null"),
    ),
    Index(
        "sightings_by_customer",
        "tenant_id",
        "customer_id",
        "first_seen_at",
        postgresql_where=text("customer_id is not null"),
    ),
    Index(
        "sightings_by_crossing",
        "tenant_id",
        "site_id",
        "last_seen_at",
        postgresql_where=text("crossing is not null"),
    ),
    Index(
        "sightings_without_visit",
        "tenant_id",
        "site_id",
        "first_seen_at",
        postgresql_where=text("visit_id is null"),
    ),
)

visits = Table(
    "visits",
    metadata,
    tenant_column(),
    Column("visit_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("customer_id", UUID(), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("business_day", Date, nullable=False),
    PrimaryKeyConstraint("tenant_id", "visit_id"),
    Index("visits_by_time", "tenant_id", "first_seen_at", "visit_id"),
    # Reports read these two alone: who came to a site, and where people were before.
    Index(
        "visits_by_site",
        *("tenant_id", "site_id", "first_seen_at", "visit_id"),
        postgresql_include=["customer_id"],
    ),
    Index(
        "visits_by_customer",
        *("tenant_id", "customer_id", "first_seen_at", "visit_id"),
        postgresql_include=["site_id"],
    ),
)

visit_times = table(
    "visit_times",
    column("tenant_id", UUID()),
    column("customer_id", UUID()),
    column("first_seen_at", Instant),
    column("visit_id", UUID()),
)
"""A view: when customers came, at any site of the tenant, also for those who may see one of its sites."""

images = Table(
    "images",
    metadata,
    tenant_column(),
    Column("image_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("track_id", UUID(), nullable=False),
    Column("object_key", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("captured_at", Instant, nullable=False),
    Column("stored_at", Instant),
    PrimaryKeyConstraint("tenant_id", "image_id"),
    Index("images_by_capture", "tenant_id", "captured_at"),
)
