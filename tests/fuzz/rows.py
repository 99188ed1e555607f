"""What is in the database, as seen by its superuser: counts of all tables, and a tenant's rows as a hash."""

from collections.abc import Mapping, Sequence

import asyncpg

# Rows that refused calls may leave, because they are about refusing.
RECORDS_REFUSALS = frozenset({"login_attempts", "audit_log"})
# What the core does by itself for every tenant, at its own time.
BY_ITSELF = frozenset({"job_runs", "index_outbox", "event_cursors", "webhook_deliveries"})


class Rows:
    """Looks into one database."""

    def __init__(self, connection: asyncpg.Connection, tables: Sequence[str], owned: Sequence[str]) -> None:
        self._connection = connection
        self._tables = tables
        self._owned = owned

    @classmethod
    async def of(cls, connection: asyncpg.Connection) -> "Rows":
        """Finds the tables, and which of them belong to tenants."""
        tables = await connection.fetch(
            "select tablename from pg_tables where schemaname = 'public' order by tablename"
        )
        owned = await connection.fetch(
            "select table_name from information_schema.columns "
            "where table_schema = 'public' and column_name = 'tenant_id' order by table_name"
        )
        names = [row["tablename"] for row in tables]
        return cls(connection, names, [row["table_name"] for row in owned if row["table_name"] in names])

    async def counts(self) -> Mapping[str, int]:
        """How many rows each table has."""
        each = [f"select '{name}' as name, count(*) as rows from {name}" for name in self._tables]  # noqa: S608
        return {row["name"]: row["rows"] for row in await self._connection.fetch(" union all ".join(each))}

    async def of_tenant(self, tenant_id: str) -> Mapping[str, str]:
        """A hash over all of a tenant's rows, by table."""
        found = {}
        for name in self._owned:
            if name not in BY_ITSELF:
                found[name] = await self._connection.fetchval(
                    f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) "  # noqa: S608
                    f"from {name} t where tenant_id = $1::uuid",
                    tenant_id,
                )
        return found


def grown(before: Mapping[str, int], after: Mapping[str, int]) -> Mapping[str, int]:
    """The tables that have more rows than before, and how many more."""
    return {
        name: rows - before.get(name, 0)
        for name, rows in after.items()
        if rows > before.get(name, 0) and name not in RECORDS_REFUSALS | BY_ITSELF
    }
