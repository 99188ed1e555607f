"""Who is forgotten, and who is not to be known."""

from sqlalchemy import (
    ARRAY,
    UUID,
    CheckConstraint,
    Column,
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

erasures = Table(
    "erasures",
    metadata,
    tenant_column(),
    Column("erasure_id", UUID(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", UUID(), nullable=False),
    Column("ticket", Text, nullable=False),
    Column("requested_by", UUID()),
    Column("request_id", UUID()),
    Column("erased_at", Instant, nullable=False),
    Column("faces", Integer, nullable=False),
    Column("tracks", Integer, nullable=False),
    Column("visits", Integer, nullable=False),
    Column("images", Integer, nullable=False),
    Column("person_ids", ARRAY(UUID()), nullable=False),
    Column("face_ids", ARRAY(UUID()), nullable=False),
    Column("object_keys", ARRAY(Text), nullable=False),
    Column("completed_at", Instant),
    Column("receipt", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "erasure_id"),
    UniqueConstraint("tenant_id", "request_id", name="erasures_request_key"),
    CheckConstraint("kind in ('customer', 'staff')", name="kind"),
    CheckConstraint("(completed_at is null) = (receipt = '')", name="receipt"),
    Index("erasures_by_time", "tenant_id", "erased_at", "erasure_id"),
    Index("erasures_by_ticket", "tenant_id", "ticket", postgresql_where=text("ticket <> ''")),
    Index("erasures_open", "tenant_id", "erased_at", postgresql_where=text("completed_at is null")),
)

erasure_tombstones = Table(
    "erasure_tombstones",
    metadata,
    tenant_column(),
    Column("digest", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("erasure_id", UUID(), nullable=False),
    Column("erased_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "digest"),
    CheckConstraint("kind in ('person', 'track')", name="kind"),
    CheckConstraint("length(digest) = 32", name="digest"),
    Index("erasure_tombstones_by_erasure", "tenant_id", "erasure_id"),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    tenant_column(),
    Column("opt_out_id", UUID(), nullable=False),
    Column("ticket", Text, nullable=False),
    Column("created_by", UUID()),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("erasure_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "opt_out_id"),
    UniqueConstraint("tenant_id", "request_id", name="opt_outs_request_key"),
    Index("opt_outs_by_time", "tenant_id", "created_at", "opt_out_id"),
    Index("opt_outs_by_ticket", "tenant_id", "ticket", postgresql_where=text("ticket <> ''")),
)

opt_out_templates = Table(
    "opt_out_templates",
    metadata,
    tenant_column(),
    Column("model_id", Text, nullable=False),
    Column("opt_out_id", UUID(), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant_id", "model_id", "opt_out_id"),
    Index("opt_out_templates_by_opt_out", "tenant_id", "opt_out_id"),
)

opt_out_tracks = Table(
    "opt_out_tracks",
    metadata,
    tenant_column(),
    Column("digest", LargeBinary, nullable=False),
    Column("marked_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "digest"),
    CheckConstraint("length(digest) = 32", name="digest"),
    Index("opt_out_tracks_by_time", "tenant_id", "marked_at"),
)
