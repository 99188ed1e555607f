"""Join tokens and certificates of edge workers."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_tenant_rls

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "join_tokens",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("join_token_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("certificate_id", sa.UUID()),
        sa.PrimaryKeyConstraint("tenant_id", "join_token_id", name="join_tokens_pkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"],
            ["sites.tenant_id", "sites.site_id"],
            name="join_tokens_tenant_id_site_id_fkey",
            ondelete="CASCADE",
        ),
        # Found by this before the tenant is known.
        sa.UniqueConstraint("join_token_id", name="join_tokens_id_key"),
        sa.CheckConstraint(
            "(used_at is null) = (certificate_id is null)", name=op.f("join_tokens_use_check")
        ),
    )
    op.create_index("join_tokens_by_site", "join_tokens", ["tenant_id", "site_id"])
    op.create_index(
        "join_tokens_open",
        "join_tokens",
        ["tenant_id", "created_at", "join_token_id"],
        postgresql_where=sa.text("used_at is null and revoked_at is null"),
    )
    enable_tenant_rls("join_tokens")
    op.execute(f"create policy platform_reads on join_tokens for select to {PLATFORM} using (true)")
    op.execute(f"grant select on join_tokens to {PLATFORM}")
    # A certificate names its tenant and is believed for its signature: the platform reads none of these.
    op.create_table(
        "worker_certificates",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("certificate_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("worker_id", sa.UUID(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("public_key_hash", sa.Text(), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "certificate_id", name="worker_certificates_pkey"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "site_id"],
            ["sites.tenant_id", "sites.site_id"],
            name="worker_certificates_tenant_id_site_id_fkey",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("tenant_id", "fingerprint", name="worker_certificates_fingerprint_key"),
    )
    for name, columns in {
        "worker_certificates_by_site": ["tenant_id", "site_id", "created_at", "certificate_id"],
        "worker_certificates_by_time": ["tenant_id", "created_at", "certificate_id"],
        "worker_certificates_by_worker": ["tenant_id", "worker_id"],
    }.items():
        op.create_index(name, "worker_certificates", columns)
    enable_tenant_rls("worker_certificates")
    # What was signed with a certificate's key, once, until it could not be used any more.
    op.create_table(
        "used_assertions",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("certificate_id", sa.UUID(), nullable=False),
        sa.Column("assertion_id", sa.UUID(), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "certificate_id", "assertion_id", name="used_assertions_pkey"),
    )
    op.create_index("used_assertions_by_time", "used_assertions", ["tenant_id", "kept_until"])
    enable_tenant_rls("used_assertions")


def downgrade() -> None:
    for table in ("used_assertions", "worker_certificates", "join_tokens"):
        op.drop_table(table)
