"""A tenant's customers, as people see and name them."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.customer import Customer, CustomerFilter, CustomerView, new_customer
from footfall_server.domain.identity import Principal
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.restatement import ChangeCause
from footfall_server.domain.sighting import Sighting
from footfall_server.errors import not_found
from footfall_server.ports import Clock, TimeCursor, Transactions
from footfall_server.services.known_customers import current_customer, viewed, with_all_visits
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_exclusive_for, begin_for, require_site
from footfall_server.services.visit_rebuild import VisitRebuild


@dataclass(frozen=True, slots=True)
class CustomerValues:
    """What can be said of a customer; None leaves it as it is, or at its default for a new one."""

    display_name: str | None = field(default=None, repr=False)
    kind: CustomerKind | None = None


class CustomerService:
    """Makes, lists, reads, names and classes customers."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def create(
        self, principal: Principal, values: CustomerValues, *, request_id: UUID | None
    ) -> CustomerView:
        """Somebody whom no camera knows yet. The same request_id makes one customer."""
        now = self._clock.now()
        new = _changed(new_customer(now), values)
        async with begin_exclusive_for(self._transactions, principal) as tx:
            made = await tx.customers.add(new, request_id)
            if made.customer_id == new.customer_id:
                detail = {"number": made.number, "kind": made.kind.value}
                await tx.audit.append(
                    AuditEntry.of(principal, Action.CUSTOMER_CREATE, new.customer_id, at=now, detail=detail)
                )
            return await viewed(tx, principal, made.root_id)

    async def get(self, principal: Principal, customer_id: UUID) -> CustomerView:
        """Who the customer is now. Raises NOT_FOUND, also for one whom the caller's sites never saw."""
        async with begin_for(self._transactions, principal) as tx:
            customer = await current_customer(tx, principal, customer_id)
            return await viewed(tx, principal, customer.customer_id)

    async def list(
        self, principal: Principal, *, matching: CustomerFilter, after: int | None, limit: int
    ) -> Page[CustomerView, int]:
        """One page of those that match and that were seen at the caller's sites, by number.

        Raises NOT_FOUND when `matching` names a site that is not there or that the caller may not see.
        """
        async with begin_for(self._transactions, principal) as tx:
            if matching.seen_at is not None:
                require_site(principal, matching.seen_at)
                if await tx.sites.get(matching.seen_at) is None:
                    raise not_found("site", matching.seen_at)
            found = await tx.customers.list(
                matching=replace(matching, site_ids=principal.site_ids), after=after, limit=limit + 1
            )
        return page_of(found, limit, lambda view: view.customer.number or 0)

    async def update(self, principal: Principal, customer_id: UUID, values: CustomerValues) -> CustomerView:
        """Changes who the customer is now. Raises NOT_FOUND.

        One who becomes staff leaves all visits; one who becomes a visitor again comes back to them exactly,
        since visits follow from sightings, which stay as they are.
        """
        async with begin_exclusive_for(self._transactions, principal) as tx:
            customer = await current_customer(tx, principal, customer_id)
            changed = _changed(customer, values)
            if changed == customer:
                return await viewed(tx, principal, customer.customer_id)
            now = self._clock.now()
            if changed.kind is not customer.kind:
                await tx.report_days.because(ChangeCause.STAFF_CHANGE)
            await tx.customers.save([replace(changed, updated_at=now)])
            rebuilt = await VisitRebuild(tx).of([customer.customer_id])
            changes = await with_all_visits(tx, rebuilt, [customer.customer_id])
            detail = {"renamed": changed.display_name != customer.display_name, "kind": changed.kind.value}
            await tx.audit.append(
                AuditEntry.of(principal, Action.CUSTOMER_UPDATE, customer.customer_id, at=now, detail=detail)
            )
            view = await viewed(tx, principal, customer.customer_id)
            await tx.changes.append(changes)
            return view

    async def sightings(
        self, principal: Principal, customer_id: UUID, *, after: TimeCursor | None, limit: int
    ) -> Page[Sighting, TimeCursor]:
        """The tracks of who the customer is now, at the caller's sites, the newest first."""
        async with begin_for(self._transactions, principal) as tx:
            customer = await current_customer(tx, principal, customer_id)
            found = await tx.customer_sightings.page(
                customer.customer_id, sites=principal.site_ids, after=after, limit=limit + 1
            )
        return page_of(found, limit, lambda each: TimeCursor(each.first_seen_at, each.track_id))


def _changed(customer: Customer, values: CustomerValues) -> Customer:
    return replace(
        customer,
        display_name=customer.display_name if values.display_name is None else values.display_name,
        kind=customer.kind if values.kind is None else values.kind,
    )
