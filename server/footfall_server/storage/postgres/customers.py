"""Customers in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.customer import Customer, CustomerFilter, CustomerView
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.storage.postgres.customer_views import LIST, VIEWS, parameters_of, to_view
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import Instant, customers, sightings

COLUMNS = (
    "customer_id",
    "number",
    "created_at",
    "root_id",
    "updated_at",
    "display_name",
    "state",
    "kind",
    "merged_into",
    "confirmed_at",
)
_SELECTED = tuple(customers.c[name] for name in COLUMNS)

_SAVE = text("""
update customers
set display_name = given.display_name, kind = given.kind, root_id = given.root_id,
    merged_into = given.merged_into, updated_at = given.updated_at
from unnest(
  cast(:ids as uuid[]), cast(:names as text[]), cast(:kinds as text[]), cast(:roots as uuid[]),
  cast(:into as uuid[]), cast(:times as timestamptz[])
) as given (customer_id, display_name, kind, root_id, merged_into, updated_at)
where customers.customer_id = given.customer_id
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("roots", type_=ARRAY(Uuid())),
    bindparam("into", type_=ARRAY(Uuid())),
    bindparam("times", type_=ARRAY(Instant)),
)
_NEXT_NUMBER = text("""
insert into customer_counters as known (tenant_id, last_number) values (:tenant_id, 1)
on conflict (tenant_id) do update set last_number = known.last_number + 1
returning last_number
""").bindparams(bindparam("tenant_id", type_=Uuid()))
_CONFIRM = text("""
update customers set state = 'confirmed', number = :number, confirmed_at = :at, updated_at = :at
where customer_id = :customer_id and state = 'waiting'
""").bindparams(bindparam("customer_id", type_=Uuid()), bindparam("at", type_=Instant))
_NOTE_SITES = text("""
with noted as (
  insert into site_people (tenant_id, site_id, customer_id)
  select :tenant_id, given.site_id, :customer_id from unnest(cast(:site_ids as uuid[])) as given (site_id)
  on conflict do nothing
  returning site_id
)
insert into site_people_counts as known (tenant_id, site_id, people)
select :tenant_id, site_id, 1 from noted order by site_id
on conflict (tenant_id, site_id) do update set people = known.people + 1
""").bindparams(
    bindparam("tenant_id", type_=Uuid()),
    bindparam("customer_id", type_=Uuid()),
    bindparam("site_ids", type_=ARRAY(Uuid())),
)

_UNSEEN = text(
    """
select root.customer_id from customers as root
where root.root_id = root.customer_id and root.kind = :visitor
  and root.created_at < :before
  and exists (
    select from customers as one join gallery_faces using (tenant_id, customer_id)
    where one.root_id = root.customer_id
  )
  and not exists (
    select from customers as one join sightings using (tenant_id, customer_id)
    where one.root_id = root.customer_id and sightings.last_seen_at >= :before
  )
order by root.customer_id limit :most
"""
).bindparams(bindparam("before", type_=Instant))


