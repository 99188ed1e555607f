"""How long a tenant, or one of its sites, keeps pictures and templates."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_site_rls, enable_tenant_rls

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "retention_rules",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID()),
        sa.Column("image_days", sa.Integer()),
        sa.Column("template_days", sa.Integer()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"],
            ["sites.tenant_id", "sites.site_id"],
            name="retention_rules_tenant_id_site_id_fkey",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "tenant_id", "site_id", name="retention_rules_site_key", postgresql_nulls_not_distinct=True
        ),
        sa.CheckConstraint("image_days between 1 and 30", name="retention_rules_image_days_check"),
        sa.CheckConstraint("template_days between 1 and 1096", name="retention_rules_template_days_check"),
        sa.CheckConstraint(
            "site_id is null or template_days is null", name="retention_rules_template_of_tenant_check"
        ),
    )
    enable_tenant_rls("retention_rules")
    # The tenant's own rule, of no site, is there for whoever may see all sites.
    enable_site_rls("retention_rules")


def downgrade() -> None:
    op.drop_table("retention_rules")
