"""Who is known to be two people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.customer import CustomerView
from footfall_server.domain.identity import Principal
from footfall_server.domain.merge import DistinctMark
from footfall_server.errors import FieldViolation, invalid_fields
from footfall_server.ports import Clock, Transaction, Transactions
from footfall_server.services.known_customers import already_merged, current_customer
from footfall_server.services.scope import begin_exclusive_for, begin_for

_MOST_MARKS: Final = 500


@dataclass(frozen=True, slots=True)
class DistinctView:
    """Somebody who is marked as another person, as who it is now."""

    customer: CustomerView
    mark: DistinctMark


class Distinctness:
    """Marks two customers as two people, and takes that back.

    A mark is kept for the customers who are named, and counts for who they are after merges.
    """

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def mark(self, principal: Principal, customer_id: UUID, other_id: UUID, reason: str) -> None:
        """Marks two. Marking them again changes nothing.

        Raises NOT_FOUND, INVALID_ARGUMENT for one and the same, and FAILED_PRECONDITION / ALREADY_MERGED
        for two who are one after merges: undo the merge, or split them.
        """
        _check(customer_id, other_id)
        async with begin_exclusive_for(self._transactions, principal) as tx:
            one, other = await _both(tx, principal, customer_id, other_id)
            if one == other:
                named = await tx.customers.find([customer_id, other_id])
                raise already_merged(named[other_id if named[customer_id].is_root else customer_id])
            now = self._clock.now()
            low, high = sorted((customer_id, other_id))
            await tx.distinct.mark(DistinctMark(low, high, reason, now, principal.subject_id))
            detail = {"other_customer_id": other_id, "reason": reason}
            await tx.audit.append(
                AuditEntry.of(principal, Action.CUSTOMER_MARK_DISTINCT, customer_id, at=now, detail=detail)
            )

    async def unmark(self, principal: Principal, customer_id: UUID, other_id: UUID) -> None:
        """Takes every mark between the two back, as who they are now. Raises as `mark`, but for merges."""
        _check(customer_id, other_id)
        async with begin_exclusive_for(self._transactions, principal) as tx:
            both = await _both(tx, principal, customer_id, other_id)
            marks = await tx.distinct.among(both)
            removed = await tx.distinct.unmark([(mark.low_id, mark.high_id) for mark in marks])
            if removed:
                detail = {"other_customer_id": other_id, "marks": removed}
                await tx.audit.append(
                    AuditEntry.of(
                        principal,
                        Action.CUSTOMER_UNMARK_DISTINCT,
                        customer_id,
                        at=self._clock.now(),
                        detail=detail,
                    )
                )

    async def list(self, principal: Principal, customer_id: UUID) -> Sequence[DistinctView]:
        """Who is marked as another person, the latest mark first, of those whom the caller may see.

        People who wait to be recognised again are left out. Raises NOT_FOUND.
        """
        async with begin_for(self._transactions, principal) as tx:
            customer = await current_customer(tx, principal, customer_id)
            marks = await tx.distinct.of(customer.customer_id, _MOST_MARKS)
            views = await tx.customers.views(marks, sites=principal.site_ids)
        return [DistinctView(views[other_id], mark) for other_id, mark in marks.items() if other_id in views]


def _check(customer_id: UUID, other_id: UUID) -> None:
    if customer_id == other_id:
        raise invalid_fields(
            [FieldViolation("other_customer_id", "must be another customer", "mark_distinct.itself")]
        )


async def _both(
    tx: Transaction, principal: Principal, customer_id: UUID, other_id: UUID
) -> tuple[UUID, UUID]:
    one = await current_customer(tx, principal, customer_id)
    other = await current_customer(tx, principal, other_id)
    return one.customer_id, other.customer_id
