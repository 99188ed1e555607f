"""Sessions, revocations, and what keeps passwords from being guessed."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
