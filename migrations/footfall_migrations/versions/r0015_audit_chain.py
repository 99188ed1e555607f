"""The audit log as a chain of hashes that only the database writes, and the installation's own log."""
# ruff: noqa: S608  # what is put into statements are constants of this file

import sqlalchemy as sa
from alembic import op
from footfall_server.storage.postgres.roles import APPLICATION, PLATFORM

from footfall_migrations.rls import enable_tenant_rls, without_rls

NO_TENANT = "00000000-0000-0000-0000-000000000000"
EMPTY_HASH = f"'\\x{'00' * 32}'::bytea"

RENAMED = {
    "create_customer": "customer.create",
    "update_customer": "customer.update",
    "delete_customer": "customer.delete",
    "merge_customers": "customer.merge",
    "unmerge_customers": "customer.unmerge",
    "split_customer": "customer.split",
    "mark_distinct": "customer.mark_distinct",
    "unmark_distinct": "customer.unmark_distinct",
    "accept_suggestion": "suggestion.accept",
    "dismiss_suggestion": "suggestion.dismiss",
}
"""Actions were named in two ways. Afterwards it would be too late: the names are part of the chain."""

revision = "0015"
down_revision = "0014"

# As domain/audit_chain.py says, and written apart from it.
HASH_FUNCTION = """
    create function footfall_audit_hash(entry audit_log) returns bytea
    language sql immutable parallel safe
    set search_path = pg_catalog, pg_temp
    as $$
    select sha256(string_agg(
      case when given.value is null then '\\xffffffff'::bytea
      else int4send(octet_length(convert_to(given.value, 'UTF8'))) || convert_to(given.value, 'UTF8') end,
      ''::bytea order by given.place))
    from unnest(array[
      'footfall-audit-1',
      entry.tenant_id::text,
      entry.sequence::text,
      encode(entry.previous_hash, 'hex'),
      entry.audit_id::text,
      ((extract(epoch from entry.at) * 1000000)::bigint)::text,
      entry.actor_id::text,
      entry.actor_role,
      entry.action,
      entry.resource,
      entry.resource_id::text,
      entry.detail
    ]) with ordinality as given (value, place)
    $$
"""

# The head stays locked until the commit, which gives the entries of a log their order. As the owner, since
# the application may not write heads; the owner is bound by row-level security, so that outside any tenant,
# where footfall_current_tenant() raises, this acts in the installation's own log and in no other.
CHAIN_FUNCTION = f"""
    create function footfall_chain_audit_entry() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
    declare
      outside boolean := coalesce(current_setting('app.tenant_id', true), '') = '';
      head audit_heads;
    begin
      if outside then
        perform set_config('app.tenant_id', '{NO_TENANT}', true);
      end if;
      select * into head from audit_heads where tenant_id = new.tenant_id for update;
      if not found then
        insert into audit_heads (tenant_id, sequence, hash)
        values (new.tenant_id, 0, {EMPTY_HASH}) on conflict do nothing;
        select * into strict head from audit_heads where tenant_id = new.tenant_id for update;
      end if;
      new.sequence := head.sequence + 1;
      new.previous_hash := head.hash;
      new.hash := footfall_audit_hash(new);
      update audit_heads set sequence = new.sequence, hash = new.hash where tenant_id = new.tenant_id;
      if outside then
        perform set_config('app.tenant_id', '', true);
      end if;
      return new;
    end
    $$
"""

# The one way to take entries away: with a tenant that is gone by then.
FORGET_FUNCTION = f"""
    create function footfall_forget_audit_log(forgotten uuid) returns void
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
    declare
      before text := coalesce(current_setting('app.tenant_id', true), '');
    begin
      perform set_config('app.tenant_id', forgotten::text, true);
      if forgotten = '{NO_TENANT}' or exists (select from tenants where tenant_id = forgotten) then
        raise exception 'the audit log of a tenant goes with the tenant, and not before'
          using errcode = 'insufficient_privilege';
      end if;
      delete from audit_log where tenant_id = forgotten;
      delete from audit_heads where tenant_id = forgotten;
      perform set_config('app.tenant_id', before, true);
    end
    $$
"""

