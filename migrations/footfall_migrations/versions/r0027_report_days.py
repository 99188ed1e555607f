"""Days of reports that are kept, and marks of what changed since."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_site_rls, enable_tenant_rls, without_rls

revision = "0027"
down_revision = "0026"

# As the owner, since a change at one site may tell of another: the first visit of somebody elsewhere is the
# first no more. The owner is bound by the tenant's policy, so no mark is made in another tenant.
FUNCTION = """
    create {or_replace} function {name}() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
    begin
      {body}
      return null;
    end
    $$
"""

# A visit's own day, and the day of whoever's first visit that is the first no longer, or is it again: of the
# visits that did not change only the earliest can be that, and only when something changed before it.
MARK_VISITS = """
      with changed as materialized ({changed}), begun as (
        select tenant_id, site_id, first_seen_at from changed
        union
        select person.tenant_id, first.site_id, first.first_seen_at
        from (
          select tenant_id, customer_id, min(first_seen_at) as since from changed
          group by tenant_id, customer_id
        ) as person
        cross join lateral (
          select visits.site_id, visits.first_seen_at from visits
          where visits.tenant_id = person.tenant_id and visits.customer_id = person.customer_id
            and visits.visit_id not in (select visit_id from changed)
          order by visits.first_seen_at, visits.visit_id limit 1
        ) as first
        where first.first_seen_at >= person.since
        union
        select person.tenant_id, person.site_id, first.first_seen_at
        from (
          select tenant_id, customer_id, site_id, min(first_seen_at) as since from changed
          group by tenant_id, customer_id, site_id
        ) as person
        cross join lateral (
          select visits.first_seen_at from visits
          where visits.tenant_id = person.tenant_id and visits.customer_id = person.customer_id
            and visits.site_id = person.site_id
            and visits.visit_id not in (select visit_id from changed)
          order by visits.first_seen_at, visits.visit_id limit 1
        ) as first
        where first.first_seen_at >= person.since
      )
      {insert} from begun {grouped};
"""
CHANGED_VISITS = {
    "insert": "select tenant_id, visit_id, site_id, customer_id, first_seen_at from fresh",
    "update": """
        select tenant_id, visit_id, given.* from gone join fresh using (tenant_id, visit_id)
        cross join lateral (
          values (gone.site_id, gone.customer_id, gone.first_seen_at),
                 (fresh.site_id, fresh.customer_id, fresh.first_seen_at)
        ) as given (site_id, customer_id, first_seen_at)
        where (gone.site_id, gone.customer_id, gone.first_seen_at)
          is distinct from (fresh.site_id, fresh.customer_id, fresh.first_seen_at)""",
    "delete": "select tenant_id, visit_id, site_id, customer_id, first_seen_at from gone",
}

MARK_SIGHTINGS = """
      {insert} from ({changed}) as changed where visit_id is null {grouped};
"""
CHANGED_SIGHTINGS = {
    "insert": "select * from fresh",
    "update": """
        select tenant_id, given.* from gone join fresh using (tenant_id, track_id)
        cross join lateral (
          values (gone.site_id, gone.first_seen_at, gone.visit_id),
                 (fresh.site_id, fresh.first_seen_at, fresh.visit_id)
        ) as given (site_id, first_seen_at, visit_id)
        where (gone.site_id, gone.customer_id, gone.first_seen_at, gone.visit_id is null)
          is distinct from (fresh.site_id, fresh.customer_id, fresh.first_seen_at, fresh.visit_id is null)""",
    "delete": "select * from gone",
}

# Whether somebody works here says whether sightings without a visit are of staff.
_MARK_CUSTOMERS = """
      insert into report_day_marks (tenant_id, site_id, utc_day)
      select distinct sightings.tenant_id, sightings.site_id,
             (sightings.first_seen_at at time zone 'UTC')::date
      from ({changed}) as changed join sightings using (tenant_id, customer_id)
      where sightings.visit_id is null;
"""
_CHANGED_CUSTOMERS = {
    "update": """
        select tenant_id, customer_id from gone join fresh using (tenant_id, customer_id)
        where gone.kind <> fresh.kind""",
    "delete": "select tenant_id, customer_id from gone",
}
_FORGET_NUMBERS = """
      delete from report_people using gone
      where report_people.tenant_id = gone.tenant_id and report_people.customer_id = gone.customer_id;
