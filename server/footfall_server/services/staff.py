"""The people who work here, as a tenant manages them."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.customer import new_customer
from footfall_server.domain.erasure import SubjectKind
from footfall_server.domain.identity import Principal
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.staff import StaffDetails, StaffFilter, StaffPresence, StaffView
from footfall_server.errors import FieldViolation, changed_meanwhile, invalid_fields, not_found
from footfall_server.ports import Clock, ImageStore, Transaction, Transactions
from footfall_server.services.customer_removal import CustomerRemoval, ErasureOrder
from footfall_server.services.known_staff import (
    StaffMember,
    current_staff,
    manageable_staff,
    staff_views,
)
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_for, require_site, tenant_of
from footfall_server.services.staff_leaving import forget_by_face


@dataclass(frozen=True, slots=True)
class StaffValues:
    """What is to be said of a staff member: `named` are the fields that are meant, by their names here."""

    named: frozenset[str]
    display_name: str = field(default="", repr=False)
    employee_number: str = field(default="", repr=False)
    job_title: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    site_ids: frozenset[UUID] = frozenset()
    joined_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StaffQuery:
    """Which staff to list; what is None or empty does not narrow."""

    name: str = field(default="", repr=False)
    works_at: UUID | None = None
    presence: StaffPresence | None = None


DETAILS = ("employee_number", "job_title", "email", "site_ids", "joined_at", "left_at")
"""Values that are kept with the staff member; the name stays with the person."""


class StaffService:
    """Makes, reads, lists, changes and forgets staff.

    Whoever is confined to sites reaches who works at one of them, and changes who works at no other. What is
    written is written in a transaction of all sites, after that was found out in one that sees no more than
    the caller: a person is known everywhere.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        removal: CustomerRemoval,
        images: ImageStore,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._removal = removal
        self._images = images
        self._clock = clock

    async def create(
        self, principal: Principal, values: StaffValues, *, request_id: UUID | None
    ) -> StaffView:
        """Somebody without a face. The same request_id makes one person.

        Raises INVALID_FIELD without a name, NOT_FOUND for a site that is not there or not the caller's, and
        ALREADY_EXISTS for an employee number that another one has.
        """
        _require_name(values)
        _require_sites_said(principal, values.site_ids)
        now = self._clock.now()
        new = replace(new_customer(now), display_name=values.display_name, kind=CustomerKind.STAFF)
        async with self._transactions.begin_exclusive(tenant_of(principal)) as tx:
            await _require_sites(tx, principal, values.site_ids)
            made = await tx.customers.add(new, request_id)
            if made.customer_id == new.customer_id:
                details = _changed(StaffDetails(new.customer_id), values, now)
                _require_order(details)
                await tx.staff.save(details)
                detail = {"number": made.number, **_told(details)}
                await tx.audit.append(self._entry(principal, Action.STAFF_CREATE, new.customer_id, detail))
        return await self.get(principal, made.customer_id)

    async def get(self, principal: Principal, staff_id: UUID) -> StaffView:
        """Who the staff member is now. Raises NOT_FOUND."""
        async with begin_for(self._transactions, principal) as tx:
            member = await current_staff(tx, principal, staff_id)
            found = await staff_views(tx, [member.staff_id], self._clock.now())
        return found[member.staff_id]

    async def list(
        self, principal: Principal, query: StaffQuery, *, after: int | None, limit: int
    ) -> Page[StaffView, int]:
        """One page of whom the caller reaches, by number. Raises NOT_FOUND for a site that is not there."""
        now = self._clock.now()
        matching = StaffFilter(
            now=now,
            reach=principal.site_ids,
            works_at=query.works_at,
            name=query.name,
            presence=query.presence,
        )
        async with begin_for(self._transactions, principal) as tx:
            if query.works_at is not None:
                await _require_sites(tx, principal, [query.works_at])
            staff_ids = await tx.staff.page(matching=matching, after=after, limit=limit + 1)
            views = await staff_views(tx, staff_ids, now)
        found = [views[staff_id] for staff_id in staff_ids if staff_id in views]
        return page_of(found, limit, lambda view: view.person.customer.number or 0)

    async def update(
        self, principal: Principal, staff_id: UUID, values: StaffValues, *, etag: str = ""
    ) -> StaffView:
        """Changes what is named. Who left by now is known by no face any more, for good.

        Raises as `create`, PERMISSION_DENIED for somebody who works at other sites, too, and ABORTED /
        ETAG_MISMATCH when the etag is not that of now.
        """
        async with begin_for(self._transactions, principal) as tx:
            await manageable_staff(tx, principal, staff_id)
        now = self._clock.now()
        async with self._transactions.begin_exclusive(tenant_of(principal)) as tx:
            member = await manageable_staff(tx, principal, staff_id)
            if etag:
                await _require_etag(tx, member, etag, now)
            if "display_name" in values.named:
                _require_name(values)
            if "site_ids" in values.named and values.site_ids != member.details.site_ids:
                _require_sites_said(principal, values.site_ids)
                await _require_sites(tx, principal, values.site_ids - member.details.site_ids)
            await self._change(tx, principal, member, values, now)
        return await self.get(principal, staff_id)

    async def delete(self, principal: Principal, staff_id: UUID) -> None:
        """Forgets the person with all that is known of it, wherever it was seen; see CustomerRemoval.

        Raises NOT_FOUND, and PERMISSION_DENIED for somebody who works at other sites, too.
        """
        async with begin_for(self._transactions, principal) as tx:
            await manageable_staff(tx, principal, staff_id)
        async with self._transactions.begin_exclusive(tenant_of(principal)) as tx:
            member = await manageable_staff(tx, principal, staff_id)
            await self._removal.forget(tx, principal, ErasureOrder(member.staff_id, SubjectKind.STAFF))

    async def _change(
        self, tx: Transaction, principal: Principal, member: StaffMember, values: StaffValues, now: datetime
    ) -> None:
        changed = _changed(member.details, values, now)
        renamed = "display_name" in values.named and values.display_name != member.person.display_name
        fields = [name for name in DETAILS if getattr(changed, name) != getattr(member.details, name)]
        if not renamed and not fields:
            return
        _require_order(changed)
        if renamed:
            person = replace(member.person, display_name=values.display_name, updated_at=now)
            await tx.customers.save([person])
        await tx.staff.save(changed)
        detail: dict[str, object] = {"renamed": renamed, "changed": fields, **_told(changed)}
        if changed.has_left(now):
            detail["faces"] = await forget_by_face(tx, self._images, member.family, now)
        await tx.audit.append(self._entry(principal, Action.STAFF_UPDATE, member.staff_id, detail))

    def _entry(
        self, principal: Principal, action: Action, staff_id: UUID, detail: dict[str, object]
    ) -> AuditEntry:
        return AuditEntry.of(
            principal, action, staff_id, at=self._clock.now(), detail=detail, resource="staff"
        )


