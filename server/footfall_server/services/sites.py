"""A tenant's shops."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

from footfall_server.domain.audit import Action, AuditEntry, changes_between
from footfall_server.domain.camera_settings import ImagePolicy
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.places import DEFAULT_VISIT_GAP, Site
from footfall_server.domain.recognition_basis import LONGEST, LawfulBasis, RecognitionBasis
from footfall_server.domain.restatement import ChangeCause
from footfall_server.domain.revocation import Revocation
from footfall_server.domain.tenant_settings import TenantSettings
from footfall_server.errors import FieldViolation, invalid_fields, not_found
from footfall_server.ports import Clock, NameCursor, Transaction, Transactions
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_exclusive_for, begin_for, require_site
from footfall_server.services.sign_ins import AccessEnder
from footfall_server.services.site_leaving import release_managers

DEFAULT_TIME_ZONE = "UTC"
_TOLD_OF_BASIS = ("lawful_basis", "basis_reference", "basis_recorded_at", "basis_expires_at")


@dataclass(frozen=True, slots=True)
class StatedBasis:
    """A basis as somebody states it now."""

    lawful_basis: LawfulBasis
    reference: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BasisChoice:
    """What people may be recognised by; None takes it back."""

    stated: StatedBasis | None


@dataclass(frozen=True, slots=True)
class DayStartChoice:
    """When business days begin, counted from local midnight; None: as the tenant has settled."""

    start: timedelta | None


@dataclass(frozen=True, slots=True)
class SiteValues:
    """What can be said of a site; None leaves it: as it is, or at its default for a new one."""

    display_name: str | None = None
    time_zone: str | None = None
    visit_gap: timedelta | None = None
    business_day_start: DayStartChoice | None = None
    image_policy: ImagePolicy | None = None
    anonymous: bool | None = None
    recognition_basis: BasisChoice | None = None


class SiteService:
    """Opens, lists, changes and removes sites."""

    def __init__(self, *, transactions: Transactions, access: AccessEnder, clock: Clock) -> None:
        self._transactions = transactions
        self._access = access
        self._clock = clock

    async def create(self, principal: Principal, values: SiteValues, *, request_id: UUID | None) -> Site:
        """Raises ALREADY_EXISTS for a name that is taken. The same request_id makes one site."""
        now = self._clock.now()
        async with begin_for(self._transactions, principal) as tx:
            settings = await tx.settings.get()
            blank = Site(
                site_id=new_id(),
                display_name="",
                time_zone=DEFAULT_TIME_ZONE,
                visit_gap=DEFAULT_VISIT_GAP,
                business_day_start=settings.business_day_start,
                created_at=now,
                updated_at=now,
            )
            site = _changed(blank, values, settings, now)
            added = await tx.sites.add(site, request_id)
            if added.site_id == site.site_id:
                await tx.audit.append(self._entry(principal, Action.SITE_CREATE, site.site_id, _told(site)))
            return added

    async def get(self, principal: Principal, site_id: UUID) -> Site:
        require_site(principal, site_id)
        async with begin_for(self._transactions, principal) as tx:
            site = await tx.sites.get(site_id)
        if site is None:
            raise not_found("site", site_id)
        return site

    async def list(
        self, principal: Principal, *, after: NameCursor | None, limit: int
    ) -> Page[Site, NameCursor]:
        """The sites that the caller may see, by name."""
        async with begin_for(self._transactions, principal) as tx:
            found = await tx.sites.list(only=principal.site_ids, after=after, limit=limit + 1)
        return page_of(found, limit, lambda site: NameCursor(site.display_name, site.site_id))

    async def update(self, principal: Principal, site_id: UUID, values: SiteValues) -> Site:
        """A changed rule of visits holds from the next business day on: see SiteRules.amended."""
        require_site(principal, site_id)
        # Exclusive, since what is read is written back: two who change different fields both count.
        async with begin_exclusive_for(self._transactions, principal) as tx:
            site = await tx.sites.get(site_id)
            if site is None:
                raise not_found("site", site_id)
            now = self._clock.now()
            changed = _changed(site, values, await tx.settings.get(), now)
            if changed == site:
                return site
            changed = replace(changed, updated_at=now)
            await tx.sites.save(changed)
            rules = (await tx.sites.rules([site_id]))[site_id]
            latest = await tx.visits.latest_at(site_id)
            if (amended := rules.amended(changed, now=now, latest_visit=latest)) != rules:
                await tx.report_days.because(ChangeCause.RULE_CHANGE)
                await tx.sites.save_rules(site_id, amended)
            lets_out = (changed.image_policy, changed.recognises(now))
            if lets_out != (site.image_policy, site.recognises(now)):
                await _tell_cameras(tx, site_id, now)
            detail = changes_between(_told(site), _told(changed))
            await tx.audit.append(self._entry(principal, Action.SITE_UPDATE, site_id, detail))
            return changed

    async def delete(self, principal: Principal, site_id: UUID) -> None:
        """Removes a site with its API keys, whose tokens end.

        Its managers lose it: see release_managers. Raises FAILED_PRECONDITION / NOT_EMPTY for a site that has
        cameras.
        """
        require_site(principal, site_id)
        now = self._clock.now()
        async with begin_exclusive_for(self._transactions, principal) as tx:
            site = await tx.sites.get(site_id)
            programs = [*await tx.api_keys.of_site(site_id), *await tx.certificates.workers_of(site_id)]
            for subject_id in programs:
                await tx.revocations.add(Revocation(subject_id, now))
            if site is None or not await tx.sites.remove(site_id):
                raise not_found("site", site_id)
            await tx.workers.remove_of_site(site_id)
            await tx.staff.leave_site(site_id)
            await release_managers(tx, principal, site_id, at=now, access=self._access)
            await tx.audit.append(self._entry(principal, Action.SITE_DELETE, site_id, _told(site)))

    def _entry(
        self, principal: Principal, action: Action, site_id: UUID, detail: Mapping[str, object]
    ) -> AuditEntry:
        return AuditEntry.of(principal, action, site_id, at=self._clock.now(), detail=detail, resource="site")


async def _tell_cameras(tx: Transaction, site_id: UUID, at: datetime) -> None:
    """The site's cameras are to be read differently: their workers hear of it as of any change to them."""
    cameras = (await tx.cameras.desired(site_id, at)).cameras
    await tx.changes.append(
        [NewChange(Topic.CAMERAS, ChangeKind.UPDATED, site_id, camera.camera_id) for camera in cameras]
    )


