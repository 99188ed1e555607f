"""People who asked not to be known again: sealed templates, and in which tracks one of them was seen."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls

revision = "0033"
down_revision = "0032"

_INSTANT = sa.DateTime(timezone=True)
_TABLES = ("opt_outs", "opt_out_templates", "opt_out_tracks")


def upgrade() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("opt_out_id", sa.UUID(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID()),
        sa.Column("request_id", sa.UUID()),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("erasure_id", sa.UUID()),
        sa.PrimaryKeyConstraint("tenant_id", "opt_out_id", name="opt_outs_pkey"),
        sa.UniqueConstraint("tenant_id", "request_id", name="opt_outs_request_key"),
    )
    op.create_index("opt_outs_by_time", "opt_outs", ["tenant_id", "created_at", "opt_out_id"])
    op.create_index(
        "opt_outs_by_ticket", "opt_outs", ["tenant_id", "ticket"], postgresql_where=sa.text("ticket <> ''")
    )
    op.create_table(
        "opt_out_templates",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("opt_out_id", sa.UUID(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        # By model first: every batch of events asks which there are of its model.
        sa.PrimaryKeyConstraint("tenant_id", "model_id", "opt_out_id", name="opt_out_templates_pkey"),
    )
    op.create_index("opt_out_templates_by_opt_out", "opt_out_templates", ["tenant_id", "opt_out_id"])
    op.create_table(
        "opt_out_tracks",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("marked_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name="opt_out_tracks_pkey"),
        sa.CheckConstraint("length(digest) = 32", name="opt_out_tracks_digest_check"),
    )
    op.create_index("opt_out_tracks_by_time", "opt_out_tracks", ["tenant_id", "marked_at"])
    for table in _TABLES:
        enable_tenant_rls(table)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
