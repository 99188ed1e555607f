"""Customers in PostgreSQL."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.person import Customer
from footfall_server.storage.postgres.statements import TenantConnection, insert_each, one_of
from footfall_server.storage.postgres.tables import customer_counters, customers

_COLUMNS = ("customer_id", "number", "display_name", "created_at")
_ADD = insert_each(customers, _COLUMNS)


class PostgresCustomers:
    """CustomerRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def existing(self, customer_ids: Collection[UUID]) -> frozenset[UUID]:
        """See CustomerRepository.existing."""
        rows = await self._connection.rows(
            select(customers.c.customer_id).where(one_of(customers.c.customer_id, customer_ids))
        )
        return frozenset(row.customer_id for row in rows)

    async def next_number(self) -> int:
        """See CustomerRepository.next_number."""
        first = insert(customer_counters).values(tenant_id=self._connection.tenant_id, last_number=1)
        rows = await self._connection.rows(
            first.on_conflict_do_update(
                constraint=customer_counters.primary_key,
                set_={"last_number": customer_counters.c.last_number + 1},
            ).returning(customer_counters.c.last_number)
        )
        return int(rows[0].last_number)

    async def add(self, customers: Sequence[Customer]) -> None:
        """See CustomerRepository.add."""
        await self._connection.run_for_each(_ADD, _COLUMNS, customers)