"""

# A rule holds from a moment on: which day what began since then belongs to may be another now.
_MARK_RULES = """
      insert into report_day_marks (tenant_id, site_id, utc_day)
      select changed.tenant_id, changed.site_id, (begun.first_seen_at at time zone 'UTC')::date
      from ({changed}) as changed cross join lateral (
        select first_seen_at from visits
        where visits.tenant_id = changed.tenant_id and visits.site_id = changed.site_id
          and visits.first_seen_at >= coalesce(changed.effective_at, '-infinity') - interval '2 days'
        union
        select first_seen_at from sightings
        where sightings.tenant_id = changed.tenant_id and sightings.site_id = changed.site_id
          and sightings.visit_id is null
          and sightings.first_seen_at >= coalesce(changed.effective_at, '-infinity') - interval '2 days'
      ) as begun group by 1, 2, 3;
"""
_CHANGED_RULES = {
    "insert": "select * from fresh",
    "update": "select * from gone union all select * from fresh",
    "delete": "select * from gone",
}

_MARKING = {
    "visits": (MARK_VISITS, CHANGED_VISITS),
    "sightings": (MARK_SIGHTINGS, CHANGED_SIGHTINGS),
    "customers": (_MARK_CUSTOMERS, _CHANGED_CUSTOMERS),
    "site_rules": (_MARK_RULES, _CHANGED_RULES),
}
# A later migration marks the moments, too.
MARK_DAYS = {
    "insert": """
      insert into report_day_marks (tenant_id, site_id, utc_day)
      select distinct tenant_id, site_id, (first_seen_at at time zone 'UTC')::date""",
    "grouped": "",
}
_REFERENCING = {
    "insert": "new table as fresh",
    "update": "old table as gone new table as fresh",
    "delete": "old table as gone",
}


def upgrade() -> None:
    op.create_table(
        "report_days",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visits", sa.LargeBinary(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("unidentifiable", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "site_id", "day", name="report_days_pkey"),
    )
    # Numbers are packed and do not shrink any more; a compressed value costs more to read than it saves.
    op.execute("alter table report_days alter column visits set storage external")
    op.create_table(
        "report_day_marks",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("mark_id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("utc_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "mark_id", name="report_day_marks_pkey"),
    )
    op.create_table(
        "report_people",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "customer_id", name="report_people_pkey"),
        sa.UniqueConstraint("tenant_id", "number", name="report_people_number_key"),
    )
    for table, (body, changes) in _MARKING.items():
        for event, changed in changes.items():
            name = f"footfall_mark_{table}_{event}"
            marking = body.format(changed=changed, **MARK_DAYS)
            if (table, event) == ("customers", "delete"):
                marking += _FORGET_NUMBERS
            op.execute(FUNCTION.format(name=name, body=marking, or_replace=""))
            op.execute(f"revoke execute on function {name}() from public")
            op.execute(
                f"create trigger {table}_report_days_{event} after {event} on {table} "
                f"referencing {_REFERENCING[event]} for each statement execute function {name}()"
            )
    # What was counted until now is kept from now on.
    without_rls("visits", _mark_all("visits"))
    without_rls("sightings", _mark_all("sightings", "where visit_id is null"))
    for table in ("report_days", "report_day_marks", "report_people"):
        enable_tenant_rls(table)
    for table in ("report_days", "report_day_marks"):
        enable_site_rls(table)
    op.execute(f"create policy platform_reads on report_day_marks for select to {PLATFORM} using (true)")
    op.execute(f"grant select (tenant_id) on report_day_marks to {PLATFORM}")


def _mark_all(table: str, condition: str = "") -> str:
    begun = "tenant_id, site_id, (first_seen_at at time zone 'UTC')::date"
    marks = "insert into report_day_marks (tenant_id, site_id, utc_day)"
    return f"{marks} select distinct {begun} from {table} {condition}"  # noqa: S608 - words of this module


def downgrade() -> None:
    for table, (_, changes) in _MARKING.items():
        for event in changes:
            op.execute(f"drop trigger {table}_report_days_{event} on {table}")
            op.execute(f"drop function footfall_mark_{table}_{event}()")
    for table in ("report_people", "report_day_marks", "report_days"):
        op.drop_table(table)
