"""Commands to edge workers, and pictures on their way between replicas of the core."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_site_rls, enable_tenant_rls

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "camera_commands",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("command_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("camera_id", sa.UUID(), nullable=False),
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.UUID(), nullable=False),
        sa.Column("sent_by_role", sa.Text(), nullable=False),
        sa.Column("wants_picture", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("request_id", sa.UUID()),
        sa.PrimaryKeyConstraint("tenant_id", "command_id", name="camera_commands_pkey"),
        sa.UniqueConstraint("tenant_id", "request_id", name="camera_commands_request_id_key"),
    )
    op.create_index(
        "camera_commands_waiting",
        "camera_commands",
        ["tenant_id", "worker_id", "command_id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    # Neither logged, so that it is in no backup and no standby, nor compressed: it is sealed.
    op.create_table(
        "pictures",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("picture_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("replica_id", sa.UUID(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "picture_id", name="pictures_pkey"),
        prefixes=["UNLOGGED"],
    )
    op.execute("alter table pictures alter column sealed set storage external")
    # What is over is removed in all tenants at once, and without its contents being read.
    for table, read in (
        ("camera_commands", "tenant_id, state, expires_at"),
        ("pictures", "tenant_id, expires_at"),
    ):
        enable_tenant_rls(table)
        enable_site_rls(table)
        op.execute(f"create policy platform_reads on {table} for select to {PLATFORM} using (true)")
        op.execute(
            f"create policy platform_forgets on {table} for delete to {PLATFORM} using (expires_at < now())"
        )
        op.execute(f"grant select ({read}), delete on {table} to {PLATFORM}")


def downgrade() -> None:
    op.drop_table("pictures")
    op.drop_table("camera_commands")
