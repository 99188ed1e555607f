"""What the days of reports are counted from is in the indexes by themselves.

A day is hundreds of visits, each looked up by itself: where the visits lie was read for each of them.
"""

from alembic import op

revision = "0037"
down_revision = "0036"

_INDEXES = {
    "visits_by_site": (["tenant_id", "site_id", "first_seen_at", "visit_id"], "customer_id"),
    "visits_by_customer": (["tenant_id", "customer_id", "first_seen_at", "visit_id"], "site_id"),
}


def upgrade() -> None:
    for name, (columns, included) in _INDEXES.items():
        op.drop_index(name, "visits")
        op.create_index(name, "visits", columns, postgresql_include=[included])
    _key_of_people("include (number)")


def downgrade() -> None:
    for name, (columns, _) in _INDEXES.items():
        op.drop_index(name, "visits")
        op.create_index(name, "visits", columns)
    _key_of_people()


def _key_of_people(included: str = "") -> None:
    op.execute(
        "alter table report_people drop constraint report_people_pkey, "
        f"add constraint report_people_pkey primary key (tenant_id, customer_id) {included}"
    )