def _told(site: Site) -> dict[str, object]:
    """A site as the audit log shows it."""
    return {
        "display_name": site.display_name,
        "time_zone": site.time_zone,
        "visit_gap_seconds": site.visit_gap.total_seconds(),
        "business_day_start_seconds": site.business_day_start.total_seconds(),
        "image_policy": site.image_policy.value,
        "anonymous": site.anonymous,
        **_told_basis(site.recognition_basis),
    }


def _told_basis(basis: RecognitionBasis | None) -> dict[str, object]:
    if basis is None:
        return dict.fromkeys(_TOLD_OF_BASIS)
    moments = (each.isoformat() for each in (basis.recorded_at, basis.expires_at))
    return dict(zip(_TOLD_OF_BASIS, (basis.lawful_basis.value, basis.reference, *moments), strict=True))


def _changed(site: Site, values: SiteValues, settings: TenantSettings, now: datetime) -> Site:
    if values.time_zone is not None and values.time_zone not in _known_zones():
        raise invalid_fields(
            [
                FieldViolation(
                    "site.time_zone",
                    'must be a name of the IANA time zone database, such as "Europe/Berlin"',
                    "site.time_zone",
                )
            ]
        )
    return replace(
        site,
        display_name=site.display_name if values.display_name is None else values.display_name,
        time_zone=site.time_zone if values.time_zone is None else values.time_zone,
        visit_gap=site.visit_gap if values.visit_gap is None else values.visit_gap,
        business_day_start=(
            site.business_day_start
            if values.business_day_start is None
            else _day_start(values.business_day_start, settings)
        ),
        image_policy=site.image_policy if values.image_policy is None else values.image_policy,
        anonymous=site.anonymous if values.anonymous is None else values.anonymous,
        recognition_basis=(
            site.recognition_basis
            if values.recognition_basis is None
            else _recorded(values.recognition_basis.stated, now)
        ),
    )


def _day_start(choice: DayStartChoice, settings: TenantSettings) -> timedelta:
    return settings.business_day_start if choice.start is None else choice.start


def _recorded(stated: StatedBasis | None, now: datetime) -> RecognitionBasis | None:
    if stated is None:
        return None
    if not now < stated.expires_at <= now + LONGEST:
        said = f"must be in the future, and at most {LONGEST.days} days ahead"
        field = "site.recognition_basis.expire_time"
        raise invalid_fields([FieldViolation(field, said, "recognition_basis.expire_time")])
    return RecognitionBasis(stated.lawful_basis, stated.reference, now, stated.expires_at)


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())
