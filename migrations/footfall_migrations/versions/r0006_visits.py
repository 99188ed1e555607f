"""What was seen: events recorded once, sightings, and the visits that they make."""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "recorded_events",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.UUID()),
        sa.Column("visit_id", sa.UUID()),
        sa.Column("score", sa.Double()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "event_id", name="recorded_events_pkey"),
    )
    enable_tenant_rls("recorded_events")
    op.create_table(
        "sightings",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("track_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("camera_id", sa.UUID(), nullable=False),
        sa.Column("worker_id", sa.UUID()),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.UUID()),
        sa.Column("visit_id", sa.UUID()),
        sa.Column("score", sa.Double()),
        sa.Column("quality_score", sa.Double(), nullable=False),
        sa.Column("female_probability", sa.Double()),
        sa.Column("image_id", sa.UUID()),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "track_id", name="sightings_pkey"),
    )
    op.create_index(
        "sightings_by_visit",
        "sightings",
        ["tenant_id", "visit_id"],
        postgresql_where=sa.text("visit_id is not null"),
    )
    op.create_index(
        "sightings_by_camera",
        "sightings",
        ["tenant_id", "camera_id", "last_seen_at", "first_seen_at"],
        postgresql_where=sa.text("customer_id is not null"),
    )
    enable_tenant_rls("sightings")
    op.create_table(
        "visits",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("visit_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "visit_id", name="visits_pkey"),
    )
    op.create_index("visits_by_time", "visits", ["tenant_id", "first_seen_at", "visit_id"])
    op.create_index("visits_by_site", "visits", ["tenant_id", "site_id", "first_seen_at", "visit_id"])
    op.create_index("visits_by_customer", "visits", ["tenant_id", "customer_id", "first_seen_at", "visit_id"])
    enable_tenant_rls("visits")


def downgrade() -> None:
    op.drop_table("visits")
    op.drop_table("sightings")
    op.drop_table("recorded_events")
