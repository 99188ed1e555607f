"""The tables, as the newest migration leaves them. A test compares the two.

Primary keys lead with tenant_id, which row-level security fixes in every statement. Tables that take rows
with every event have no foreign keys: four of them cost 70 % of the ingest rate.
"""

from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

Instant = DateTime(timezone=True)
NOW = text("now()")


def _tenant_column() -> Column[object]:
    return Column("tenant_id", UUID(), nullable=False)


def _name_key_column() -> Column[object]:
    """The name as it is compared and sorted: in lower case, by code point whatever the cluster's locale."""
    return Column("name_key", Text(collation="C"), Computed("lower(display_name)", persisted=True))


tenants = Table(
    "tenants",
    metadata,
    _tenant_column(),
    Column("display_name", Text, nullable=False),
    _name_key_column(),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
    UniqueConstraint("name_key", name="tenants_name_key"),
    UniqueConstraint("request_id", name="tenants_request_id_key"),
)

tenant_revisions = Table(
    "tenant_revisions",
    metadata,
    _tenant_column(),
    Column("revision", BigInteger, nullable=False),
    Column("compacted", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("tenant_id"),
    CheckConstraint("0 <= compacted and compacted <= revision", name="order"),
)

sites = Table(
    "sites",
    metadata,
    _tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    _name_key_column(),
    Column("time_zone", Text, nullable=False),
    Column("visit_gap", Interval, nullable=False),
    Column("business_day_start", Interval, nullable=False),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "site_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
    UniqueConstraint("tenant_id", "name_key", name="sites_name_key"),
    UniqueConstraint("tenant_id", "request_id", name="sites_request_id_key"),
)

cameras = Table(
    "cameras",
    metadata,
    _tenant_column(),
    Column("camera_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    _name_key_column(),
    Column("source_url", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "camera_id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.site_id"]),
    UniqueConstraint("tenant_id", "site_id", "name_key", name="cameras_name_key"),
    UniqueConstraint("tenant_id", "request_id", name="cameras_request_id_key"),
    Index("cameras_by_name", "tenant_id", "name_key", "camera_id"),
)

users = Table(
    "users",
    metadata,
    Column("user_id", UUID(), nullable=False),
    Column("tenant_id", UUID()),
    Column("email", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("site_ids", ARRAY(UUID())),
    Column("disabled_at", Instant),
    Column("created_at", Instant, nullable=False, server_default=NOW),
    PrimaryKeyConstraint("user_id"),
    UniqueConstraint("email", name="users_email_key"),
    CheckConstraint("email = lower(email)", name="email_case"),
    CheckConstraint("(tenant_id is null) = (role = 'system_admin')", name="role"),
    Index("users_by_tenant", "tenant_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _tenant_column(),
    Column("api_key_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    PrimaryKeyConstraint("tenant_id", "api_key_id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.site_id"], ondelete="CASCADE"),
    UniqueConstraint("prefix", name="api_keys_prefix_key"),
    Index("api_keys_by_site", "tenant_id", "site_id"),
)

workers = Table(
    "workers",
    metadata,
    _tenant_column(),
    Column("worker_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("software_version", Text, nullable=False),
    Column("spool_id", UUID(), nullable=False),
    Column("connected_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "worker_id"),
)

worker_spools = Table(
    "worker_spools",
    metadata,
    _tenant_column(),
    Column("worker_id", UUID(), nullable=False),
    Column("spool_id", UUID(), nullable=False),
    Column("acked_sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id", "worker_id", "spool_id"),
)

customers = Table(
    "customers",
    metadata,
    _tenant_column(),
    Column("customer_id", UUID(), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("display_name", Text, nullable=False, server_default=text("''")),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "customer_id"),
    UniqueConstraint("tenant_id", "number", name="customers_number_key"),
)

customer_counters = Table(
    "customer_counters",
    metadata,
    _tenant_column(),
    Column("last_number", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
)

gallery_faces = Table(
    "gallery_faces",
    metadata,
    _tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("customer_id", UUID(), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("quality_score", Double, nullable=False),
    Column("event_id", UUID(), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("indexed_at", Instant),
    PrimaryKeyConstraint("tenant_id", "face_id"),
    Index("gallery_faces_by_indexed", "tenant_id", "model_id", "indexed_at"),
    Index("gallery_faces_by_customer", "tenant_id", "customer_id"),
)

index_outbox = Table(
    "index_outbox",
    metadata,
    _tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("enqueued_at", Instant, nullable=False),
    Column("not_before", Instant),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("tenant_id", "face_id"),
    Index("index_outbox_by_age", "tenant_id", "enqueued_at", "face_id"),
)

recorded_events = Table(
    "recorded_events",
    metadata,
    _tenant_column(),
    Column("event_id", UUID(), nullable=False),
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
    _tenant_column(),
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
)

visits = Table(
    "visits",
    metadata,
    _tenant_column(),
    Column("visit_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("customer_id", UUID(), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("rule_version", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "visit_id"),
    Index("visits_by_time", "tenant_id", "first_seen_at", "visit_id"),
    Index("visits_by_site", "tenant_id", "site_id", "first_seen_at", "visit_id"),
    Index("visits_by_customer", "tenant_id", "customer_id", "first_seen_at", "visit_id"),
)

images = Table(
    "images",
    metadata,
    _tenant_column(),
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
)

changes = Table(
    "changes",
    metadata,
    _tenant_column(),
    Column("revision", BigInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("resource_id", UUID(), nullable=False),
    Column("committed_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "revision"),
)
