"""Sessions, revocations, and what keeps passwords from being guessed."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_tenant_rls, without_rls

revision = "0014"
down_revision = "0013"

NOBODYS = "tenant_id = '00000000-0000-0000-0000-000000000000'"
"""Rows of no tenant: written before it is known who signs in, by the platform alone."""


def upgrade() -> None:
    _upgrade_users()
    _upgrade_sign_ins()


def downgrade() -> None:
    _downgrade_sign_ins()
    _downgrade_users()


def _upgrade_users() -> None:
    op.alter_column("users", "password_hash", nullable=True)
    op.add_column("users", sa.Column("identity_provider", sa.Text()))
    op.add_column("users", sa.Column("oidc_issuer", sa.Text()))
    op.add_column("users", sa.Column("oidc_subject", sa.Text()))
    op.add_column("users", sa.Column("last_sign_in_at", sa.DateTime(timezone=True)))
    op.add_column("users", sa.Column("request_id", sa.UUID()))
    op.create_unique_constraint("users_oidc_key", "users", ["oidc_issuer", "oidc_subject"])
    op.create_unique_constraint("users_request_id_key", "users", ["tenant_id", "request_id"])
    op.create_index(
        "users_system_request_id_key",
        "users",
        ["request_id"],
        unique=True,
        postgresql_where=sa.text("tenant_id is null"),
    )
    op.create_check_constraint(
        op.f("users_manager_sites_check"), "users", "role <> 'site_manager' or site_ids is not null"
    )
    op.create_check_constraint(
        op.f("users_identity_check"),
        "users",
        "num_nulls(identity_provider, oidc_issuer, oidc_subject) in (0, 3)",
    )
    # What is done to a tenant's person is done inside the tenant; the platform changes its own people only.
    op.execute("drop policy platform_renews_password_hashes on users")
    op.execute(
        f"create policy platform_changes_system_admins on users for update to {PLATFORM} "
        "using (tenant_id is null) with check (tenant_id is null and role = 'system_admin')"
    )
    op.execute(
        f"create policy platform_removes_system_admins on users for delete to {PLATFORM} "
        "using (tenant_id is null)"
    )
    op.execute(
        "grant delete, update (display_name, role, site_ids, disabled_at, identity_provider, oidc_issuer, "
        f"oidc_subject, last_sign_in_at) on users to {PLATFORM}"
    )


def _downgrade_users() -> None:
    op.execute(
        "revoke delete, update (display_name, role, site_ids, disabled_at, identity_provider, oidc_issuer, "
        f"oidc_subject, last_sign_in_at) on users from {PLATFORM}"
    )
    op.execute("drop policy platform_removes_system_admins on users")
    op.execute("drop policy platform_changes_system_admins on users")
    op.execute(
        f"create policy platform_renews_password_hashes on users for update to {PLATFORM} "
        "using (true) with check (true)"
    )
    op.drop_constraint("users_identity_check", "users")
    op.drop_constraint("users_manager_sites_check", "users")
    op.drop_index("users_system_request_id_key", "users")
    op.drop_constraint("users_request_id_key", "users")
    op.drop_constraint("users_oidc_key", "users")
    for column in ("request_id", "last_sign_in_at", "oidc_subject", "oidc_issuer", "identity_provider"):
        op.drop_column("users", column)
    # An older release has accounts with passwords only. No password has this hash.
    without_rls("users", "update users set password_hash = '!' where password_hash is null")
    op.alter_column("users", "password_hash", nullable=False)


def _upgrade_sign_ins() -> None:
    op.create_table(
        "setup_tokens",
        sa.Column("setup_token_id", sa.UUID(), nullable=False),
        sa.Column("tenant_id", sa.UUID()),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("setup_token_id", name="setup_tokens_pkey"),
        sa.UniqueConstraint("user_id", name="setup_tokens_user_id_key"),
    )
    op.create_index("setup_tokens_by_tenant", "setup_tokens", ["tenant_id"])
    enable_tenant_rls("setup_tokens")
    # Whoever comes with a token says no tenant, so the platform looks it up; what ended it removes.
    op.execute(f"create policy platform_reads on setup_tokens for select to {PLATFORM} using (true)")
    op.execute(f"create policy platform_purges on setup_tokens for delete to {PLATFORM} using (true)")
    op.execute(
        f"create policy platform_adds on setup_tokens for insert to {PLATFORM} with check (tenant_id is null)"
    )
    op.execute(
        f"create policy platform_replaces on setup_tokens for update to {PLATFORM} "
        "using (tenant_id is null) with check (tenant_id is null)"
    )
    op.execute(f"grant select, insert, update, delete on setup_tokens to {PLATFORM}")
    op.create_table(
        "login_attempts",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "address_key", name="login_attempts_pkey"),
    )
    op.create_index("login_attempts_by_time", "login_attempts", ["last_at"])
    op.create_table(
        "oidc_logins",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "state_hash", name="oidc_logins_pkey"),
    )
    for table in ("login_attempts", "oidc_logins"):
        enable_tenant_rls(table)
        op.execute(
            f"create policy platform on {table} to {PLATFORM} using ({NOBODYS}) with check ({NOBODYS})"
        )
        op.execute(f"grant select, insert, update, delete on {table} to {PLATFORM}")


def _downgrade_sign_ins() -> None:
    for table in ("oidc_logins", "login_attempts", "setup_tokens"):
        op.drop_table(table)
