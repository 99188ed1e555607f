"""The log of changes that watchers read, numbered by the tenant's revision."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("resource_id", sa.UUID(), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "revision", name="changes_pkey"),
    )
    enable_tenant_rls("changes")


def downgrade() -> None:
    op.drop_table("changes")
