"""Visit rules with the time that they hold from, and visits that belong to a business day.

`sightings.visit_seed` is the id that a visit founded by this sighting has; a visit's id is the lowest seed
of its sightings, so whatever is joined, parted and joined again has the same id each time.
"""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.rls import enable_tenant_rls, without_rls

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "site_rules",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True)),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("visit_gap", sa.Interval(), nullable=False),
        sa.Column("business_day_start", sa.Interval(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "site_id", "rule_version", name="site_rules_pkey"),
    )
    without_rls(
        "sites",
        "insert into site_rules "
        "(tenant_id, site_id, rule_version, time_zone, visit_gap, business_day_start) "
        "select tenant_id, site_id, 1, time_zone, visit_gap, business_day_start from sites",
    )
    op.add_column("visits", sa.Column("business_day", sa.Date()))
    op.execute("alter table sites no force row level security")
    without_rls(
        "visits",
        "update visits set business_day = coalesce((select ((visits.first_seen_at at time zone "
        "sites.time_zone) - sites.business_day_start)::date from sites "
        "where sites.tenant_id = visits.tenant_id and sites.site_id = visits.site_id), "
        "(visits.first_seen_at at time zone 'UTC')::date)",
    )
    op.execute("alter table sites force row level security")
    op.alter_column("visits", "business_day", nullable=False)
    op.add_column("sightings", sa.Column("visit_seed", sa.UUID()))
    # One sighting of each visit gives it its id; the seeds of the others are above every id made by time.
    without_rls(
        "sightings",
        "update sightings set visit_seed = case when track_id = (select min(other.track_id::text)::uuid "
        "from sightings other where other.tenant_id = sightings.tenant_id "
        "and other.visit_id = sightings.visit_id) then visit_id "
        "else ('ffffffff' || substr(md5(track_id::text), 9))::uuid end "
        "where visit_id is not null",
    )
    enable_tenant_rls("site_rules")


def downgrade() -> None:
    op.drop_column("sightings", "visit_seed")
    op.drop_column("visits", "business_day")
    op.drop_table("site_rules")
