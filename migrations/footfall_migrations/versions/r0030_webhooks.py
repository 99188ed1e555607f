"""Receivers of events, what is on its way to them, and how far the log of changes was carried."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_site_rls, enable_sites_rls, enable_tenant_rls

revision = "0030"
down_revision = "0029"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_webhooks()
    _create_deliveries()
    op.create_table(
        "event_cursors",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.UUID()),
        sa.Column("claimed_until", _INSTANT),
        sa.PrimaryKeyConstraint("tenant_id", "reader", name="event_cursors_pkey"),
    )
    enable_tenant_rls("event_cursors")


def downgrade() -> None:
    for table in ("event_cursors", "webhook_deliveries", "webhooks"):
        op.drop_table(table)


def _create_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("webhook_id", sa.UUID(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("event_types", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("site_ids", sa.ARRAY(sa.UUID()), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("since_revision", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary()),
        sa.Column("previous_secret_until", _INSTANT),
        sa.Column("request_id", sa.UUID()),
        sa.Column("last_success_at", _INSTANT),
        sa.Column("consecutive_failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("last_failure", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("due_at", _INSTANT),
        sa.Column("claimed_by", sa.UUID()),
        sa.Column("claimed_until", _INSTANT),
        sa.PrimaryKeyConstraint("tenant_id", "webhook_id", name="webhooks_pkey"),
        sa.UniqueConstraint("tenant_id", "request_id", name="webhooks_request_id_key"),
        sa.CheckConstraint(
            "num_nulls(previous_secret, previous_secret_until) in (0, 2)",
            name="webhooks_previous_secret_is_whole_check",
        ),
        sa.CheckConstraint("enabled or due_at is null", name="webhooks_due_check"),
    )
    op.create_index("webhooks_by_time", "webhooks", ["tenant_id", "created_at", "webhook_id"])
    op.create_index("webhooks_due", "webhooks", ["due_at"], postgresql_where=sa.text("due_at is not null"))
    enable_tenant_rls("webhooks")
    enable_sites_rls("webhooks")
    op.execute(f"create policy platform_reads on webhooks for select to {PLATFORM} using (true)")
    op.execute(f"grant select (tenant_id, due_at, claimed_until) on webhooks to {PLATFORM}")


def _create_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("delivery_id", sa.UUID(), nullable=False),
        sa.Column("webhook_id", sa.UUID(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("occurred_at", _INSTANT, nullable=False),
        sa.Column("revision", sa.BigInteger()),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("resource_id", sa.UUID()),
        sa.Column("queued_at", _INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_attempt_at", _INSTANT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_attempt_at", _INSTANT),
        sa.Column("last_status", sa.Integer(), nullable=False),
        sa.Column("last_failure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "delivery_id", name="webhook_deliveries_pkey"),
        sa.CheckConstraint(
            "state in ('pending', 'delivered', 'dead')", name="webhook_deliveries_state_check"
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (next_attempt_at is not null)",
            name="webhook_deliveries_next_attempt_check",
        ),
    )
    for name, columns in {
        "webhook_deliveries_by_time": ["tenant_id", "queued_at", "delivery_id"],
        "webhook_deliveries_of_webhook": ["tenant_id", "webhook_id", "queued_at", "delivery_id"],
    }.items():
        op.create_index(name, "webhook_deliveries", columns)
    op.create_index(
        "webhook_deliveries_pending",
        "webhook_deliveries",
        ["tenant_id", "webhook_id", "revision"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    enable_tenant_rls("webhook_deliveries")
    enable_site_rls("webhook_deliveries")
