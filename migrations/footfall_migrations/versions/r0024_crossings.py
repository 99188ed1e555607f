"""Which way somebody crossed a camera's entry line."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("sightings", sa.Column("crossing", sa.Text()))


def downgrade() -> None:
    op.drop_column("sightings", "crossing")
