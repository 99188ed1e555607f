"""Sessions, revocations, and what keeps passwords from being guessed."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_tenant_rls, without_rls

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    _sessions()
    _revocations()
    _api_keys()


def downgrade() -> None:
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
