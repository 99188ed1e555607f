"""People's accounts and programs' keys; signing in looks both up before a tenant is known."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_tenant_rls

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("tenant_id", sa.UUID()),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("site_ids", sa.ARRAY(sa.UUID())),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="users_pkey"),
        sa.UniqueConstraint("email", name="users_email_key"),
        sa.CheckConstraint("email = lower(email)", name=op.f("users_email_case_check")),
        sa.CheckConstraint("(tenant_id is null) = (role = 'system_admin')", name=op.f("users_role_check")),
    )
    op.create_index("users_by_tenant", "users", ["tenant_id"])
    enable_tenant_rls("users")
    op.execute(f"create policy platform_reads on users for select to {PLATFORM} using (true)")
    op.execute(
        f"create policy platform_adds_system_admins on users for insert to {PLATFORM} "
        "with check (tenant_id is null and role = 'system_admin')"
    )
    op.execute(
        f"create policy platform_renews_password_hashes on users for update to {PLATFORM} "
        "using (true) with check (true)"
    )
    op.execute(f"grant select, insert, update (password_hash) on users to {PLATFORM}")
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("api_key_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "api_key_id", name="api_keys_pkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"],
            ["sites.tenant_id", "sites.site_id"],
            name="api_keys_tenant_id_site_id_fkey",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("prefix", name="api_keys_prefix_key"),
    )
    op.create_index("api_keys_by_site", "api_keys", ["tenant_id", "site_id"])
    enable_tenant_rls("api_keys")
    op.execute(f"create policy platform_reads on api_keys for select to {PLATFORM} using (true)")
    op.execute(f"grant select on api_keys to {PLATFORM}")


def downgrade() -> None:
    op.drop_table("api_keys")
    op.drop_table("users")
