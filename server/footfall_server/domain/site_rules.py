"""What joins sightings at a site to visits, with all that it ever was. Pure.

A rule holds from a moment on, and a sighting has the rule that holds when it begins. Changing a site's
settings never changes what was counted before: it adds a version.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, Self

from footfall_server.domain.business_day import beginning_of, business_day
from footfall_server.domain.places import DEFAULT_VISIT_GAP, Site

FIRST_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class SiteRule:
    """One version of a site's rule. It holds from `effective_at` on; None is from the beginning."""

    rule_version: int
    effective_at: datetime | None
    time_zone: str
    visit_gap: timedelta
    business_day_start: timedelta

    def day(self, at: datetime) -> date:
        """The business day of a moment under this version."""
        return business_day(at, self.time_zone, self.business_day_start)

    def next_day(self, at: datetime) -> datetime:
        """When the business day after the one of a moment begins."""
        return beginning_of(self.day(at) + timedelta(days=1), self.time_zone, self.business_day_start)

    def says(self, site: Site) -> bool:
        """Whether it is what the site's settings say."""
        said = (site.time_zone, site.visit_gap, site.business_day_start)
        return (self.time_zone, self.visit_gap, self.business_day_start) == said


@dataclass(frozen=True, slots=True)
class SiteRules:
    """All versions of a site's rule, the oldest first; there is at least one."""

    versions: tuple[SiteRule, ...]

    @classmethod
    def first_of(cls, site: Site) -> Self:
        """The rules of a site whose settings were never changed."""
        return cls((_rule_of(site, FIRST_VERSION, None),))

    def at(self, at: datetime) -> SiteRule:
        """The version that holds at a moment."""
        return next(
            (
                each
                for each in reversed(self.versions)
                if each.effective_at is None or each.effective_at <= at
            ),
            self.versions[0],
        )

    def day(self, at: datetime) -> date:
        """The business day of a moment, by the version that holds then."""
        return self.at(at).day(at)

    def days(self, since: datetime, until: datetime) -> Collection[date]:
        """The business days of all moments from `since` on and before `until`, by the versions of then."""
        begins = (each.effective_at for each in self.versions if each.effective_at is not None)
        edges = [since, *sorted(at for at in begins if since < at < until), until]
        found = set[date]()
        for start, end in pairwise(edges):
            first, last = self.day(start), self.day(end - timedelta.resolution)
            found.update(first + timedelta(days=offset) for offset in range((last - first).days + 1))
        return found

    def amended(self, site: Site, *, now: datetime, latest_visit: datetime | None) -> Self:
        """The rules when the site has new settings. `latest_visit` is when its latest visit began, if any.

        Where nobody was counted yet, the new settings hold at once. Else they hold from the next business
        day on, so a day has one rule and nobody who is there is counted twice; settings that wait for that
        moment already are replaced. A camera's clock may be ahead of ours, so that day is one that has no
        visit: what was counted always stays as it is.
        """
        if self.versions[-1].says(site):
            return self
        if latest_visit is None and len(self.versions) == 1:
            return replace(self, versions=(_rule_of(site, self.versions[0].rule_version, None),))
        moment = now if latest_visit is None else max(now, latest_visit)
        kept = tuple(
            each for each in self.versions if each.effective_at is None or each.effective_at <= moment
        )
        effective_at = self.at(moment).next_day(moment)
        return replace(self, versions=(*kept, _rule_of(site, kept[-1].rule_version + 1, effective_at)))


def _rule_of(site: Site, rule_version: int, effective_at: datetime | None) -> SiteRule:
    return SiteRule(rule_version, effective_at, site.time_zone, site.visit_gap, site.business_day_start)


FORGOTTEN_SITE: Final = SiteRules((SiteRule(FIRST_VERSION, None, "UTC", DEFAULT_VISIT_GAP, timedelta()),))
"""The rules of a site that was deleted when rules were not kept yet."""
