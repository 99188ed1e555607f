"""Who is taken for whom: decisions, merges and suggestions, models and calibrations."""

from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from footfall_server.storage.postgres.tables.common import Instant, metadata, tenant_column

decisions = Table(
    "decisions",
    metadata,
    tenant_column(),
    Column("event_id", UUID(), nullable=False),
    Column("track_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "event_id"),
    Index("decisions_by_track", "tenant_id", "track_id"),
    Index("decisions_by_time", "tenant_id", "decided_at"),
)

merges = Table(
    "merges",
    metadata,
    tenant_column(),
    Column("merge_id", UUID(), nullable=False),
    Column("target_id", UUID(), nullable=False),
    Column("source_ids", ARRAY(UUID()), nullable=False),
    Column("reason", Text, nullable=False),
    Column("forced", Boolean, nullable=False),
    Column("name_before", Text, nullable=False),
    Column("name_after", Text, nullable=False),
    Column("visits_before", Integer, nullable=False),
    Column("visits_after", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", UUID(), nullable=False),
    Column("undone_at", Instant),
    Column("undone_by", UUID()),
    Column("request_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "merge_id"),
    UniqueConstraint("tenant_id", "request_id", name="merges_request_id_key"),
    Index("merges_by_time", "tenant_id", "created_at", "merge_id"),
)

distinct_pairs = Table(
    "distinct_pairs",
    metadata,
    tenant_column(),
    Column("low_id", UUID(), nullable=False),
    Column("high_id", UUID(), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "low_id", "high_id"),
    CheckConstraint("low_id < high_id", name="order"),
    Index("distinct_pairs_by_high", "tenant_id", "high_id"),
)

merge_suggestions = Table(
    "merge_suggestions",
    metadata,
    tenant_column(),
    Column("suggestion_id", UUID(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("customer_id", UUID()),
    Column("other_ids", ARRAY(UUID()), nullable=False),
    Column("score", Double, nullable=False),
    Column("threshold", Double, nullable=False),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "suggestion_id"),
    Index("merge_suggestions_by_score", "tenant_id", "score", "suggestion_id"),
)

tenant_models = Table(
    "tenant_models",
    metadata,
    tenant_column(),
    Column("model_id", Text, nullable=False),
    Column("in_use", Boolean, nullable=False),
    Column("added_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "model_id"),
)

model_changes = Table(
    "model_changes",
    metadata,
    tenant_column(),
    Column("model_change_id", UUID(), nullable=False),
    Column("from_model_id", Text, nullable=False),
    Column("to_model_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("request_id", UUID()),
    Column("lease_holder", UUID()),
    Column("leased_until", Instant),
    Column("face_count", BigInteger),
    Column("done_count", BigInteger),
    Column("lost_count", BigInteger),
    Column("lost_customer_count", BigInteger),
    PrimaryKeyConstraint("tenant_id", "model_change_id"),
    UniqueConstraint("tenant_id", "request_id", name="model_changes_request_id_key"),
    CheckConstraint("state in ('running', 'paused', 'finished', 'rolled_back')", name="state"),
    Index(
        "model_changes_open",
        "tenant_id",
        unique=True,
        postgresql_where=text("state in ('running', 'paused')"),
    ),
)

model_change_losses = Table(
    "model_change_losses",
    metadata,
    tenant_column(),
    Column("model_change_id", UUID(), nullable=False),
    Column("exemplar_id", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "model_change_id", "exemplar_id"),
)

calibrations = Table(
    "calibrations",
    metadata,
    tenant_column(),
    Column("model_id", Text, nullable=False),
    Column("target_rate", Double, nullable=False),
    Column("false_match_rates", ARRAY(Double), nullable=False),
    Column("cosines", ARRAY(Double), nullable=False),
    Column("applied_at", Instant, nullable=False),
    Column("applied_by", UUID(), nullable=False),
    Column("people", Integer),
    Column("genuine_counts", ARRAY(BigInteger)),
    Column("impostor_pairs", BigInteger),
    PrimaryKeyConstraint("tenant_id", "model_id"),
    CheckConstraint("num_nulls(people, genuine_counts, impostor_pairs) in (0, 3)", name="measured_is_whole"),
)
