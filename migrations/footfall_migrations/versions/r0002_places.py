"""Sites and their cameras."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "sites",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("lower(display_name)", persisted=True)),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("visit_gap", sa.Interval(), nullable=False),
        sa.Column("business_day_start", sa.Interval(), nullable=False),
        sa.Column("request_id", sa.UUID()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "site_id", name="sites_pkey"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"], name="sites_tenant_id_fkey"),
        sa.UniqueConstraint("tenant_id", "name_key", name="sites_name_key"),
        sa.UniqueConstraint("tenant_id", "request_id", name="sites_request_id_key"),
    )
    enable_tenant_rls("sites")
    op.create_table(
        "cameras",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("camera_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("lower(display_name)", persisted=True)),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.UUID()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "camera_id", name="cameras_pkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"],
            ["sites.tenant_id", "sites.site_id"],
            name="cameras_tenant_id_site_id_fkey",
        ),
        sa.UniqueConstraint("tenant_id", "site_id", "name_key", name="cameras_name_key"),
        sa.UniqueConstraint("tenant_id", "request_id", name="cameras_request_id_key"),
    )
    op.create_index("cameras_by_name", "cameras", ["tenant_id", "name_key", "camera_id"])
    enable_tenant_rls("cameras")


def downgrade() -> None:
    op.drop_table("cameras")
    op.drop_table("sites")
