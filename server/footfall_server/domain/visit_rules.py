"""When sightings are one visit. Pure.

The visits of a person at a site are the connected components of the sightings, two of which are joined
when no more than the site's visit gap lies between them (capture time). So neither the order in which
sightings arrive nor how they are cut into batches matters: a late one extends a visit, makes one in the
past, or bridges two into one.

A visit's own times are enough to join it with a sighting: any moment between them lies within the gap of
one of its sightings, and any moment outside is closest to its first or its last.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final
from uuid import UUID

from footfall_server.domain.identifiers import new_id
from footfall_server.domain.visit import Visit

RULE_VERSION: Final = 1
"""Which rule joined a visit's sightings. Changing the rule below means raising this."""


@dataclass(frozen=True, slots=True)
class SightingSpan:
    """A sighting as the rule sees it."""

    track_id: UUID
    customer_id: UUID
    first_seen_at: datetime
    last_seen_at: datetime


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


def join(
    site_id: UUID,
    gap: timedelta,
    visits: Sequence[Visit],
    spans: Sequence[SightingSpan],
    make_id: Callable[[], UUID] = new_id,
) -> VisitChanges:
    """Joins sightings at a site with the visits there that lie within the gap of them.

    `visits` may hold others, too; they stay as they are. Of visits that turn out to be one, the one with
    the lowest id (made first) remains, so that most links to it stay good.
    """
    visits_of: defaultdict[UUID, list[Visit]] = defaultdict(list)
    spans_of: defaultdict[UUID, list[SightingSpan]] = defaultdict(list)
    for visit in visits:
        visits_of[visit.customer_id].append(visit)
    for span in spans:
        spans_of[span.customer_id].append(span)
    saved: list[Visit] = []
    created: set[UUID] = set()
    moved: dict[UUID, UUID] = {}
    assigned: dict[UUID, UUID] = {}
    for customer_id, new_spans in spans_of.items():
        for old, joined in _components(visits_of[customer_id], new_spans, gap):
            visit_id = min((visit.visit_id for visit in old), default=None)
            if visit_id is None:
                visit_id = make_id()
                created.add(visit_id)
            members: list[Visit | SightingSpan] = [*old, *joined]
            visit = Visit(
                visit_id=visit_id,
                site_id=site_id,
                customer_id=customer_id,
                first_seen_at=min(each.first_seen_at for each in members),
                last_seen_at=max(each.last_seen_at for each in members),
                rule_version=RULE_VERSION,
                business_day=min(each.first_seen_at for each in members).date(),
            )
            if visit not in old:
                saved.append(visit)
            moved.update((each.visit_id, visit_id) for each in old if each.visit_id != visit_id)
            assigned.update((span.track_id, visit_id) for span in joined)
    return VisitChanges(tuple(saved), frozenset(created), moved, assigned)


def _components(
    visits: Sequence[Visit], spans: Sequence[SightingSpan], gap: timedelta
) -> list[tuple[list[Visit], list[SightingSpan]]]:
    """Groups that have at least one span.

    Visits are joined by spans only, never by themselves: a gap that was made longer does not rewrite
    history by the way.
    """
    nodes: list[Visit | SightingSpan] = [*spans, *visits]
    group = list(range(len(nodes)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    for left, right in combinations(range(len(nodes)), 2):
        if left < len(spans) and _apart(nodes[left], nodes[right]) <= gap:
            group[root(right)] = root(left)
    members: defaultdict[int, tuple[list[Visit], list[SightingSpan]]] = defaultdict(lambda: ([], []))
    for index, node in enumerate(nodes):
        old, joined = members[root(index)]
        if isinstance(node, Visit):
            old.append(node)
        else:
            joined.append(node)
    return [component for component in members.values() if component[1]]


def _apart(one: Visit | SightingSpan, other: Visit | SightingSpan) -> timedelta:
    """The time between two, or less than nothing when they overlap."""
    return max(one.first_seen_at, other.first_seen_at) - min(one.last_seen_at, other.last_seen_at)
