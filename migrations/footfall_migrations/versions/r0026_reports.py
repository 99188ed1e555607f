"""What reports ask for: when cameras were read, and the sightings that make no visit."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_site_rls, enable_tenant_rls, without_rls

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "camera_uptime",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("camera_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "camera_id", "kind", "started_at", name="camera_uptime_pkey"),
        sa.CheckConstraint("kind in ('wanted', 'up')", name=op.f("camera_uptime_kind_check")),
    )
    op.create_index("camera_uptime_by_site", "camera_uptime", ["tenant_id", "site_id", "started_at"])
    # Of the time before this nobody knows. What hangs now is wanted from now on.
    without_rls(
        "cameras",
        "insert into camera_uptime (tenant_id, camera_id, kind, started_at, site_id) "
        "select tenant_id, camera_id, 'wanted', now(), site_id from cameras where enabled",
    )
    enable_tenant_rls("camera_uptime")
    enable_site_rls("camera_uptime")
    op.create_index(
        "sightings_without_visit",
        "sightings",
        ["tenant_id", "site_id", "first_seen_at"],
        postgresql_where=sa.text("visit_id is null"),
    )


def downgrade() -> None:
    op.drop_index("sightings_without_visit", "sightings")
    op.drop_table("camera_uptime")
