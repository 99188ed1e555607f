"""When sightings are one visit. Pure.

A sighting falls under the rule of its site that holds when it begins, and on the business day on which it
begins. The visits of a person at a site are, for each rule and day, the connected components of those
sightings, two of which are joined when no more than the rule's gap lies between them (capture time). A
visit's id is the lowest seed of its sightings. So neither the order in which sightings arrive nor how they
are cut into batches matters: a late one extends a visit, makes one in the past, or bridges two into one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol, Self, TypeVar
from uuid import UUID

from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.visit import Visit


@dataclass(frozen=True, slots=True)
class SightingSpan:
    """A sighting as the rule sees it. `seed` is the id of a visit that it has to itself."""

    track_id: UUID
    customer_id: UUID
    first_seen_at: datetime
    last_seen_at: datetime
    seed: UUID

    @classmethod
    def of(cls, sighting: Sighting, customer_id: UUID) -> Self:
        """The span of a sighting of this customer. One that an older release recorded may have no seed."""
        return cls(
            track_id=sighting.track_id,
            customer_id=customer_id,
            first_seen_at=sighting.first_seen_at,
            last_seen_at=sighting.last_seen_at,
            seed=sighting.visit_seed or sighting.track_id,
        )


class VisitKey(NamedTuple):
    """What sightings at a site must have in common to be joined."""

    customer_id: UUID
    rule_version: int
    business_day: date


@dataclass(frozen=True, slots=True)
class VisitChanges:
    """What some sightings do to the visits of a site."""

    saved: tuple[Visit, ...]
    """Visits to write: new ones, and ones whose times changed."""
    created: frozenset[UUID]
    """Which of the saved did not exist."""
    moved: Mapping[UUID, UUID]
    """Visits that another one took over, by whom: their sightings move there, then they go."""
    assigned: Mapping[UUID, UUID]
    """The visit of each sighting, by track."""


def key_of(span: SightingSpan, rules: SiteRules) -> VisitKey:
    """What a sighting must have in common with those that it is joined with."""
    rule = rules.at(span.first_seen_at)
    return VisitKey(span.customer_id, rule.rule_version, rule.day(span.first_seen_at))


def key_of_visit(visit: Visit) -> VisitKey:
    """What a visit's sightings have in common."""
    return VisitKey(visit.customer_id, visit.rule_version, visit.business_day)


def join(
    site_id: UUID, rules: SiteRules, visits: Sequence[Visit], spans: Sequence[SightingSpan]
) -> VisitChanges:
    """Joins sightings at a site with the visits there that lie within the gap of them.

    `visits` may hold others, too; they stay as they are. Without any, this works out all visits of the
    sightings. With some, it comes to the same, as long as no sighting has left the visit that it was in
    (see `left_their_visits`): its times only widen, so what is joined stays joined, and a visit's own times
    say whether a sighting joins it. Any moment between them lies within the gap of one of its sightings,
    and any moment outside is closest to its first or its last. The lowest seed of all is the lowest of the
    visits' ids and the new seeds.
    """
    visits_of: defaultdict[VisitKey, list[Visit]] = defaultdict(list)
    spans_of: defaultdict[VisitKey, list[SightingSpan]] = defaultdict(list)
    for visit in visits:
        visits_of[key_of_visit(visit)].append(visit)
    for span in spans:
        spans_of[key_of(span, rules)].append(span)
    saved: list[Visit] = []
    created: set[UUID] = set()
    moved: dict[UUID, UUID] = {}
    assigned: dict[UUID, UUID] = {}
    for key, new_spans in spans_of.items():
        gap = rules.at(new_spans[0].first_seen_at).visit_gap
        members: list[Visit | SightingSpan] = [*visits_of[key], *new_spans]
        for component in _components(members, gap):
            old = [each for each in component if isinstance(each, Visit)]
            joined = [each for each in component if isinstance(each, SightingSpan)]
            if not joined:
                continue
            old_ids = {each.visit_id for each in old}
            visit_id = min(old_ids | {each.seed for each in joined})
            visit = Visit(
                visit_id=visit_id,
                site_id=site_id,
                customer_id=key.customer_id,
                first_seen_at=min(each.first_seen_at for each in component),
                last_seen_at=max(each.last_seen_at for each in component),
                rule_version=key.rule_version,
                business_day=key.business_day,
            )
            if visit not in old:
                saved.append(visit)
            if visit_id not in old_ids:
                created.add(visit_id)
            moved.update((each, visit_id) for each in old_ids if each != visit_id)
            assigned.update((each.track_id, visit_id) for each in joined)
    return VisitChanges(tuple(saved), frozenset(created), moved, assigned)


def left_their_visits(
    rules: SiteRules, visits: Sequence[Visit], spans: Sequence[SightingSpan], visit_of: Mapping[UUID, UUID]
) -> frozenset[UUID]:
    """The customers of sightings that begin on another day, or under another rule, than they were said to.

    `visit_of` has the visits that sightings, by track, were in so far; they are among `visits`, which are of
    one site. What such a sighting leaves behind may fall apart, which only all of it can tell.
    """
    keys = {visit.visit_id: key_of_visit(visit) for visit in visits}
    return frozenset(
        span.customer_id
        for span in spans
        if span.track_id in visit_of and keys.get(visit_of[span.track_id]) != key_of(span, rules)
    )


class _Timed(Protocol):
    @property
    def first_seen_at(self) -> datetime: ...
    @property
    def last_seen_at(self) -> datetime: ...


_Member = TypeVar("_Member", bound=_Timed)


def _components(members: Iterable[_Member], gap: timedelta) -> list[list[_Member]]:
    """The groups of which each member is within the gap of another one.

    In the order of their beginnings, a group ends where nothing that began so far reaches the next one.
    """
    groups: list[list[_Member]] = []
    latest: datetime | None = None
    for member in sorted(members, key=lambda each: each.first_seen_at):
        if latest is None or member.first_seen_at - latest > gap:
            groups.append([])
            latest = member.last_seen_at
        groups[-1].append(member)
        latest = max(latest, member.last_seen_at)
    return groups
