"""Customers and staff, their faces, and what of these the index has."""

from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from footfall_server.storage.postgres.tables.common import Instant, metadata, tenant_column

customers = Table(
    "customers",
    metadata,
    tenant_column(),
    Column("customer_id", UUID(), nullable=False),
    Column("number", BigInteger),
    Column("display_name", Text, nullable=False, server_default=text("''")),
    Column("created_at", Instant, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'confirmed'")),
    Column("kind", Text, nullable=False, server_default=text("'visitor'")),
    Column("root_id", UUID(), nullable=False),
    Column("merged_into", UUID()),
    Column("confirmed_at", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("request_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "customer_id"),
    UniqueConstraint("tenant_id", "number", name="customers_number_key"),
    UniqueConstraint("tenant_id", "request_id", name="customers_request_id_key"),
    CheckConstraint("state in ('waiting', 'confirmed')", name="state"),
    CheckConstraint("kind in ('visitor', 'staff')", name="kind"),
    CheckConstraint("(state = 'confirmed') = (number is not null)", name="number"),
    Index("customers_by_root", "tenant_id", "root_id"),
    Index("customers_staff", "tenant_id", postgresql_where=text("kind = 'staff'")),
    Index("customers_waiting", "tenant_id", "created_at", postgresql_where=text("state = 'waiting'")),
)

customer_counters = Table(
    "customer_counters",
    metadata,
    tenant_column(),
    Column("last_number", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
)

site_people = Table(
    "site_people",
    metadata,
    tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("customer_id", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "site_id", "customer_id"),
    Index("site_people_by_customer", "tenant_id", "customer_id"),
)

site_people_counts = Table(
    "site_people_counts",
    metadata,
    tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("people", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id", "site_id"),
)

gallery_faces = Table(
    "gallery_faces",
    metadata,
    tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("customer_id", UUID(), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("quality_score", Double, nullable=False),
    Column("event_id", UUID(), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("indexed_at", Instant),
    Column("provenance", Text, nullable=False, server_default=text("'created'")),
    Column("track_id", UUID()),
    Column("exemplar_id", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "face_id"),
    CheckConstraint("provenance in ('created', 'confirmed', 'learned', 'enrolled')", name="provenance"),
    Index("gallery_faces_by_indexed", "tenant_id", "model_id", "indexed_at"),
    Index("gallery_faces_by_customer", "tenant_id", "customer_id"),
    Index("gallery_faces_by_exemplar", "tenant_id", "exemplar_id"),
)

exemplar_crops = Table(
    "exemplar_crops",
    metadata,
    tenant_column(),
    Column("exemplar_id", UUID(), nullable=False),
    Column("jpeg", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "exemplar_id"),
)

track_faces = Table(
    "track_faces",
    metadata,
    tenant_column(),
    Column("track_id", UUID(), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("quality_score", Double, nullable=False),
    Column("event_id", UUID(), nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "track_id"),
    Index("track_faces_by_time", "tenant_id", "seen_at"),
)

index_outbox = Table(
    "index_outbox",
    metadata,
    tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("enqueued_at", Instant, nullable=False),
    Column("not_before", Instant),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("tenant_id", "face_id"),
    Index("index_outbox_by_age", "tenant_id", "enqueued_at", "face_id"),
)

index_removals = Table(
    "index_removals",
    metadata,
    tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("enqueued_at", Instant, nullable=False),
    Column("not_before", Instant),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("tenant_id", "face_id"),
)

staff_members = Table(
    "staff_members",
    metadata,
    tenant_column(),
    Column("staff_id", UUID(), nullable=False),
    Column("employee_number", Text, nullable=False),
    Column("job_title", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("site_ids", ARRAY(UUID()), nullable=False),
    Column("joined_at", Instant),
    Column("left_at", Instant),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "staff_id"),
    CheckConstraint("left_at >= joined_at", name="times"),
    Index(
        "staff_members_number_key",
        "tenant_id",
        "employee_number",
        unique=True,
        postgresql_where=text("employee_number <> ''"),
    ),
    Index("staff_members_leavers", "tenant_id", "left_at", postgresql_where=text("left_at is not null")),
)

staff_face_images = Table(
    "staff_face_images",
    metadata,
    tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("staff_id", UUID(), nullable=False),
    Column("object_key", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("box", ARRAY(Double), nullable=False),
    Column("landmarks", ARRAY(Double), nullable=False),
    Column("quality_score", Double, nullable=False),
    Column("quality_size", Double, nullable=False),
    Column("quality_pose", Double, nullable=False),
    Column("quality_sharpness", Double, nullable=False),
    Column("quality_exposure", Double, nullable=False),
    Column("inter_ocular_px", Double, nullable=False),
    Column("closest_own", Double),
    Column("created_at", Instant, nullable=False),
    Column("created_by", UUID(), nullable=False),
    Column("request_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "face_id"),
    UniqueConstraint("tenant_id", "request_id", name="staff_face_images_request_id_key"),
    Index("staff_face_images_by_staff", "tenant_id", "staff_id"),
)

staff_gallery = Table(
    "staff_gallery",
    metadata,
    tenant_column(),
    Column("model_id", Text, nullable=False),
    Column("face_id", UUID(), nullable=False),
    Column("staff_id", UUID()),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "model_id", "face_id"),
    Index("staff_gallery_by_version", "tenant_id", "model_id", "version"),
)
