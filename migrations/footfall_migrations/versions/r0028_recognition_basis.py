"""Why a site may recognise people. Nobody is recognised at a site that has not said so yet."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_BASIS = ("lawful_basis", "basis_reference")
_MOMENTS = ("basis_recorded_at", "basis_expires_at")


def upgrade() -> None:
    op.add_column("sites", sa.Column("anonymous", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in _BASIS:
        op.add_column("sites", sa.Column(name, sa.Text()))
    for name in _MOMENTS:
        op.add_column("sites", sa.Column(name, sa.DateTime(timezone=True)))
    op.create_check_constraint(
        "sites_basis_is_whole_check", "sites", f"num_nulls({', '.join(_BASIS + _MOMENTS)}) in (0, 4)"
    )
    op.create_check_constraint(
        "sites_lawful_basis_check",
        "sites",
        "lawful_basis in ('explicit_consent', 'substantial_public_interest', 'other')",
    )


def downgrade() -> None:
    for name in ("anonymous", *_BASIS, *_MOMENTS):
        op.drop_column("sites", name)
