"""Marks of days say which moments they tell of, so that no day is counted for what happened on another.

A day of UTC has a part in two business days almost everywhere.
"""

import sqlalchemy as sa
from alembic import op

from footfall_migrations.versions.r0027_report_days import (
    CHANGED_SIGHTINGS,
    CHANGED_VISITS,
    FUNCTION,
    MARK_DAYS,
    MARK_SIGHTINGS,
    MARK_VISITS,
)

revision = "0038"
down_revision = "0037"

# A person's becoming staff, and a change of rules, mark whole days of UTC as before.
_MARKING = {"visits": (MARK_VISITS, CHANGED_VISITS), "sightings": (MARK_SIGHTINGS, CHANGED_SIGHTINGS)}
_MARK_MOMENTS = {
    "insert": """
      insert into report_day_marks (tenant_id, site_id, utc_day, first_at, last_at)
      select tenant_id, site_id, (first_seen_at at time zone 'UTC')::date,
             min(first_seen_at), max(first_seen_at)""",
    "grouped": "group by 1, 2, 3",
}


def upgrade() -> None:
    for name in ("first_at", "last_at"):
        op.add_column("report_day_marks", sa.Column(name, sa.DateTime(timezone=True)))
    _mark(_MARK_MOMENTS)


def downgrade() -> None:
    _mark(MARK_DAYS)
    for name in ("last_at", "first_at"):
        op.drop_column("report_day_marks", name)


def _mark(what: dict[str, str]) -> None:
    for table, (body, changes) in _MARKING.items():
        for event, changed in changes.items():
            marking = body.format(changed=changed, **what)
            name = f"footfall_mark_{table}_{event}"
            op.execute(FUNCTION.format(name=name, body=marking, or_replace="or replace"))
