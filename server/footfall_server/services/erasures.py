"""People who asked to be forgotten: found, looked at, erased, and told that they were."""

from uuid import UUID

from footfall_server.domain.customer import Customer
from footfall_server.domain.erasure import Erasure, ErasureCounts, SubjectKind
from footfall_server.domain.identity import Principal
from footfall_server.domain.person import CustomerKind
from footfall_server.errors import not_found
from footfall_server.ports import TimeCursor, Transaction, Transactions
from footfall_server.services.customer_removal import CustomerRemoval, ErasureOrder
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_exclusive_for, begin_for


class ErasureService:
    """Erases customers, staff, and people who wait to be recognised again. The ledger keeps no name."""

    def __init__(self, *, transactions: Transactions, removal: CustomerRemoval) -> None:
        self._transactions = transactions
        self._removal = removal

    async def preview(self, principal: Principal, subject_id: UUID) -> tuple[Customer, ErasureCounts]:
        """Who it is now, after merges, and how much would go. Raises NOT_FOUND."""
        async with begin_for(self._transactions, principal) as tx:
            root = await current_subject(tx, subject_id)
            family = [each.customer_id for each in await tx.customers.families([root.customer_id])]
            return root, await tx.erasure.preview(family)

    async def erase(
        self, principal: Principal, subject_id: UUID, ticket: str, *, request_id: UUID | None
    ) -> Erasure:
        """Erases who it is now; the same request_id does it once. Raises NOT_FOUND, UNAVAILABLE.

        The answer is of rows that are gone; the vectors and the versions of objects follow within seconds.
        """
        async with begin_exclusive_for(self._transactions, principal) as tx:
            if request_id is not None and (known := await tx.erasures.requested(request_id)) is not None:
                return known
            root = await current_subject(tx, subject_id)
            order = ErasureOrder(root.customer_id, kind_of(root), ticket, request_id)
            return await self._removal.forget(tx, principal, order)

    async def get(self, principal: Principal, erasure_id: UUID) -> Erasure:
        """Raises NOT_FOUND."""
        async with begin_for(self._transactions, principal) as tx:
            found = await tx.erasures.get(erasure_id)
        if found is None:
            raise not_found("erasure", erasure_id)
        return found

    async def list(
        self, principal: Principal, ticket: str, *, before: TimeCursor | None, limit: int
    ) -> Page[Erasure, TimeCursor]:
        """Erasures under a ticket, or all when it is empty, the newest first."""
        async with begin_for(self._transactions, principal) as tx:
            found = await tx.erasures.list(ticket, before=before, limit=limit + 1)
        return page_of(found, limit, lambda each: TimeCursor(each.erased_at, each.erasure_id))


async def current_subject(tx: Transaction, subject_id: UUID) -> Customer:
    """Who somebody is now, after merges: unlike elsewhere, somebody who waits is somebody, too.

    Raises NOT_FOUND.
    """
    named = (await tx.customers.find([subject_id])).get(subject_id)
    if named is None:
        raise not_found("customer", subject_id)
    return named if named.is_root else (await tx.customers.find([named.root_id]))[named.root_id]


def kind_of(subject: Customer) -> SubjectKind:
    """What the person is to the tenant."""
    return SubjectKind.STAFF if subject.kind is CustomerKind.STAFF else SubjectKind.CUSTOMER
