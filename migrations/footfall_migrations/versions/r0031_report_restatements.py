"""Days of reports that changed after they were over, and why: marks say what they were made for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from footfall_migrations.rls import enable_site_rls, enable_tenant_rls

revision = "0031"
down_revision = "0030"

# What a transaction said that it is for; whoever says nothing brought something that a camera saw.
_CAUSE = "coalesce(nullif(current_setting('app.change_cause', true), ''), 'late_event')"
_MERGE = "nullif(current_setting('app.change_merge_id', true), '')::uuid"


def upgrade() -> None:
    # The defaults are for marks to come: what is marked by now has no cause, since nothing was told of it.
    op.add_column("report_day_marks", sa.Column("cause", sa.Text()))
    op.add_column("report_day_marks", sa.Column("merge_id", sa.UUID()))
    op.execute(f"alter table report_day_marks alter column cause set default {_CAUSE}")
    op.execute(f"alter table report_day_marks alter column merge_id set default {_MERGE}")
    op.create_table(
        "report_restatements",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("restatement_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("after", JSONB(), nullable=False),
        sa.Column("causes", ARRAY(sa.Text()), nullable=False),
        sa.Column("merge_ids", ARRAY(sa.UUID()), nullable=False),
        sa.Column("restated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "restatement_id", name="report_restatements_pkey"),
    )
    op.create_index(
        "report_restatements_by_time", "report_restatements", ["tenant_id", "restated_at", "restatement_id"]
    )
    enable_tenant_rls("report_restatements")
    enable_site_rls("report_restatements")


def downgrade() -> None:
    op.drop_table("report_restatements")
    op.drop_column("report_day_marks", "merge_id")
    op.drop_column("report_day_marks", "cause")
