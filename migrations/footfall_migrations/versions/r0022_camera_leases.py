"""Who reads which camera, and who did: leases with tokens that fence."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_site_rls, enable_tenant_rls

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("cameras", sa.Column("assigned_worker_id", sa.UUID()))
    op.create_table(
        "camera_leases",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("camera_id", sa.UUID(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("clock_offset", sa.Interval()),
        sa.PrimaryKeyConstraint("tenant_id", "camera_id", "token", name="camera_leases_pkey"),
    )
    enable_tenant_rls("camera_leases")
    enable_site_rls("camera_leases")


def downgrade() -> None:
    op.drop_table("camera_leases")
    op.drop_column("cameras", "assigned_worker_id")
