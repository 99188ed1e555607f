"""Days of reports that are kept, and marks of what changed since."""

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import PLATFORM

from footfall_migrations.rls import enable_site_rls, enable_tenant_rls, without_rls

revision = "0027"
down_revision = "0026"

# As the owner, since a change at one site may tell of another: the first visit of somebody elsewhere is the
# first no more. The owner is bound by the tenant's policy, so no mark is made in another tenant.
_DEFINED = """
    create function {name}() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
    {body}
    $$
"""

# A visit's own day, and the day of whoever's first visit that is the first no longer, or is it again: of the
# visits that did not change only the earliest can be that, and only when something changed before it.
_MARK_VISITS = """
    declare
      changed footfall_dated_visit[];
    begin
      if tg_op = 'INSERT' then
        select array_agg(row(tenant_id, visit_id, site_id, customer_id, first_seen_at)::footfall_dated_visit)
        into changed from fresh;
      elsif tg_op = 'DELETE' then
        select array_agg(row(tenant_id, visit_id, site_id, customer_id, first_seen_at)::footfall_dated_visit)
        into changed from gone;
      else
        select array_agg(each) into changed from (
          select unnest(array[
            row(gone.tenant_id, gone.visit_id, gone.site_id, gone.customer_id, gone.first_seen_at),
            row(fresh.tenant_id, fresh.visit_id, fresh.site_id, fresh.customer_id, fresh.first_seen_at)
          ]::footfall_dated_visit[]) as each
          from gone join fresh using (tenant_id, visit_id)
          where (gone.site_id, gone.customer_id, gone.first_seen_at)
            is distinct from (fresh.site_id, fresh.customer_id, fresh.first_seen_at)
        ) as moved;
      end if;
      if changed is null then
        return null;
      end if;
      insert into report_day_marks (tenant_id, site_id, utc_day)
      select tenant_id, site_id, (first_seen_at at time zone 'UTC')::date from unnest(changed)
      union
      select person.tenant_id, first.site_id, (first.first_seen_at at time zone 'UTC')::date
      from (
        select tenant_id, customer_id, min(first_seen_at) as since from unnest(changed)
        group by tenant_id, customer_id
      ) as person
      cross join lateral (
        select visits.site_id, visits.first_seen_at from visits
        where visits.tenant_id = person.tenant_id and visits.customer_id = person.customer_id
          and visits.visit_id not in (select visit_id from unnest(changed))
        order by visits.first_seen_at, visits.visit_id limit 1
      ) as first
      where first.first_seen_at >= person.since
      union
      select person.tenant_id, person.site_id, (first.first_seen_at at time zone 'UTC')::date
      from (
        select tenant_id, customer_id, site_id, min(first_seen_at) as since from unnest(changed)
        group by tenant_id, customer_id, site_id
      ) as person
      cross join lateral (
        select visits.first_seen_at from visits
        where visits.tenant_id = person.tenant_id and visits.customer_id = person.customer_id
          and visits.site_id = person.site_id
          and visits.visit_id not in (select visit_id from unnest(changed))
        order by visits.first_seen_at, visits.visit_id limit 1
      ) as first
      where first.first_seen_at >= person.since;
      return null;
    end
"""

_MARK_SIGHTINGS = """
    begin
      if tg_op = 'INSERT' then
        insert into report_day_marks (tenant_id, site_id, utc_day)
        select distinct tenant_id, site_id, (first_seen_at at time zone 'UTC')::date
        from fresh where visit_id is null;
      elsif tg_op = 'DELETE' then
        insert into report_day_marks (tenant_id, site_id, utc_day)
        select distinct tenant_id, site_id, (first_seen_at at time zone 'UTC')::date
        from gone where visit_id is null;
      else
        insert into report_day_marks (tenant_id, site_id, utc_day)
        select distinct tenant_id, given.site_id, (given.seen_at at time zone 'UTC')::date
        from gone join fresh using (tenant_id, track_id)
        cross join lateral (
          values (gone.site_id, gone.first_seen_at, gone.visit_id),
                 (fresh.site_id, fresh.first_seen_at, fresh.visit_id)
        ) as given (site_id, seen_at, visit_id)
        where given.visit_id is null
          and (gone.site_id, gone.customer_id, gone.first_seen_at, gone.visit_id is null)
            is distinct from (fresh.site_id, fresh.customer_id, fresh.first_seen_at, fresh.visit_id is null);
      end if;
      return null;
    end
"""

