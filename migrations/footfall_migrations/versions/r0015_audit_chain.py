"""The audit log as a chain of hashes, and the installation's own log."""

from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

NO_TENANT = "00000000-0000-0000-0000-000000000000"

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute(
        f"create policy platform_adds on audit_log for insert to {PLATFORM} "
        f"with check (tenant_id = '{NO_TENANT}')"
    )
    op.execute(f"grant insert on audit_log to {PLATFORM}")


def downgrade() -> None:
    op.execute(f"revoke insert on audit_log from {PLATFORM}")
    op.execute("drop policy platform_adds on audit_log")
