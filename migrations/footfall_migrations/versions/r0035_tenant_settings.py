"""What a tenant settles for all of its sites: where weeks begin, and the days of new sites."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column(
        "tenants", sa.Column("week_start", sa.Text(), nullable=False, server_default=sa.text("'monday'"))
    )
    op.add_column(
        "tenants",
        sa.Column(
            "business_day_start",
            sa.Interval(),
            nullable=False,
            server_default=sa.text("'04:00:00'::interval"),
        ),
    )
    op.create_check_constraint(
        op.f("tenants_week_start_check"),
        "tenants",
        "week_start in ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')",
    )


def downgrade() -> None:
    op.drop_column("tenants", "business_day_start")
    op.drop_column("tenants", "week_start")