def _changed(details: StaffDetails, values: StaffValues, now: datetime) -> StaffDetails:
    said = {name: getattr(values, name) for name in DETAILS if name in values.named}
    return replace(details, **said, updated_at=now)


def _told(details: StaffDetails) -> dict[str, object]:
    """What the audit log says of them: where and until when they work, and nothing that names them."""
    return {
        "site_ids": sorted(details.site_ids),
        "left_at": None if details.left_at is None else details.left_at.isoformat(),
    }


def _require_name(values: StaffValues) -> None:
    if not values.display_name:
        raise invalid_fields([FieldViolation("staff.display_name", "must not be blank", "name.blank")])


def _require_order(details: StaffDetails) -> None:
    """Also where only one of the two was said just now."""
    if details.joined_at is not None and details.left_at is not None and details.left_at < details.joined_at:
        said = "must not be before join_time"
        raise invalid_fields([FieldViolation("staff.leave_time", said, "staff.leave_time")])


def _require_sites_said(principal: Principal, site_ids: Collection[UUID]) -> None:
    if principal.site_ids is not None and not site_ids:
        said = "must name at least one of your sites: who works everywhere is for administrators"
        raise invalid_fields([FieldViolation("staff.site_ids", said, "staff.site_ids")])


async def _require_sites(tx: Transaction, principal: Principal, site_ids: Collection[UUID]) -> None:
    for site_id in sorted(site_ids):
        require_site(principal, site_id)
        if await tx.sites.get(site_id) is None:
            raise not_found("site", site_id)


async def _require_etag(tx: Transaction, member: StaffMember, etag: str, now: datetime) -> None:
    view = (await staff_views(tx, [member.staff_id], now))[member.staff_id]
    if view.etag != etag:
        raise changed_meanwhile("staff", member.staff_id)
