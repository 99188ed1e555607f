"""Sites as a second wall inside a tenant."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import APPLICATION, OWNER

from footfall_migrations.rls import SITE_POLICY, enable_site_rls

revision = "0017"
down_revision = "0016"

_SITED = ("recorded_events", "decisions")
"""Tables whose rows belong to a site and did not say so."""
_NO_SITE = "'00000000-0000-0000-0000-000000000000'"
"""Of events that were recorded before and of which nothing else is left: no site's."""


def upgrade() -> None:
    # As for the tenant: whoever forgot to say which sites gets an error, and never all rows or none.
    op.execute(
        """
        create function footfall_current_sites() returns uuid[]
        language plpgsql stable parallel safe
        as $$
        declare
          sites text := current_setting('app.site_ids', true);
        begin
          if sites is null or sites = '' then
            raise exception 'no sites are set for this transaction' using errcode = 'insufficient_privilege';
          end if;
          if sites = 'all' then
            return null;
          end if;
          return sites::uuid[];
        end
        $$
        """
    )
    op.execute("revoke execute on function footfall_current_sites() from public")
    op.execute(f"grant execute on function footfall_current_sites() to {OWNER}, {APPLICATION}")
    for table in _SITED:
        op.add_column(
            table, sa.Column("site_id", sa.UUID(), nullable=False, server_default=sa.text(_NO_SITE))
        )
    _fill()
    for table in _SITED:
        op.alter_column(table, "site_id", server_default=None)
    for table in _tables_with("site_id"):
        enable_site_rls(table)
    # Whether a visit is the customer's first is asked of the whole tenant (ADR 0012), also by those who may
    # see one of its sites. The owner's view tells that much and no more: when, not where.
    op.execute(
        "create view visit_times as select tenant_id, customer_id, first_seen_at, visit_id from visits"
    )
    op.execute(f"grant select on visit_times to {APPLICATION}")


def downgrade() -> None:
    op.execute("drop view visit_times")
    for table in _tables_with("site_id"):
        op.execute(f"drop policy {SITE_POLICY} on {table}")
    for table in _SITED:
        op.drop_column(table, "site_id")
    op.execute("drop function footfall_current_sites()")


def _tables_with(column: str) -> Sequence[str]:
    """As they are at this revision."""
    found = op.get_bind().execute(
        sa.text(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid "
            "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') "
            "and a.attname = :column and not a.attisdropped order by c.relname"
        ),
        {"column": column},
    )
    return list(found.scalars())


def _fill() -> None:
    """Says of every event that is still explained, or whose track is still known, where it was."""
    tables = (*_SITED, "sightings")
    for table in tables:
        op.execute(f"alter table {table} no force row level security")
    op.execute("update decisions set site_id = coalesce((detail::jsonb ->> 'site_id')::uuid, site_id)")
    op.execute(
        "update recorded_events as event set site_id = decisions.site_id from decisions "
        "where decisions.tenant_id = event.tenant_id and decisions.event_id = event.event_id"
    )
    # Of a sender that keeps no tracks the event is the track.
    op.execute(
        "update recorded_events as event set site_id = sightings.site_id from sightings "
        "where sightings.tenant_id = event.tenant_id and sightings.track_id = event.event_id"
    )
    for table in tables:
        op.execute(f"alter table {table} force row level security")
