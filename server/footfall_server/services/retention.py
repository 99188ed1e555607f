"""How long a tenant, or one of its sites, keeps pictures and templates."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry, changes_between
from footfall_server.domain.identity import Principal
from footfall_server.domain.retention import PeriodLimits, Retention, RetentionLimits, RetentionRule
from footfall_server.errors import FieldViolation, changed_meanwhile, invalid_fields, not_found
from footfall_server.ports import Clock, Transaction, Transactions
from footfall_server.services.scope import begin_exclusive_for, begin_for, require_site, tenant_of


@dataclass(frozen=True, slots=True)
class DaysChoice:
    """For how many days something is kept; None takes back what was said."""

    days: int | None


@dataclass(frozen=True, slots=True)
class RetentionValues:
    """What can be said; None leaves it as it is. A site says nothing of templates."""

    image_days: DaysChoice | None = None
    template_days: DaysChoice | None = None


class RetentionService:
    """Reads and changes rules. What they are good for: see Retention."""

    def __init__(self, *, transactions: Transactions, limits: RetentionLimits, clock: Clock) -> None:
        self._transactions = transactions
        self._limits = limits
        self._clock = clock

    async def get(self, principal: Principal) -> Retention:
        """What holds in the tenant."""
        async with begin_for(self._transactions, principal) as tx:
            return Retention(self._limits, await tx.retention.rules())

    async def get_site(self, principal: Principal, site_id: UUID) -> Retention:
        """The same, for a site. Raises NOT_FOUND."""
        require_site(principal, site_id)
        async with begin_for(self._transactions, principal) as tx:
            await _require_known(tx, site_id)
            return Retention(self._limits, await tx.retention.rules())

    async def update(self, principal: Principal, values: RetentionValues, *, etag: str = "") -> Retention:
        """Changes the tenant's own rule. Shortened, what is over then goes by the jobs' next run.

        Raises INVALID_FIELD for more than the installation allows, and ABORTED / ETAG_MISMATCH when an etag
        is given and is not that of now.
        """
        _refuse_more(
            [
                ("retention.image_days", values.image_days, self._limits.images),
                ("retention.template_days", values.template_days, self._limits.templates),
            ]
        )
        async with begin_exclusive_for(self._transactions, principal) as tx:
            return await self._change(tx, principal, None, values, etag)

    async def update_site(
        self, principal: Principal, site_id: UUID, values: RetentionValues, *, etag: str = ""
    ) -> Retention:
        """Changes a site's own rule of pictures. Raises NOT_FOUND, and as update."""
        require_site(principal, site_id)
        _refuse_more([("site_retention.image_days", values.image_days, self._limits.images)])
        async with begin_exclusive_for(self._transactions, principal) as tx:
            await _require_known(tx, site_id)
            return await self._change(tx, principal, site_id, values, etag)

    async def _change(
        self, tx: Transaction, principal: Principal, site_id: UUID | None, values: RetentionValues, etag: str
    ) -> Retention:
        before = Retention(self._limits, await tx.retention.rules())
        rule = before.rule(site_id)
        resource, resource_id = ("tenant", tenant_of(principal)) if site_id is None else ("site", site_id)
        if etag and etag != rule.etag:
            raise changed_meanwhile(resource, resource_id)
        changed = _changed(rule, values)
        if changed == rule:
            return before
        now = self._clock.now()
        await tx.retention.save(replace(changed, updated_at=now))
        detail = changes_between(_told(rule), _told(changed))
        await tx.audit.append(
            AuditEntry.of(
                principal, Action.RETENTION_UPDATE, resource_id, at=now, detail=detail, resource=resource
            )
        )
        return Retention(self._limits, await tx.retention.rules())


def _refuse_more(said: Iterable[tuple[str, DaysChoice | None, PeriodLimits]]) -> None:
    """Raises INVALID_FIELD for fields with more days than the installation allows."""
    faults = [
        FieldViolation(field, f"must be at most {limits.most} days in this installation", "retention.most")
        for field, choice, limits in said
        if choice is not None and choice.days is not None and choice.days > limits.most
    ]
    if faults:
        raise invalid_fields(faults)


async def _require_known(tx: Transaction, site_id: UUID) -> None:
    if await tx.sites.get(site_id) is None:
        raise not_found("site", site_id)


def _changed(rule: RetentionRule, values: RetentionValues) -> RetentionRule:
    return replace(
        rule,
        image_days=rule.image_days if values.image_days is None else values.image_days.days,
        template_days=rule.template_days if values.template_days is None else values.template_days.days,
    )


def _told(rule: RetentionRule) -> dict[str, object]:
    """A rule as the audit log shows it."""
    return {"image_days": rule.image_days, "template_days": rule.template_days}
