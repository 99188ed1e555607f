"""Whose faces workers take for staff: what changed when, so that each is told what it lacks."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "staff_gallery",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("face_id", sa.UUID(), nullable=False),
        sa.Column("staff_id", sa.UUID()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "model_id", "face_id", name="staff_gallery_pkey"),
    )
    op.create_index("staff_gallery_by_version", "staff_gallery", ["tenant_id", "model_id", "version"])
    enable_tenant_rls("staff_gallery")
    op.create_index("customers_staff", "customers", ["tenant_id"], postgresql_where=sa.text("kind = 'staff'"))


def downgrade() -> None:
    op.drop_index("customers_staff", "customers")
    op.drop_table("staff_gallery")
