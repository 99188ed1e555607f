"""Staff: what is said of them, and the faces that they were enrolled with."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_sites_rls, enable_tenant_rls

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "staff_members",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("staff_id", sa.UUID(), nullable=False),
        sa.Column("employee_number", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("site_ids", sa.ARRAY(sa.UUID()), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True)),
        sa.Column("left_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "staff_id", name="staff_members_pkey"),
        sa.CheckConstraint("left_at >= joined_at", name="staff_members_times_check"),
    )
    op.create_index(
        "staff_members_number_key",
        "staff_members",
        ["tenant_id", "employee_number"],
        unique=True,
        postgresql_where=sa.text("employee_number <> ''"),
    )
    op.create_index(
        "staff_members_leavers",
        "staff_members",
        ["tenant_id", "left_at"],
        postgresql_where=sa.text("left_at is not null"),
    )
    enable_tenant_rls("staff_members")
    enable_sites_rls("staff_members")
    op.create_table(
        "staff_face_images",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("face_id", sa.UUID(), nullable=False),
        sa.Column("staff_id", sa.UUID(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("box", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("landmarks", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("quality_score", sa.Double(), nullable=False),
        sa.Column("quality_size", sa.Double(), nullable=False),
        sa.Column("quality_pose", sa.Double(), nullable=False),
        sa.Column("quality_sharpness", sa.Double(), nullable=False),
        sa.Column("quality_exposure", sa.Double(), nullable=False),
        sa.Column("inter_ocular_px", sa.Double(), nullable=False),
        sa.Column("closest_own", sa.Double()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("request_id", sa.UUID()),
        sa.PrimaryKeyConstraint("tenant_id", "face_id", name="staff_face_images_pkey"),
        sa.UniqueConstraint("tenant_id", "request_id", name="staff_face_images_request_id_key"),
    )
    op.create_index("staff_face_images_by_staff", "staff_face_images", ["tenant_id", "staff_id"])
    enable_tenant_rls("staff_face_images")


def downgrade() -> None:
    op.drop_table("staff_face_images")
    op.drop_table("staff_members")