# Whether somebody works here says whether sightings without a visit are of staff.
_MARK_CUSTOMERS = """
    declare
      changed uuid[];
      tenant uuid;
    begin
      if tg_op = 'DELETE' then
        select array_agg(customer_id), min(tenant_id::text)::uuid into changed, tenant from gone;
        delete from report_people where tenant_id = tenant and customer_id = any (changed);
      else
        select array_agg(fresh.customer_id), min(tenant_id::text)::uuid into changed, tenant
        from gone join fresh using (tenant_id, customer_id) where gone.kind <> fresh.kind;
      end if;
      insert into report_day_marks (tenant_id, site_id, utc_day)
      select distinct tenant_id, site_id, (first_seen_at at time zone 'UTC')::date
      from sightings where tenant_id = tenant and customer_id = any (changed) and visit_id is null;
      return null;
    end
"""

# A rule holds from a moment on: which day what began since then belongs to may be another now.
_MARK_RULES = """
    declare
      changed site_rules := coalesce(new, old);
    begin
      insert into report_day_marks (tenant_id, site_id, utc_day)
      select changed.tenant_id, changed.site_id, (first_seen_at at time zone 'UTC')::date from (
        select first_seen_at from visits
        where tenant_id = changed.tenant_id and site_id = changed.site_id
          and first_seen_at >= coalesce(changed.effective_at, '-infinity') - interval '2 days'
        union
        select first_seen_at from sightings
        where tenant_id = changed.tenant_id and site_id = changed.site_id and visit_id is null
          and first_seen_at >= coalesce(changed.effective_at, '-infinity') - interval '2 days'
      ) as begun group by 3;
      return null;
    end
"""

_FUNCTIONS = {
    "visit": _MARK_VISITS,
    "sighting": _MARK_SIGHTINGS,
    "customer": _MARK_CUSTOMERS,
    "rule": _MARK_RULES,
}
_TABLES = {"visit": "visits", "sighting": "sightings", "customer": "customers"}


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
        sa.Column("mark_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
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
    op.execute(
        "create type footfall_dated_visit as "
        "(tenant_id uuid, visit_id uuid, site_id uuid, customer_id uuid, first_seen_at timestamptz)"
    )
    for name, body in _FUNCTIONS.items():
        op.execute(_DEFINED.format(name=f"footfall_mark_{name}_days", body=body))
    for name, table in _TABLES.items():
        for event, tables in {
            "insert": "new table as fresh",
            "update": "old table as gone new table as fresh",
            "delete": "old table as gone",
        }.items():
            if (table, event) == ("customers", "insert"):
                continue  # nothing was seen of them yet
            op.execute(
                f"create trigger {table}_report_days_{event} after {event} on {table} referencing {tables} "
                f"for each statement execute function footfall_mark_{name}_days()"
            )
    op.execute(
        "create trigger site_rules_report_days after insert or update or delete on site_rules "
        "for each row execute function footfall_mark_rule_days()"
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
    op.execute("drop trigger site_rules_report_days on site_rules")
    for table in _TABLES.values():
        for event in ("insert", "update", "delete"):
            op.execute(f"drop trigger if exists {table}_report_days_{event} on {table}")
    for name in _FUNCTIONS:
        op.execute(f"drop function footfall_mark_{name}_days()")
    op.execute("drop type footfall_dated_visit")
    for table in ("report_people", "report_day_marks", "report_days"):
        op.drop_table(table)
