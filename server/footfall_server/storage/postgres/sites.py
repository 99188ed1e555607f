"""Sites in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from footfall_server.domain.camera_settings import ImagePolicy
from footfall_server.domain.places import Site
from footfall_server.domain.recognition_basis import LawfulBasis, RecognitionBasis
from footfall_server.domain.site_rules import FORGOTTEN_SITE, SiteRule, SiteRules
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import NameCursor
from footfall_server.storage.postgres.failures import name_taken
from footfall_server.storage.postgres.statements import TenantConnection, insert_each, one_of
from footfall_server.storage.postgres.tables import site_rules, sites

_BASIS = ("lawful_basis", "basis_reference", "basis_recorded_at", "basis_expires_at")
COLUMNS = (
    sites.c.site_id,
    sites.c.display_name,
    sites.c.time_zone,
    sites.c.visit_gap,
    sites.c.business_day_start,
    sites.c.created_at,
    sites.c.updated_at,
    sites.c.image_policy,
    sites.c.anonymous,
    *(sites.c[name] for name in _BASIS),
)

_RULE = ("site_id", "rule_version", "effective_at", "time_zone", "visit_gap", "business_day_start")
# On the driver, in the order of SiteRule: every event and every report asks for it.
_RULES = f"""
select {", ".join(_RULE)} from site_rules where site_id = any($1::uuid[]) order by rule_version
"""  # noqa: S608 - names of this module
_INSERT_RULE = insert_each(site_rules, _RULE)
_SAVE_RULE = _INSERT_RULE.on_conflict_do_update(
    constraint=site_rules.primary_key,
    set_={name: _INSERT_RULE.excluded[name] for name in _RULE if name not in {"site_id", "rule_version"}},
)


class PostgresSites:
    """SiteRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, site: Site, request_id: UUID | None) -> Site:
        """See SiteRepository.add."""
        given = insert(sites).values(
            tenant_id=self._connection.tenant_id,
            site_id=site.site_id,
            display_name=site.display_name,
            time_zone=site.time_zone,
            visit_gap=site.visit_gap,
            business_day_start=site.business_day_start,
            request_id=request_id,
            created_at=site.created_at,
            updated_at=site.updated_at,
            **_privacy_values(site),
        )
        try:
            added = await self._connection.first(given.on_conflict_do_nothing().returning(*COLUMNS))
        except IntegrityError as error:  # the only foreign key is the tenant
            raise not_found("tenant", self._connection.tenant_id) from error
        if added is None and request_id is not None:
            added = await self._connection.first(select(*COLUMNS).where(sites.c.request_id == request_id))
            if added is not None:
                return to_site(added)
        if added is None:
            raise name_taken("sites_name_key")
        rows = [_RuleRow(site.site_id, rule) for rule in SiteRules.first_of(site).versions]
        await self._connection.run_for_each(_INSERT_RULE, _RULE, rows)
        return to_site(added)

    async def get(self, site_id: UUID) -> Site | None:
        """See SiteRepository.get."""
        row = await self._connection.first(select(*COLUMNS).where(sites.c.site_id == site_id))
        return None if row is None else to_site(row)

    async def list(
        self, *, only: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[Site]:
        """See SiteRepository.list."""
        page = select(*COLUMNS).order_by(sites.c.name_key, sites.c.site_id).limit(limit)
        if only is not None:
            page = page.where(one_of(sites.c.site_id, only))
        if after is not None:
            page = page.where(
                tuple_(sites.c.name_key, sites.c.site_id) > tuple_(func.lower(after.name), after.resource_id)
            )
        return [to_site(row) for row in await self._connection.rows(page)]

    async def save(self, site: Site) -> None:
        """See SiteRepository.save."""
        await self._connection.run(
            update(sites)
            .where(sites.c.site_id == site.site_id)
            .values(
                display_name=site.display_name,
                time_zone=site.time_zone,
                visit_gap=site.visit_gap,
                business_day_start=site.business_day_start,
                updated_at=site.updated_at,
                **_privacy_values(site),
            )
        )

    async def remove(self, site_id: UUID) -> bool:
        """See SiteRepository.remove."""
        try:
            return await self._connection.run(delete(sites).where(sites.c.site_id == site_id)) > 0
        except IntegrityError as error:
            raise FootfallError(
                ErrorKind.FAILED_PRECONDITION,
                "NOT_EMPTY",
                f"the site {site_id} still has cameras",
                metadata={"site_id": str(site_id), "holds": "cameras"},
            ) from error

    async def rules(self, site_ids: Collection[UUID]) -> Mapping[UUID, SiteRules]:
        """See SiteRepository.rules."""
        versions: defaultdict[UUID, list[SiteRule]] = defaultdict(list)
        for site_id, *rule in await self._connection.fetch(_RULES, (list(site_ids),)):
            versions[site_id].append(SiteRule(*rule))
        found = {site_id: SiteRules(tuple(each)) for site_id, each in versions.items()}
        if missing := [each for each in site_ids if each not in found]:
            # An older release opened it. Its first rule is what it says.
            rows = await self._connection.rows(select(*COLUMNS).where(one_of(sites.c.site_id, missing)))
            found.update((row.site_id, SiteRules.first_of(to_site(row))) for row in rows)
        return {site_id: found.get(site_id, FORGOTTEN_SITE) for site_id in site_ids}

    async def save_rules(self, site_id: UUID, rules: SiteRules) -> None:
        """See SiteRepository.save_rules."""
        rows = [_RuleRow(site_id, rule) for rule in rules.versions]
        await self._connection.run_for_each(_SAVE_RULE, _RULE, rows)
        kept = [rule.rule_version for rule in rules.versions]
        await self._connection.run(
            delete(site_rules).where(
                site_rules.c.site_id == site_id, ~one_of(site_rules.c.rule_version, kept)
            )
        )


@dataclass(frozen=True, slots=True)
class _RuleRow:
    """A version of a rule with its site."""

    site_id: UUID
    rule: SiteRule

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rule, name)


def to_site(row: Row[Any]) -> Site:
    """A site from a row that has COLUMNS."""
    return Site(
        site_id=row.site_id,
        display_name=row.display_name,
        time_zone=row.time_zone,
        visit_gap=row.visit_gap,
        business_day_start=row.business_day_start,
        created_at=row.created_at,
        updated_at=row.updated_at,
        image_policy=ImagePolicy(row.image_policy),
        anonymous=row.anonymous,
        recognition_basis=to_basis(*(getattr(row, name) for name in _BASIS)),
    )


def to_basis(
    lawful_basis: str | None,
    reference: str | None,
    recorded_at: datetime | None,
    expires_at: datetime | None,
) -> RecognitionBasis | None:
    """What a site's columns say of it; all of them are there, or none."""
    if lawful_basis is None or reference is None or recorded_at is None or expires_at is None:
        return None
    return RecognitionBasis(LawfulBasis(lawful_basis), reference, recorded_at, expires_at)


def _privacy_values(site: Site) -> dict[str, Any]:
    basis = site.recognition_basis
    stated: tuple[object, ...] = (None,) * len(_BASIS)
    if basis is not None:
        stated = (basis.lawful_basis, basis.reference, basis.recorded_at, basis.expires_at)
    values = {"image_policy": site.image_policy, "anonymous": site.anonymous}
    return values | dict(zip(_BASIS, stated, strict=True))
