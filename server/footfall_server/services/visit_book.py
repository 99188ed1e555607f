"""Joins the sightings of one batch to visits and says what watchers are to be told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from footfall_server.domain import visit_rules
from footfall_server.domain.batch import VisitReach
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.places import Site
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit
from footfall_server.domain.visit_rules import SightingSpan, VisitChanges
from footfall_server.ports import Transaction


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """What sightings make of visits: the visit of each track, visits to write, and what watchers are told."""

    visit_of: Mapping[UUID, UUID]
    visits: Sequence[Visit]
    changes: Sequence[NewChange]


class VisitBook:
    """Works inside one exclusive transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def enter(
        self, sightings: Sequence[Sighting], sites: Mapping[UUID, Site], newcomers: frozenset[UUID]
    ) -> VisitEntry:
        """Joins recognised sightings to visits, by the rule of each one's site.

        `newcomers` are customers who have no visit yet. Visits that another one takes over are gone when
        this returns, and their sightings moved; the rest is for the caller to write.
        """
        at_site: defaultdict[UUID, list[SightingSpan]] = defaultdict(list)
        for each in sightings:
            if each.customer_id is not None:
                span = SightingSpan(each.track_id, each.customer_id, each.first_seen_at, each.last_seen_at)
                at_site[each.site_id].append(span)
        near = await self._tx.batches.visits_near(_reaches(at_site, sites, newcomers))
        visit_of: dict[UUID, UUID] = {}
        changes: list[NewChange] = []
        saved: list[Visit] = []
        gone: set[UUID] = set()
        for site_id, spans in at_site.items():
            here = [visit for visit in near if visit.site_id == site_id]
            joined = visit_rules.join(site_id, sites[site_id].visit_gap, here, spans)
            await self._take_over(joined)
            visit_of.update(joined.assigned)
            saved.extend(joined.saved)
            gone.update(joined.moved)
            changes.extend(_told(site_id, joined))
        changes.extend(_no_longer_first(_firsts(near), saved, gone, {each.resource_id for each in changes}))
        return VisitEntry(visit_of, saved, changes)

    async def _take_over(self, joined: VisitChanges) -> None:
        taken_over: defaultdict[UUID, set[UUID]] = defaultdict(set)
        for old, heir in joined.moved.items():
            taken_over[heir].add(old)
        for heir, olds in taken_over.items():
            await self._tx.sightings.move(from_visits=olds, to_visit=heir)
            await self._tx.visits.remove(olds)


def _reaches(
    at_site: Mapping[UUID, Sequence[SightingSpan]], sites: Mapping[UUID, Site], newcomers: frozenset[UUID]
) -> Sequence[VisitReach]:
    """When visits of the customers who return would be joined: one reach each per site."""
    reaches: dict[tuple[UUID, UUID], VisitReach] = {}
    for site_id, spans in at_site.items():
        gap = sites[site_id].visit_gap
        for span in spans:
            if span.customer_id in newcomers:
                continue
            earliest, latest = span.first_seen_at - gap, span.last_seen_at + gap
            if (before := reaches.get((site_id, span.customer_id))) is not None:
                earliest, latest = min(earliest, before.earliest), max(latest, before.latest)
            reaches[site_id, span.customer_id] = VisitReach(site_id, span.customer_id, earliest, latest)
    return list(reaches.values())


def _firsts(near: Sequence[Visit]) -> Mapping[UUID, Visit]:
    """The visit of each customer that made them one."""
    firsts: dict[UUID, Visit] = {}
    for visit in sorted(near, key=lambda each: (each.first_seen_at, each.visit_id)):
        firsts.setdefault(visit.customer_id, visit)
    return firsts


def _told(site_id: UUID, joined: VisitChanges) -> list[NewChange]:
    """One change per visit that began, grew or went. Growing is also: another sighting within its times."""
    touched = dict.fromkeys(joined.assigned.values())
    kinds = {
        visit_id: ChangeKind.CREATED if visit_id in joined.created else ChangeKind.UPDATED
        for visit_id in touched
    }
    kinds.update(dict.fromkeys(joined.moved, ChangeKind.DELETED))
    return [NewChange(Topic.VISITS, kind, site_id, visit_id) for visit_id, kind in kinds.items()]


def _no_longer_first(
    former: Mapping[UUID, Visit], saved: Sequence[Visit], gone: set[UUID], told: set[UUID]
) -> list[NewChange]:
    """Changes for visits that were a customer's first and are not any more: their kind is another now."""
    overtaken = {
        visit.visit_id: visit
        for visit in former.values()
        if visit.visit_id not in gone
        and visit.visit_id not in told
        and any(
            each.customer_id == visit.customer_id
            and (each.first_seen_at, each.visit_id) < (visit.first_seen_at, visit.visit_id)
            for each in saved
        )
    }
    return [
        NewChange(Topic.VISITS, ChangeKind.UPDATED, visit.site_id, visit_id)
        for visit_id, visit in overtaken.items()
    ]
