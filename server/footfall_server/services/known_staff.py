"""Who is meant by a staff member's id, whom a caller reaches, and how staff are shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from footfall_server.domain.customer import Customer, CustomerView
from footfall_server.domain.identity import Principal
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.staff import StaffDetails, StaffView
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import Enrolled, Transaction


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person who works here, with what is said of them. `family` are the person and who was merged in."""

    person: Customer
    details: StaffDetails
    family: tuple[UUID, ...]

    @property
    def staff_id(self) -> UUID:
        """Of the person, after merges."""
        return self.person.customer_id


def reaches(principal: Principal, details: StaffDetails) -> bool:
    """Whether the caller may see the staff member: who is confined sees who works at one of the sites."""
    return principal.site_ids is None or not details.site_ids.isdisjoint(principal.site_ids)


def require_manageable(principal: Principal, details: StaffDetails) -> None:
    """Raises PERMISSION_DENIED for somebody who works at other sites, too: that is for their managers."""
    if principal.site_ids is not None and not details.site_ids <= principal.site_ids:
        raise FootfallError(
            ErrorKind.PERMISSION_DENIED,
            "PERMISSION_DENIED",
            "this staff member works at other sites, too; an administrator may change that",
        )


async def current_staff(tx: Transaction, principal: Principal, staff_id: UUID) -> StaffMember:
    """Who a staff member is now, after merges.

    Raises NOT_FOUND / STAFF_NOT_FOUND, also for a customer who is no staff, and for one whom the caller does
    not reach.
    """
    named = (await tx.customers.find([staff_id])).get(staff_id)
    if named is None:
        raise not_found("staff", staff_id)
    members = await tx.customers.families([named.root_id])
    [root] = [each for each in members if each.is_root]
    details = (await tx.staff.find([root.customer_id])).get(root.customer_id, StaffDetails(root.customer_id))
    is_staff = root.kind is CustomerKind.STAFF and root.state is IdentityState.CONFIRMED
    if not is_staff or not reaches(principal, details):
        raise not_found("staff", staff_id)
    return StaffMember(root, details, tuple(each.customer_id for each in members))


async def manageable_staff(tx: Transaction, principal: Principal, staff_id: UUID) -> StaffMember:
    """As current_staff, for whoever wants to change something. Raises PERMISSION_DENIED, too."""
    member = await current_staff(tx, principal, staff_id)
    require_manageable(principal, member.details)
    return member


async def staff_views(
    tx: Transaction, staff_ids: Collection[UUID], now: datetime
) -> Mapping[UUID, StaffView]:
    """Staff as the transaction sees them: what cameras saw of them is that of its sites."""
    people = await tx.customers.views(staff_ids, sites=None)
    details = await tx.staff.find(staff_ids)
    owners = {owner for view in people.values() for owner in _family(view)}
    enrolled = await tx.enrolments.counted(owners)
    return {
        staff_id: _view(view, details.get(staff_id, StaffDetails(staff_id)), enrolled, now)
        for staff_id, view in people.items()
    }


def _family(view: CustomerView) -> Collection[UUID]:
    return (view.customer.customer_id, *view.merged_ids)


def _view(
    person: CustomerView, details: StaffDetails, enrolled: Mapping[UUID, Enrolled], now: datetime
) -> StaffView:
    theirs = [enrolled[each] for each in _family(person) if each in enrolled]
    best = max(theirs, key=lambda each: each.best_quality, default=None)
    return StaffView(
        person=person,
        details=details,
        left=details.has_left(now),
        enrolled=sum(each.faces for each in theirs),
        portrait_id=None if best is None else best.best_id,
    )
