"""Days of reports, and what changed in them."""

from sqlalchemy import (
    ARRAY,
    UUID,
    Column,
    Date,
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

report_days = Table(
    "report_days",
    metadata,
    tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("day", Date, nullable=False),
    Column("visits", LargeBinary, nullable=False),
    Column("staff", Integer, nullable=False),
    Column("unidentifiable", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "site_id", "day"),
)

report_day_marks = Table(
    "report_day_marks",
    metadata,
    tenant_column(),
    Column("mark_id", UUID(), server_default=text("uuidv7()"), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("utc_day", Date, nullable=False),
    Column(
        "cause",
        Text,
        server_default=text("coalesce(nullif(current_setting('app.change_cause', true), ''), 'late_event')"),
    ),
    Column(
        "merge_id",
        UUID(),
        server_default=text("nullif(current_setting('app.change_merge_id', true), '')::uuid"),
    ),
    Column("first_at", Instant),
    Column("last_at", Instant),
    PrimaryKeyConstraint("tenant_id", "mark_id"),
)

report_restatements = Table(
    "report_restatements",
    metadata,
    tenant_column(),
    Column("restatement_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("day", Date, nullable=False),
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    Column("causes", ARRAY(Text), nullable=False),
    Column("merge_ids", ARRAY(UUID()), nullable=False),
    Column("restated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "restatement_id"),
    Index("report_restatements_by_time", "tenant_id", "restated_at", "restatement_id"),
)

report_people = Table(
    "report_people",
    metadata,
    tenant_column(),
    Column("customer_id", UUID(), nullable=False),
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "customer_id", postgresql_include=["number"]),
    UniqueConstraint("tenant_id", "number", name="report_people_number_key"),
)
