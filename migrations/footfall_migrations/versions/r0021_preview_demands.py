"""Which cameras are watched, and from which replica."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_site_rls, enable_tenant_rls

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    # Not logged: what is lost in a crash is said again within seconds.
    op.create_table(
        "preview_demands",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("camera_id", sa.UUID(), nullable=False),
        sa.Column("replica_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("max_width", sa.Integer(), nullable=False),
        sa.Column("max_fps", sa.Double(), nullable=False),
        sa.Column("watchers", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "camera_id", "replica_id", name="preview_demands_pkey"),
        prefixes=["UNLOGGED"],
    )
    enable_tenant_rls("preview_demands")
    enable_site_rls("preview_demands")
    op.execute(f"create policy platform_reads on preview_demands for select to {PLATFORM} using (true)")
    op.execute(
        f"create policy platform_forgets on preview_demands for delete to {PLATFORM} "
        "using (expires_at < now())"
    )
    op.execute(f"grant select (tenant_id, expires_at), delete on preview_demands to {PLATFORM}")


def downgrade() -> None:
    op.drop_table("preview_demands")
