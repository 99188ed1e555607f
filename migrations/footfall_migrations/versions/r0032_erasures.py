"""Every erasure is kept, with tombstones of whom must not come back."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_tenant_rls

revision = "0032"
down_revision = "0031"

_INSTANT = sa.DateTime(timezone=True)
_COUNTS = ("faces", "tracks", "visits", "images")


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("erasure_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.UUID()),
        sa.Column("request_id", sa.UUID()),
        sa.Column("erased_at", _INSTANT, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.Column("person_ids", sa.ARRAY(sa.UUID()), nullable=False),
        sa.Column("face_ids", sa.ARRAY(sa.UUID()), nullable=False),
        sa.Column("object_keys", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("completed_at", _INSTANT),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "erasure_id", name="erasures_pkey"),
        sa.UniqueConstraint("tenant_id", "request_id", name="erasures_request_key"),
        sa.CheckConstraint("kind in ('customer', 'staff')", name="erasures_kind_check"),
        sa.CheckConstraint("(completed_at is null) = (receipt = '')", name="erasures_receipt_check"),
    )
    op.create_index("erasures_by_time", "erasures", ["tenant_id", "erased_at", "erasure_id"])
    op.create_index(
        "erasures_by_ticket", "erasures", ["tenant_id", "ticket"], postgresql_where=sa.text("ticket <> ''")
    )
    op.create_index(
        "erasures_open",
        "erasures",
        ["tenant_id", "erased_at"],
        postgresql_where=sa.text("completed_at is null"),
    )
    enable_tenant_rls("erasures")
    op.execute(f"create policy platform_reads on erasures for select to {PLATFORM} using (true)")
    op.execute(f"grant select (tenant_id, completed_at) on erasures to {PLATFORM}")
    op.create_table(
        "erasure_tombstones",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("erasure_id", sa.UUID(), nullable=False),
        sa.Column("erased_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name="erasure_tombstones_pkey"),
        sa.CheckConstraint("kind in ('person', 'track')", name="erasure_tombstones_kind_check"),
        sa.CheckConstraint("length(digest) = 32", name="erasure_tombstones_digest_check"),
    )
    op.create_index("erasure_tombstones_by_erasure", "erasure_tombstones", ["tenant_id", "erasure_id"])
    enable_tenant_rls("erasure_tombstones")


def downgrade() -> None:
    op.drop_table("erasure_tombstones")
    op.drop_table("erasures")
