"""What happened, and who is told: the change log, audit, jobs and webhooks."""

from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    Boolean,
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
from sqlalchemy.dialects.postgresql import JSONB

from footfall_server.storage.postgres.tables.common import Instant, metadata, tenant_column

changes = Table(
    "changes",
    metadata,
    tenant_column(),
    Column("revision", BigInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("resource_id", UUID(), nullable=False),
    Column("committed_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "revision"),
)

event_cursors = Table(
    "event_cursors",
    metadata,
    tenant_column(),
    Column("reader", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("claimed_by", UUID()),
    Column("claimed_until", Instant),
    PrimaryKeyConstraint("tenant_id", "reader"),
)

audit_log = Table(
    "audit_log",
    metadata,
    tenant_column(),
    Column("audit_id", UUID(), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", UUID()),
    Column("actor_role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("resource_id", UUID()),
    Column("detail", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant_id", "audit_id"),
    UniqueConstraint("tenant_id", "sequence", name="audit_log_sequence_key"),
    Index("audit_log_by_time", "tenant_id", "at", "audit_id"),
    Index("audit_log_by_actor", "tenant_id", "actor_id", "sequence"),
    Index("audit_log_by_resource", "tenant_id", "resource_id", "sequence"),
    Index("audit_log_by_action", "tenant_id", "action", "sequence"),
)
"""A trigger gives rows their last three columns. Rows go only with the tenant, by a function."""

audit_heads = Table(
    "audit_heads",
    metadata,
    tenant_column(),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
)

job_runs = Table(
    "job_runs",
    metadata,
    tenant_column(),
    Column("run_id", UUID(), nullable=False),
    Column("job", Text, nullable=False),
    Column("tick", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("requested_by", UUID()),
    Column("attempt", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("finished_at", Instant),
    Column("summary", JSONB, nullable=False),
    Column("failure", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "run_id"),
    UniqueConstraint("tenant_id", "job", "tick", name="job_runs_tick_key"),
    CheckConstraint("state in ('running', 'succeeded', 'failed')", name="state"),
    CheckConstraint("(state = 'running') = (finished_at is null)", name="finished"),
    Index("job_runs_by_time", "tenant_id", "started_at", "run_id"),
    Index("job_runs_running", "lease_until", postgresql_where=text("state = 'running'")),
)

webhooks = Table(
    "webhooks",
    metadata,
    tenant_column(),
    Column("webhook_id", UUID(), nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("event_types", ARRAY(Text), nullable=False),
    Column("site_ids", ARRAY(UUID()), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("since_revision", BigInteger, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_secret", LargeBinary),
    Column("previous_secret_until", Instant),
    Column("request_id", UUID()),
    Column("last_success_at", Instant),
    Column("consecutive_failures", Integer, nullable=False, server_default=text("0")),
    Column("last_failure", Text, nullable=False, server_default=text("''")),
    Column("due_at", Instant),
    Column("claimed_by", UUID()),
    Column("claimed_until", Instant),
    PrimaryKeyConstraint("tenant_id", "webhook_id"),
    UniqueConstraint("tenant_id", "request_id", name="webhooks_request_id_key"),
    CheckConstraint(
        "num_nulls(previous_secret, previous_secret_until) in (0, 2)", name="previous_secret_is_whole"
    ),
    CheckConstraint("enabled or due_at is null", name="due"),
    Index("webhooks_by_time", "tenant_id", "created_at", "webhook_id"),
    Index("webhooks_due", "due_at", postgresql_where=text("due_at is not null")),
)

# Takes rows with every event, so no foreign key: whoever removes a webhook removes these.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    tenant_column(),
    Column("delivery_id", UUID(), nullable=False),
    Column("webhook_id", UUID(), nullable=False),
    Column("event_id", UUID(), nullable=False),
    Column("event_type", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("revision", BigInteger),
    Column("site_id", UUID(), nullable=False),
    Column("resource_id", UUID()),
    Column("queued_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("next_attempt_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("last_attempt_at", Instant),
    Column("last_status", Integer, nullable=False),
    Column("last_failure", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "delivery_id"),
    CheckConstraint("state in ('pending', 'delivered', 'dead')", name="state"),
    CheckConstraint("(state = 'pending') = (next_attempt_at is not null)", name="next_attempt"),
    Index("webhook_deliveries_by_time", "tenant_id", "queued_at", "delivery_id"),
    Index("webhook_deliveries_of_webhook", "tenant_id", "webhook_id", "queued_at", "delivery_id"),
    Index(
        "webhook_deliveries_pending",
        "tenant_id",
        "webhook_id",
        "revision",
        postgresql_where=text("state = 'pending'"),
    ),
)
