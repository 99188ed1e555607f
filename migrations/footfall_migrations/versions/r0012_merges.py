"""Merges that can be undone, people who are marked distinct, suggestions, the audit log, nightly jobs."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import APPLICATION
from sqlalchemy.dialects.postgresql import ARRAY

from footfall_migrations.rls import enable_tenant_rls

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("merge_id", sa.UUID(), nullable=False),
        sa.Column("target_id", sa.UUID(), nullable=False),
        sa.Column("source_ids", ARRAY(sa.UUID()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("name_before", sa.Text(), nullable=False),
        sa.Column("name_after", sa.Text(), nullable=False),
        sa.Column("visits_before", sa.Integer(), nullable=False),
        sa.Column("visits_after", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.Column("undone_by", sa.UUID()),
        sa.Column("request_id", sa.UUID()),
        sa.PrimaryKeyConstraint("tenant_id", "merge_id", name="merges_pkey"),
        sa.UniqueConstraint("tenant_id", "request_id", name="merges_request_id_key"),
    )
    op.create_index("merges_by_time", "merges", ["tenant_id", "created_at", "merge_id"])
    enable_tenant_rls("merges")
    op.create_table(
        "distinct_pairs",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("low_id", sa.UUID(), nullable=False),
        sa.Column("high_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "low_id", "high_id", name="distinct_pairs_pkey"),
        sa.CheckConstraint("low_id < high_id", name="distinct_pairs_order_check"),
    )
    op.create_index("distinct_pairs_by_high", "distinct_pairs", ["tenant_id", "high_id"])
    enable_tenant_rls("distinct_pairs")
    op.create_table(
        "merge_suggestions",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("suggestion_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.UUID()),
        sa.Column("other_ids", ARRAY(sa.UUID()), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("evidence", ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "suggestion_id", name="merge_suggestions_pkey"),
    )
    op.create_index(
        "merge_suggestions_by_score", "merge_suggestions", ["tenant_id", "score", "suggestion_id"]
    )
    enable_tenant_rls("merge_suggestions")
    op.create_table(
        "audit_log",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("audit_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.UUID(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "audit_id", name="audit_log_pkey"),
    )
    op.create_index("audit_log_by_time", "audit_log", ["tenant_id", "at", "audit_id"])
    enable_tenant_rls("audit_log")
    # Only ever added to. A tenant's rows go with the tenant, by the platform's own statement.
    op.execute(f"revoke update on audit_log from {APPLICATION}")
    op.create_table(
        "tenant_jobs",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("summary", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("tenant_id", "job", name="tenant_jobs_pkey"),
    )
    enable_tenant_rls("tenant_jobs")


def downgrade() -> None:
    for table in ("tenant_jobs", "audit_log", "merge_suggestions", "distinct_pairs", "merges"):
        op.drop_table(table)
