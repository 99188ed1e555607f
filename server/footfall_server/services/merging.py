"""Merges customers who are one person, and undoes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from footfall_server.domain.customer import Customer
from footfall_server.domain.identity import Principal
from footfall_server.domain.merge import Merge, MergeConflict
from footfall_server.domain.person import IdentityState
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError, invalid_fields, not_found
from footfall_server.ports import Clock, TimeCursor, Transaction, Transactions
from footfall_server.services.known_customers import already_merged, current_customer
from footfall_server.services.merge_ledger import MergeLedger
from footfall_server.services.merge_planning import MergePlan, MergePlanning
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_exclusive_for, begin_for


@dataclass(frozen=True, slots=True)
class MergeOrder:
    """Who is to become one with whom. `force` goes against what was seen, and needs a reason."""

    target_id: UUID
    source_ids: Sequence[UUID]
    reason: str = field(default="", repr=False)
    force: bool = False
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do."""

    target_id: UUID
    source_ids: Sequence[UUID]
    name: str = field(repr=False)
    visits_before: int
    visits_after: int
    conflicts: Sequence[MergeConflict]


@dataclass(frozen=True, slots=True)
class MergeDone:
    """A merge, and what spoke against it when it was forced just now.

    `new` is whether this call made it, and not one before with the same request_id.
    """

    merge: Merge
    conflicts: Sequence[MergeConflict] = ()
    new: bool = True


class Merging:
    """Merges are kept in a ledger and each can be undone, in any order."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def preview(self, principal: Principal, order: MergeOrder) -> MergePreview:
        """What `merge` would do, with all that speaks against it. Writes nothing.

        Raises as `merge`, but for conflicts, which it tells.
        """
        _check(order)
        async with begin_for(self._transactions, principal) as tx:
            plan = await _planned(tx, order)
        if not plan.conflicts and not order.force:
            plan.require_one_person()
        return MergePreview(
            target_id=plan.target.customer_id,
            source_ids=order.source_ids,
            name=plan.name,
            visits_before=plan.visits_before,
            visits_after=plan.visits_after,
            conflicts=plan.conflicts,
        )

    async def merge(self, principal: Principal, order: MergeOrder) -> MergeDone:
        """Makes the sources one with the target. The same request_id does it once.

        Raises INVALID_ARGUMENT for a merge with itself and for force without a reason, NOT_FOUND for who is
        not a customer of the tenant, FAILED_PRECONDITION / ALREADY_MERGED for who is part of another one,
        and FAILED_PRECONDITION / CANNOT_LINK for who cannot be one person, unless it is forced.
        """
        async with begin_exclusive_for(self._transactions, principal) as tx:
            return await self.merge_within(tx, principal, order)

    async def merge_within(self, tx: Transaction, principal: Principal, order: MergeOrder) -> MergeDone:
        """As `merge`, in an exclusive transaction that is under way."""
        _check(order)
        if order.request_id is not None:
            known = await tx.merges.requested(order.request_id)
            if known is not None:
                return MergeDone(known, new=False)
        plan = await _planned(tx, order)
        if not order.force:
            plan.require_one_person()
        moved = await MergeLedger(tx, principal, self._clock.now()).merge(
            plan, reason=order.reason, forced=plan.needs_force, request_id=order.request_id
        )
        await tx.changes.append(moved.changes)
        return MergeDone(moved.merge, plan.conflicts)

    async def unmerge(self, principal: Principal, merge_id: UUID) -> Merge:
        """Undoes a merge. Raises NOT_FOUND, and FAILED_PRECONDITION / MERGE_UNDONE the second time."""
        async with begin_exclusive_for(self._transactions, principal) as tx:
            merge = await tx.merges.get(merge_id)
            if merge is None:
                raise not_found("merge", merge_id)
            if merge.undone_at is not None:
                raise FootfallError(
                    ErrorKind.FAILED_PRECONDITION,
                    "MERGE_UNDONE",
                    f"the merge {merge_id} was undone before",
                    metadata={"merge_id": str(merge_id)},
                )
            moved = await MergeLedger(tx, principal, self._clock.now()).undo(merge)
            await tx.changes.append(moved.changes)
            return moved.merge

    async def list(
        self, principal: Principal, *, customer_id: UUID | None, after: TimeCursor | None, limit: int
    ) -> Page[Merge, TimeCursor]:
        """One page of merges whose customers were all seen at the caller's sites, the newest first.

        `customer_id` keeps those that it was part of. Raises NOT_FOUND when there is no such customer.
        """
        async with begin_for(self._transactions, principal) as tx:
            if customer_id is not None:
                await current_customer(tx, principal, customer_id)
            found = await tx.merges.list(
                customer_id=customer_id, sites=principal.site_ids, after=after, limit=limit + 1
            )
        return page_of(found, limit, lambda merge: TimeCursor(merge.created_at, merge.merge_id))


def _check(order: MergeOrder) -> None:
    violations = [
        FieldViolation(
            f"source_customer_ids[{index}]", "must not be the customer who remains", "merge_customers.itself"
        )
        for index, source_id in enumerate(order.source_ids)
        if source_id == order.target_id
    ]
    if order.force and not order.reason.strip():
        violations.append(FieldViolation("reason", "is required with force", "merge_customers.reason"))
    if violations:
        raise invalid_fields(violations)


async def _planned(tx: Transaction, order: MergeOrder) -> MergePlan:
    wanted = (order.target_id, *order.source_ids)
    found = await tx.customers.find(wanted)
    parties = [_standing_alone(found.get(each), each) for each in wanted]
    return await MergePlanning(tx).of(parties[0], parties[1:])


def _standing_alone(customer: Customer | None, customer_id: UUID) -> Customer:
    if customer is not None and not customer.is_root:
        raise already_merged(customer)
    if customer is None or customer.state is IdentityState.WAITING:
        raise not_found("customer", customer_id)
    return customer
