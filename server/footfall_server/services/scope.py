"""Where a caller may act: its tenant, and the sites in it."""

from uuid import UUID

from footfall_server.domain.identity import Principal
from footfall_server.errors import ErrorKind, FootfallError, not_found


def tenant_of(principal: Principal) -> UUID:
    """The tenant that the caller acts for. Raises FAILED_PRECONDITION / TENANT_REQUIRED without one."""
    if principal.tenant_id is None:
        raise FootfallError(
            ErrorKind.FAILED_PRECONDITION,
            "TENANT_REQUIRED",
            "this works inside a tenant, and you act for none",
        )
    return principal.tenant_id


def require_site(principal: Principal, site_id: UUID) -> None:
    """Raises NOT_FOUND for a site that the caller may not see, as if it were not there."""
    if not principal.may_see(site_id):
        raise not_found("site", site_id)
