"""Which models a tenant's people are recognised by, moves from one to another, and calibrations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from footfall_migrations.rls import enable_tenant_rls

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # A tenant without rows here takes the installation's model.
    op.create_table(
        "tenant_models",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "model_id", name="tenant_models_pkey"),
    )
    enable_tenant_rls("tenant_models")
    op.create_table(
        "model_changes",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("model_change_id", sa.UUID(), nullable=False),
        sa.Column("from_model_id", sa.Text(), nullable=False),
        sa.Column("to_model_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("request_id", sa.UUID()),
        # Which replica embeds, and until when nobody else does.
        sa.Column("lease_holder", sa.UUID()),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        # How far it was when it ended: the faces that this was counted from are gone by then.
        sa.Column("face_count", sa.BigInteger()),
        sa.Column("done_count", sa.BigInteger()),
        sa.Column("lost_count", sa.BigInteger()),
        sa.Column("lost_customer_count", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant_id", "model_change_id", name="model_changes_pkey"),
        sa.UniqueConstraint("tenant_id", "request_id", name="model_changes_request_id_key"),
        sa.CheckConstraint(
            "state in ('running', 'paused', 'finished', 'rolled_back')", name="model_changes_state_check"
        ),
    )
    # One change at a time.
    op.create_index(
        "model_changes_open",
        "model_changes",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("state in ('running', 'paused')"),
    )
    enable_tenant_rls("model_changes")
    # Exemplars that the new model could not embed.
    op.create_table(
        "model_change_losses",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("model_change_id", sa.UUID(), nullable=False),
        sa.Column("exemplar_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "model_change_id", "exemplar_id", name="model_change_losses_pkey"
        ),
    )
    enable_tenant_rls("model_change_losses")
    op.create_table(
        "calibrations",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("target_rate", sa.Double(), nullable=False),
        sa.Column("false_match_rates", ARRAY(sa.Double()), nullable=False),
        sa.Column("cosines", ARRAY(sa.Double()), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "model_id", name="calibrations_pkey"),
    )
    enable_tenant_rls("calibrations")


def downgrade() -> None:
    for table in ("calibrations", "model_change_losses", "model_changes", "tenant_models"):
        op.drop_table(table)
