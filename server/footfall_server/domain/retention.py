"""How long pictures of faces and templates are kept: what an installation allows, what tenants and sites say.

Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from footfall_server.domain.etag import etag_of

MOST_IMAGE_DAYS: Final = 30
"""No installation keeps pictures for longer; the life cycle of their bucket says the same."""
MOST_TEMPLATE_DAYS: Final = 1096
"""Three years with a leap day in them."""


class RuleSource(StrEnum):
    """Whose word it is how long something is kept."""

    INSTALLATION = "installation"
    TENANT = "tenant"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class PeriodLimits:
    """In days: what holds where nobody said anything, and the most that anybody may say."""

    default: int
    most: int


@dataclass(frozen=True, slots=True)
class RetentionLimits:
    """What an installation allows."""

    images: PeriodLimits
    templates: PeriodLimits


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """What a tenant, or one of its sites, said: in days, None where it said nothing.

    `site_id` is None for the tenant itself. `template_days` is the tenant's alone: a person is known to the
    tenant, and a template that one site had to forget would still be recognised at the next.
    """

    site_id: UUID | None = None
    image_days: int | None = None
    template_days: int | None = None
    updated_at: datetime | None = None

    @property
    def etag(self) -> str:
        """Names this state of the rule."""
        return etag_of(self.updated_at)


@dataclass(frozen=True, slots=True)
class Period:
    """For how many days something is kept, and who says so."""

    days: int
    source: RuleSource

    @property
    def length(self) -> timedelta:
        """The same as a span of time."""
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class ImageCutoffs:
    """Pictures taken before these moments go: `others` is for sites that are not in `of_sites`."""

    others: datetime
    of_sites: Mapping[UUID, datetime]

    def of(self, site_id: UUID | None) -> datetime:
        """The moment for a site; a site that is gone, or None, is one of the others."""
        return self.others if site_id is None else self.of_sites.get(site_id, self.others)

    @property
    def latest(self) -> datetime:
        """What was taken at this moment or later is over nowhere."""
        return max([self.others, *self.of_sites.values()])


class Retention:
    """What holds in a tenant: its own rules, each within the installation's limits of today.

    A site's own rule takes the place of the tenant's; without one the tenant's holds, and without that the
    installation's default. A rule that was made while the installation allowed more counts as its most.
    """

    def __init__(self, limits: RetentionLimits, rules: Iterable[RetentionRule] = ()) -> None:
        self.limits = limits
        self._rules = {rule.site_id: rule for rule in rules}

    @property
    def sites(self) -> Mapping[UUID, RetentionRule]:
        """The rules of sites that have one."""
        return {site_id: rule for site_id, rule in self._rules.items() if site_id is not None}

    def rule(self, site_id: UUID | None = None) -> RetentionRule:
        """What the tenant, or a site, said itself; an empty rule when it said nothing."""
        return self._rules.get(site_id) or RetentionRule(site_id)

    def images(self, site_id: UUID | None = None) -> Period:
        """How long pictures are kept at a site, or at sites without a rule of their own."""
        own = None if site_id is None else self.rule(site_id).image_days
        if own is not None:
            return _within(self.limits.images, own, RuleSource.SITE)
        return _within(self.limits.images, self.rule().image_days, RuleSource.TENANT)

    def templates(self) -> Period:
        """How long somebody is recognised after the last visit to any site."""
        return _within(self.limits.templates, self.rule().template_days, RuleSource.TENANT)

    def image_cutoffs(self, now: datetime) -> ImageCutoffs:
        """Pictures older than these are over now."""
        own = {site_id: now - self.images(site_id).length for site_id in self.sites}
        return ImageCutoffs(now - self.images().length, own)


def _within(limits: PeriodLimits, said: int | None, source: RuleSource) -> Period:
    if said is None:
        return Period(limits.default, RuleSource.INSTALLATION)
    if said > limits.most:
        return Period(limits.most, RuleSource.INSTALLATION)
    return Period(said, source)
