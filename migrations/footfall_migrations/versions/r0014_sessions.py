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
    _sessions()
    _revocations()
    _api_keys()
    _upgrade_users()
    _upgrade_sign_ins()


def downgrade() -> None:
    _downgrade_sign_ins()
    _downgrade_users()
    _drop_api_keys()
    op.drop_table("revocations")
    op.drop_table("refresh_tokens")
    op.drop_table("sessions")


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.UUID(), nullable=False),
        sa.Column("tenant_id", sa.UUID()),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("acting_tenant_id", sa.UUID()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("session_id", name="sessions_pkey"),
        sa.CheckConstraint(
            "acting_tenant_id is null or tenant_id is null", name=op.f("sessions_acting_check")
        ),
    )
    op.create_index("sessions_by_user", "sessions", ["user_id"])
    op.create_index("sessions_by_tenant", "sessions", ["tenant_id"])
    op.create_index("sessions_by_end", "sessions", ["ends_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.UUID()),
        sa.Column("session_id", sa.UUID(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("successor_hash", sa.Text()),
        sa.PrimaryKeyConstraint("token_hash", name="refresh_tokens_pkey"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.session_id"],
            name="refresh_tokens_session_id_fkey",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "(used_at is null) = (successor_hash is null)", name=op.f("refresh_tokens_used_check")
        ),
    )
    op.create_index("refresh_tokens_by_session", "refresh_tokens", ["session_id"])
    op.create_index("refresh_tokens_by_tenant", "refresh_tokens", ["tenant_id"])
    for table in ("sessions", "refresh_tokens"):
        enable_tenant_rls(table)
        _let_platform_keep_its_own(table)
    op.execute(
        f"grant update (acting_tenant_id, last_used_at, idle_ends_at, revoked_at) on sessions to {PLATFORM}"
    )
    op.execute(f"grant update (used_at, successor_hash) on refresh_tokens to {PLATFORM}")
    _let_platform_forget("sessions", "ends_at < now()")


def _revocations() -> None:
    op.create_table(
        "revocations",
        sa.Column("subject_or_session_id", sa.UUID(), nullable=False),
        sa.Column("tenant_id", sa.UUID()),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_or_session_id", name="revocations_pkey"),
    )
    op.create_index("revocations_by_end", "revocations", ["until"])
    op.create_index("revocations_by_tenant", "revocations", ["tenant_id"])
    enable_tenant_rls("revocations")
    _let_platform_keep_its_own("revocations")
    op.execute(f"grant update (not_before, until) on revocations to {PLATFORM}")
    _let_platform_forget("revocations", "until < now()")


def _api_keys() -> None:
    op.add_column(
        "api_keys", sa.Column("role", sa.Text(), server_default=sa.text("'worker'"), nullable=False)
    )
    op.add_column("api_keys", sa.Column("request_id", sa.UUID()))
    op.create_unique_constraint("api_keys_request_id_key", "api_keys", ["tenant_id", "request_id"])
    op.create_check_constraint(op.f("api_keys_role_check"), "api_keys", "role in ('worker', 'site_manager')")
    op.create_index("api_keys_by_time", "api_keys", ["tenant_id", "created_at", "api_key_id"])


def _drop_api_keys() -> None:
    op.drop_index("api_keys_by_time", "api_keys")
    op.drop_constraint(op.f("api_keys_role_check"), "api_keys")
    op.drop_constraint("api_keys_request_id_key", "api_keys")
    op.drop_column("api_keys", "request_id")
    # What may read must not become what may send.
    without_rls("api_keys", "delete from api_keys where role <> 'worker'")
    op.drop_column("api_keys", "role")


def _let_platform_keep_its_own(table: str) -> None:
    """It finds everybody's rows, before their tenant is known, and writes those of system administrators."""
    op.execute(f"create policy platform_reads on {table} for select to {PLATFORM} using (true)")
    op.execute(
        f"create policy platform_adds on {table} for insert to {PLATFORM} with check (tenant_id is null)"
    )
    op.execute(
        f"create policy platform_changes on {table} for update to {PLATFORM} "
        "using (tenant_id is null) with check (tenant_id is null)"
    )
    op.execute(f"grant select, insert on {table} to {PLATFORM}")


def _let_platform_forget(table: str, is_over: str) -> None:
    op.execute(f"create policy platform_forgets on {table} for delete to {PLATFORM} using ({is_over})")
    op.execute(f"grant delete on {table} to {PLATFORM}")


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
    # Whoever comes with a token says no tenant, so the platform looks it up; what is over it removes.
    op.execute(f"create policy platform_reads on setup_tokens for select to {PLATFORM} using (true)")
    op.execute(
        f"create policy platform_purges on setup_tokens for delete to {PLATFORM} "
        "using (tenant_id is null or expires_at < now())"
    )
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
        op.execute(f"grant select, insert, delete on {table} to {PLATFORM}")
    op.execute(f"grant update on login_attempts to {PLATFORM}")


def _downgrade_sign_ins() -> None:
    for table in ("oidc_logins", "login_attempts", "setup_tokens"):
        op.drop_table(table)