class PostgresCustomers:
    """CustomerRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, customer: Customer, request_id: UUID | None) -> Customer:
        """See CustomerRepository.add."""
        if request_id is not None:
            known = await self.requested(request_id)
            if known is not None:
                return known
        number = await self._next_number() if customer.state is IdentityState.CONFIRMED else None
        added = await self._connection.first(
            insert(customers)
            .values(
                tenant_id=self._connection.tenant_id,
                customer_id=customer.customer_id,
                number=number,
                display_name=customer.display_name,
                created_at=customer.created_at,
                state=customer.state.value,
                kind=customer.kind.value,
                root_id=customer.root_id,
                merged_into=customer.merged_into,
                confirmed_at=customer.confirmed_at,
                updated_at=customer.updated_at,
                request_id=request_id,
            )
            .returning(*_SELECTED)
        )
        if added is None:
            raise RuntimeError("a customer that was added is not there")
        return to_customer(added)

    async def confirm(self, customer_id: UUID, at: datetime) -> None:
        """See CustomerRepository.confirm."""
        await self._connection.run(
            _CONFIRM, {"customer_id": customer_id, "number": await self._next_number(), "at": at}
        )

    async def requested(self, request_id: UUID) -> Customer | None:
        """See CustomerRepository.requested."""
        row = await self._connection.first(select(*_SELECTED).where(customers.c.request_id == request_id))
        return None if row is None else to_customer(row)

    async def find(self, customer_ids: Collection[UUID]) -> Mapping[UUID, Customer]:
        """See CustomerRepository.find."""
        rows = await self._connection.rows(
            select(*_SELECTED).where(one_of(customers.c.customer_id, customer_ids))
        )
        return {row.customer_id: to_customer(row) for row in rows}

    async def families(self, root_ids: Collection[UUID]) -> Sequence[Customer]:
        """See CustomerRepository.families."""
        rows = await self._connection.rows(
            select(*_SELECTED).where(one_of(customers.c.root_id, root_ids)).order_by(customers.c.customer_id)
        )
        return [to_customer(row) for row in rows]

    async def unseen_since(self, before: datetime, limit: int) -> Sequence[UUID]:
        """See CustomerRepository.unseen_since."""
        rows = await self._connection.rows(
            _UNSEEN, {"before": before, "most": limit, "visitor": CustomerKind.VISITOR.value}
        )
        return [row.customer_id for row in rows]

    async def save(self, customers: Sequence[Customer]) -> None:
        """See CustomerRepository.save."""
        if customers:
            await self._connection.run(
                _SAVE,
                {
                    "ids": [each.customer_id for each in customers],
                    "names": [each.display_name for each in customers],
                    "kinds": [each.kind.value for each in customers],
                    "roots": [each.root_id for each in customers],
                    "into": [each.merged_into for each in customers],
                    "times": [each.updated_at for each in customers],
                },
            )

    async def seen_at(self, customer_ids: Collection[UUID], sites: Collection[UUID]) -> frozenset[UUID]:
        """See CustomerRepository.seen_at."""
        seen = (
            select(sightings.c.track_id)
            .where(sightings.c.customer_id == customers.c.root_id, one_of(sightings.c.site_id, sites))
            .exists()
        )
        rows = await self._connection.rows(
            select(customers.c.customer_id).where(one_of(customers.c.customer_id, customer_ids), seen)
        )
        return frozenset(row.customer_id for row in rows)

    async def views(
        self, customer_ids: Collection[UUID], *, sites: Collection[UUID] | None
    ) -> Mapping[UUID, CustomerView]:
        """See CustomerRepository.views."""
        rows = await self._connection.rows(VIEWS, {**parameters_of(sites), "ids": list(customer_ids)})
        return {row.customer_id: to_view(row, to_customer(row)) for row in rows}

    async def list(
        self, *, matching: CustomerFilter, after: int | None, limit: int
    ) -> Sequence[CustomerView]:
        """See CustomerRepository.list."""
        seen_at = matching.site_ids if matching.seen_at is None else [matching.seen_at]
        rows = await self._connection.rows(
            LIST,
            {
                **parameters_of(matching.site_ids),
                "seen_at": None if seen_at is None else list(seen_at),
                "name": matching.name,
                "kind": None if matching.kind is None else matching.kind.value,
                "number": matching.number,
                "after": after or 0,
                "limit": limit,
            },
        )
        return [to_view(row, to_customer(row)) for row in rows]

    async def note_sites(self, customer_id: UUID, site_ids: Collection[UUID]) -> None:
        """See CustomerRepository.note_sites."""
        await self._connection.run(
            _NOTE_SITES,
            {
                "tenant_id": self._connection.tenant_id,
                "customer_id": customer_id,
                "site_ids": list(set(site_ids)),
            },
        )

    async def _next_number(self) -> int:
        row = await self._connection.first(_NEXT_NUMBER, {"tenant_id": self._connection.tenant_id})
        if row is None:
            raise RuntimeError("the counter of customers gave no number")
        number: int = row.last_number
        return number


def to_customer(row: Row[Any]) -> Customer:
    """A customer from a row that has COLUMNS."""
    return Customer(
        customer_id=row.customer_id,
        number=row.number,
        created_at=row.created_at,
        root_id=row.root_id,
        updated_at=row.updated_at,
        display_name=row.display_name,
        state=IdentityState(row.state),
        kind=CustomerKind(row.kind),
        merged_into=row.merged_into,
        confirmed_at=row.confirmed_at,
    )
