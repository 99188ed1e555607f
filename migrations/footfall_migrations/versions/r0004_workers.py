"""Edge workers, and how far each of their spools is acknowledged."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("software_version", sa.Text(), nullable=False),
        sa.Column("spool_id", sa.UUID(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "worker_id", name="workers_pkey"),
    )
    enable_tenant_rls("workers")
    op.create_table(
        "worker_spools",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("spool_id", sa.UUID(), nullable=False),
        sa.Column("acked_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "worker_id", "spool_id", name="worker_spools_pkey"),
    )
    enable_tenant_rls("worker_spools")


def downgrade() -> None:
    op.drop_table("worker_spools")
    op.drop_table("workers")
