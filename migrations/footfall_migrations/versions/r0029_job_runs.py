"""Every run of a job is kept, in place of when each job ran last."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM
from sqlalchemy.dialects.postgresql import JSONB

from footfall_migrations.rls import enable_tenant_rls

revision = "0029"
down_revision = "0028"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "job_runs",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("tick", _INSTANT, nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("lease_until", _INSTANT, nullable=False),
        sa.Column("requested_by", sa.UUID()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finished_at", _INSTANT),
        sa.Column("summary", JSONB(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", name="job_runs_pkey"),
        sa.UniqueConstraint("tenant_id", "job", "tick", name="job_runs_tick_key"),
        sa.CheckConstraint("state in ('running', 'succeeded', 'failed')", name="job_runs_state_check"),
        sa.CheckConstraint("(state = 'running') = (finished_at is null)", name="job_runs_finished_check"),
    )
    op.create_index("job_runs_by_time", "job_runs", ["tenant_id", "started_at", "run_id"])
    op.create_index(
        "job_runs_running", "job_runs", ["lease_until"], postgresql_where=sa.text("state = 'running'")
    )
    enable_tenant_rls("job_runs")
    op.execute(f"create policy platform_reads on job_runs for select to {PLATFORM} using (true)")
    op.execute(f"grant select (tenant_id, job, tick, state, lease_until) on job_runs to {PLATFORM}")
    op.drop_table("tenant_jobs")
    op.create_index("images_by_capture", "images", ["tenant_id", "captured_at"])


def downgrade() -> None:
    op.drop_index("images_by_capture", "images")
    op.drop_table("job_runs")
    op.create_table(
        "tenant_jobs",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("finished_at", _INSTANT),
        sa.Column("summary", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("tenant_id", "job", name="tenant_jobs_pkey"),
    )
    enable_tenant_rls("tenant_jobs")
