"""Row-level security, the same for every table that holds a tenant's data."""

from alembic import op
from footfall_server.storage.postgres.roles import APPLICATION, OWNER

POLICY = "tenant_isolation"
SITE_POLICY = "site_isolation"


def enable_tenant_rls(table: str) -> None:
    """Shows and takes only rows of the tenant that the transaction was opened for.

    Forced, so that the owner is bound as well; the tenant is asked once per statement, not per row. Where
    no tenant is set, footfall_current_tenant() raises, so a forgotten tenant never looks like no rows.
    """
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(
        f"create policy {POLICY} on {table} to {OWNER}, {APPLICATION} "
        "using (tenant_id = (select footfall_current_tenant())) "
        "with check (tenant_id = (select footfall_current_tenant()))"
    )
    op.execute(f"grant select, insert, update, delete on {table} to {APPLICATION}")


def enable_site_rls(table: str) -> None:
    """Keeps the application, inside its tenant, to the sites that the transaction was opened for.

    Restrictive, so that no other policy widens it. It binds the application alone: what the owner's view
    tells of all sites of the tenant is decided there. footfall_current_sites() is null for all of them, is
    asked once per statement, and raises where nothing was set.
    """
    sees = (
        "((select footfall_current_sites()) is null "
        "or site_id = any ((select footfall_current_sites())::uuid[]))"
    )
    op.execute(
        f"create policy {SITE_POLICY} on {table} as restrictive to {APPLICATION} "
        f"using {sees} with check {sees}"
    )


def enable_sites_rls(table: str) -> None:
    """As enable_site_rls, for rows that belong to several sites: seen by whoever may see one of them.

    A row of no site is seen by those alone who may see all sites.
    """
    sees = (
        "((select footfall_current_sites()) is null or site_ids && (select footfall_current_sites())::uuid[])"
    )
    op.execute(
        f"create policy {SITE_POLICY} on {table} as restrictive to {APPLICATION} "
        f"using {sees} with check {sees}"
    )


def without_rls(table: str, statement: str) -> None:
    """Runs a statement over every tenant's rows of a table: forced, the policy binds the owner as well."""
    op.execute(f"alter table {table} no force row level security")
    op.execute(statement)
    op.execute(f"alter table {table} force row level security")