BACKFILL = f"""
    do $$
    declare
      entry audit_log;
      head audit_heads;
    begin
      for entry in select * from audit_log order by tenant_id, at, audit_id loop
        if head.tenant_id is distinct from entry.tenant_id then
          if head.tenant_id is not null then
            insert into audit_heads values (head.*);
          end if;
          head := row(entry.tenant_id, 0, {EMPTY_HASH});
        end if;
        entry.sequence := head.sequence + 1;
        entry.previous_hash := head.hash;
        entry.hash := footfall_audit_hash(entry);
        update audit_log
        set sequence = entry.sequence, previous_hash = entry.previous_hash, hash = entry.hash
        where tenant_id = entry.tenant_id and audit_id = entry.audit_id;
        head.sequence := entry.sequence;
        head.hash := entry.hash;
      end loop;
      if head.tenant_id is not null then
        insert into audit_heads values (head.*);
      end if;
    end
    $$
"""


def upgrade() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="audit_heads_pkey"),
    )
    op.add_column("audit_log", sa.Column("sequence", sa.BigInteger()))
    op.add_column("audit_log", sa.Column("previous_hash", sa.LargeBinary()))
    op.add_column("audit_log", sa.Column("hash", sa.LargeBinary()))
    for column in ("actor_id", "resource_id"):
        op.alter_column("audit_log", column, nullable=True)
        # What `downgrade` wrote where there was nobody.
        without_rls("audit_log", f"update audit_log set {column} = null where {column} = '{NO_TENANT}'")
    without_rls("audit_log", _renaming(RENAMED))
    op.execute(HASH_FUNCTION)
    without_rls("audit_log", BACKFILL)  # the policies of audit_heads come after it
    for column in ("sequence", "previous_hash", "hash"):
        op.alter_column("audit_log", column, nullable=False)
    op.create_unique_constraint("audit_log_sequence_key", "audit_log", ["tenant_id", "sequence"])
    op.create_index("audit_log_by_actor", "audit_log", ["tenant_id", "actor_id", "sequence"])
    op.create_index("audit_log_by_resource", "audit_log", ["tenant_id", "resource_id", "sequence"])
    op.create_index("audit_log_by_action", "audit_log", ["tenant_id", "action", "sequence"])
    op.execute(CHAIN_FUNCTION)
    op.execute(FORGET_FUNCTION)
    op.execute(
        "create trigger audit_log_chain before insert on audit_log "
        "for each row execute function footfall_chain_audit_entry()"
    )
    enable_tenant_rls("audit_heads")
    op.execute(f"revoke insert, update, delete on audit_heads from {APPLICATION}")
    op.execute(f"revoke delete on audit_log from {APPLICATION}")
    for function in (
        "footfall_audit_hash(audit_log)",
        "footfall_chain_audit_entry()",
        "footfall_forget_audit_log(uuid)",
    ):
        op.execute(f"revoke execute on function {function} from public")
    op.execute(f"grant execute on function footfall_forget_audit_log(uuid) to {PLATFORM}")
    for table in ("audit_log", "audit_heads"):
        op.execute(
            f"create policy platform_reads_its_own on {table} for select to {PLATFORM} "
            f"using (tenant_id = '{NO_TENANT}')"
        )
        op.execute(f"grant select on {table} to {PLATFORM}")
    op.execute(
        f"create policy platform_adds_to_its_own on audit_log for insert to {PLATFORM} "
        f"with check (tenant_id = '{NO_TENANT}')"
    )
    op.execute(f"grant insert on audit_log to {PLATFORM}")


def downgrade() -> None:
    op.execute("drop trigger audit_log_chain on audit_log")
    op.execute("drop function footfall_forget_audit_log(uuid)")
    op.execute("drop function footfall_chain_audit_entry()")
    op.execute("drop function footfall_audit_hash(audit_log)")
    op.drop_table("audit_heads")
    op.execute("drop policy platform_adds_to_its_own on audit_log")
    op.execute("drop policy platform_reads_its_own on audit_log")
    op.execute(f"revoke select, insert on audit_log from {PLATFORM}")
    op.execute(f"grant delete on audit_log to {APPLICATION}")
    for index in ("audit_log_by_action", "audit_log_by_resource", "audit_log_by_actor"):
        op.drop_index(index, "audit_log")
    for column in ("sequence", "previous_hash", "hash"):
        op.drop_column("audit_log", column)
    without_rls("audit_log", _renaming({new: old for old, new in RENAMED.items()}))
    for column in ("actor_id", "resource_id"):
        without_rls("audit_log", f"update audit_log set {column} = '{NO_TENANT}' where {column} is null")
        op.alter_column("audit_log", column, nullable=False)


def _renaming(names: dict[str, str]) -> str:
    pairs = ", ".join(f"('{old}', '{new}')" for old, new in names.items())
    return (
        f"update audit_log set action = given.new from (values {pairs}) as given (old, new) "
        "where audit_log.action = given.old"
    )
