"""Customers, the faces that they are recognised by, and the outbox that feeds the face index."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "customer_id", name="customers_pkey"),
        sa.UniqueConstraint("tenant_id", "number", name="customers_number_key"),
    )
    enable_tenant_rls("customers")
    op.create_table(
        "customer_counters",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="customer_counters_pkey"),
    )
    enable_tenant_rls("customer_counters")
    op.create_table(
        "gallery_faces",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("face_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("quality_score", sa.Double(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "face_id", name="gallery_faces_pkey"),
    )
    # Outside the heap and never compressed: random floats do not shrink, and the rows that other queries
    # read stay a fifteenth of the size.
    op.execute("alter table gallery_faces alter column embedding set storage external")
    op.create_index("gallery_faces_by_indexed", "gallery_faces", ["tenant_id", "model_id", "indexed_at"])
    op.create_index("gallery_faces_by_customer", "gallery_faces", ["tenant_id", "customer_id"])
    enable_tenant_rls("gallery_faces")
    op.create_table(
        "index_outbox",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("face_id", sa.UUID(), nullable=False),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "face_id", name="index_outbox_pkey"),
    )
    op.create_index("index_outbox_by_age", "index_outbox", ["tenant_id", "enqueued_at", "face_id"])
    enable_tenant_rls("index_outbox")


def downgrade() -> None:
    op.drop_table("index_outbox")
    op.drop_table("gallery_faces")
    op.drop_table("customer_counters")
    op.drop_table("customers")
