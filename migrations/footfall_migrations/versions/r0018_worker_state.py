"""How edge workers do: what their heartbeats say, and until when their links count as alive."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

revision = "0018"
down_revision = "0017"

_ADDED = ("model_id", "capabilities", "session_id", "link_expires_at", "status", "report")


def upgrade() -> None:
    for column in (
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("lower(display_name)", persisted=True)),
        # With defaults, so that a core of the release before can go on meanwhile.
        sa.Column("model_id", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("capabilities", sa.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("session_id", sa.UUID()),
        sa.Column(
            "link_expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
        sa.Column("status", sa.Text(), nullable=False, server_default=sa.text("'offline'")),
        sa.Column("report", sa.Text(), nullable=False, server_default=sa.text("'{}'")),
    ):
        op.add_column("workers", column)
    op.create_index("workers_by_name", "workers", ["tenant_id", "name_key", "worker_id"])
    # In which tenants a link expired is asked for all of them at once, and nothing else of a worker.
    op.execute(f"create policy platform_reads on workers for select to {PLATFORM} using (true)")
    op.execute(f"grant select (tenant_id, status, link_expires_at) on workers to {PLATFORM}")


def downgrade() -> None:
    op.execute(f"revoke select (tenant_id) on workers from {PLATFORM}")  # noqa: S608
    op.execute("drop policy platform_reads on workers")
    op.drop_index("workers_by_name", "workers")
    for name in (*reversed(_ADDED), "name_key"):
        op.drop_column("workers", name)
