"""How workers look at a camera's picture, and which pictures a site lets out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "sites", sa.Column("image_policy", sa.Text(), nullable=False, server_default=sa.text("'crops'"))
    )
    op.create_check_constraint(
        "sites_image_policy_check", "sites", "image_policy in ('none', 'crops', 'frames')"
    )
    op.add_column("cameras", sa.Column("settings", JSONB(), nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    op.drop_column("cameras", "settings")
    op.drop_column("sites", "image_policy")
