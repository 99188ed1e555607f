"""Where a caller may act: its tenant, and the sites in it."""

from contextlib import AbstractAsyncContextManager
from uuid import UUID

from footfall_server.domain.identity import Principal
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import Transaction, Transactions


def tenant_of(principal: Principal) -> UUID:
    """The tenant that the caller acts for. Raises FAILED_PRECONDITION / TENANT_REQUIRED without one."""
    if principal.tenant_id is None:
        raise FootfallError(
            ErrorKind.FAILED_PRECONDITION,
            "TENANT_REQUIRED",
            "this works inside a tenant, and you act for none",
        )
    return principal.tenant_id


def begin_for(transactions: Transactions, principal: Principal) -> AbstractAsyncContextManager[Transaction]:
    """A transaction that sees no more than the caller may: its tenant, and in it its sites.

    Raises FAILED_PRECONDITION / TENANT_REQUIRED.
    """
    return transactions.begin(tenant_of(principal), sites=principal.site_ids)


def begin_exclusive_for(
    transactions: Transactions, principal: Principal
) -> AbstractAsyncContextManager[Transaction]:
    """As begin_for, and one at a time per tenant over all replicas."""
    return transactions.begin_exclusive(tenant_of(principal), sites=principal.site_ids)


def require_site(principal: Principal, site_id: UUID) -> None:
    """Raises NOT_FOUND for a site that the caller may not see, as if it were not there."""
    if not principal.may_see(site_id):
        raise not_found("site", site_id)
