"""Who is meant by a customer's id, and what watchers are told of them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.customer import Customer, CustomerView
from footfall_server.domain.identity import Principal
from footfall_server.domain.person import IdentityState
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import Transaction


async def current_customer(tx: Transaction, principal: Principal, customer_id: UUID) -> Customer:
    """Who a customer is now, after merges.

    Raises NOT_FOUND, also for somebody who only waits to be recognised again, and for one who was never
    seen at a site that the caller may see.
    """
    named = (await tx.customers.find([customer_id])).get(customer_id)
    if named is None:
        raise not_found("customer", customer_id)
    root = named if named.is_root else (await tx.customers.find([named.root_id]))[named.root_id]
    hidden = principal.site_ids is not None and not await tx.customers.seen_at(
        [customer_id], principal.site_ids
    )
    if hidden or root.state is IdentityState.WAITING:
        raise not_found("customer", customer_id)
    return root


async def viewed(tx: Transaction, principal: Principal, customer_id: UUID) -> CustomerView:
    """A customer who was not merged away, as the caller may see it. Raises NOT_FOUND."""
    found = await tx.customers.views([customer_id], sites=principal.site_ids)
    if customer_id not in found:
        raise not_found("customer", customer_id)
    return found[customer_id]


async def with_all_visits(
    tx: Transaction, changes: Sequence[NewChange], customer_ids: Collection[UUID]
) -> Sequence[NewChange]:
    """The changes, and word of every other visit of these customers: each of them shows a name."""
    told = {change.resource_id for change in changes}
    visits = await tx.visits.of_customers(customer_ids)
    return [
        *changes,
        *(
            NewChange(Topic.VISITS, ChangeKind.UPDATED, visit.site_id, visit.visit_id)
            for visit in sorted(visits, key=lambda each: (each.first_seen_at, each.visit_id))
            if visit.visit_id not in told and visit.customer_id in customer_ids
        ),
    ]


def already_merged(customer: Customer) -> FootfallError:
    """FAILED_PRECONDITION: the customer is part of another one."""
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "ALREADY_MERGED",
        f"the customer {customer.customer_id} is part of {customer.root_id} already",
        metadata={"customer_id": str(customer.customer_id), "merged_into": str(customer.root_id)},
    )
