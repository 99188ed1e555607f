"""Tenants, their revision counter, and the function that every policy asks for the tenant."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import APPLICATION, OWNER, PLATFORM

from footfall_migrations.rls import enable_tenant_rls

revision = "0001"
down_revision = None


def upgrade() -> None:
    # A pooled connection that had a tenant once shows an empty text, not NULL, when none is set.
    op.execute(
        """
        create function footfall_current_tenant() returns uuid
        language plpgsql stable parallel safe
        as $$
        declare
          tenant text := current_setting('app.tenant_id', true);
        begin
          if tenant is null or tenant = '' then
            raise exception 'no tenant is set for this transaction' using errcode = 'insufficient_privilege';
          end if;
          return tenant::uuid;
        end
        $$
        """
    )
    op.execute("revoke execute on function footfall_current_tenant() from public")
    op.execute(f"grant execute on function footfall_current_tenant() to {OWNER}, {APPLICATION}")
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(collation="C"), sa.Computed("lower(display_name)", persisted=True)),
        sa.Column("request_id", sa.UUID()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="tenants_pkey"),
        sa.UniqueConstraint("name_key", name="tenants_name_key"),
        sa.UniqueConstraint("request_id", name="tenants_request_id_key"),
    )
    enable_tenant_rls("tenants")
    op.execute(f"create policy platform on tenants to {PLATFORM} using (true) with check (true)")
    op.execute(f"grant select, insert, update, delete on tenants to {PLATFORM}")
    op.create_table(
        "tenant_revisions",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("compacted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="tenant_revisions_pkey"),
        sa.CheckConstraint(
            "0 <= compacted and compacted <= revision", name=op.f("tenant_revisions_order_check")
        ),
    )
    enable_tenant_rls("tenant_revisions")


def downgrade() -> None:
    op.drop_table("tenant_revisions")
    op.drop_table("tenants")
    op.execute("drop function footfall_current_tenant()")
