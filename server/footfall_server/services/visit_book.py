"""Joins the sightings of one batch to visits and says what watchers are to be told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from footfall_server.domain import visit_rules
from footfall_server.domain.batch import VisitReach
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.visit import Visit, first_visits
from footfall_server.domain.visit_rules import SightingSpan, VisitChanges
from footfall_server.ports import Transaction
from footfall_server.services.visit_rebuild import VisitRebuild


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
        self, sightings: Sequence[Sighting], rules: Mapping[UUID, SiteRules], newcomers: frozenset[UUID]
    ) -> VisitEntry:
        """Joins sightings of confirmed visitors to visits, by the rules of each one's site.

        Rules that are not given are read. `newcomers` are customers who have no visit yet. Visits that
        another one takes over are gone when this returns, and their sightings moved; the rest is for the
        caller to write.
        """
        counted = {each.track_id: each for each in sightings if each.customer_id is not None}
        at_site = _by_site(counted.values())
        rules = await self._all_rules(rules, at_site.keys())
        near = await self._tx.batches.visits_near(_reaches(at_site, rules, newcomers))
        entry = VisitEntry({}, [], [])
        if strays := _strays(counted, at_site, rules, near):
            entry = await self._rebuilt([each for each in counted.values() if each.customer_id in strays])
            at_site = _by_site(each for each in counted.values() if each.customer_id not in strays)
        visit_of = dict(entry.visit_of)
        changes = list(entry.changes)
        saved: list[Visit] = []
        gone: set[UUID] = set()
        for site_id, spans in at_site.items():
            here = [visit for visit in near if visit.site_id == site_id]
            joined = visit_rules.join(site_id, rules[site_id], here, spans)
            await self._take_over(joined)
            visit_of.update(joined.assigned)
            saved.extend(joined.saved)
            gone.update(joined.moved)
            changes.extend(_told(site_id, joined))
        changes.extend(
            _no_longer_first(first_visits(near), saved, gone, {each.resource_id for each in changes})
        )
        return VisitEntry(visit_of, saved, changes)

    async def _all_rules(
        self, given: Mapping[UUID, SiteRules], site_ids: Collection[UUID]
    ) -> Mapping[UUID, SiteRules]:
        missing = site_ids - given.keys()
        return {**given, **await self._tx.sites.rules(missing)} if missing else given

    async def _rebuilt(self, sightings: Sequence[Sighting]) -> VisitEntry:
        """Works out all visits of the customers of sightings, as if these were written already."""
        await self._tx.sightings.save(sightings)
        changes = await VisitRebuild(self._tx).of(
            {each.customer_id for each in sightings if each.customer_id}
        )
        found = await self._tx.visits.of_tracks([each.track_id for each in sightings])
        return VisitEntry({track_id: visit_id for track_id, (visit_id, _) in found.items()}, [], changes)

    async def _take_over(self, joined: VisitChanges) -> None:
        taken_over: defaultdict[UUID, set[UUID]] = defaultdict(set)
        for old, heir in joined.moved.items():
            taken_over[heir].add(old)
        for heir, olds in taken_over.items():
            await self._tx.sightings.move(from_visits=olds, to_visit=heir)
            await self._tx.visits.remove(olds)


def _by_site(sightings: Iterable[Sighting]) -> Mapping[UUID, Sequence[SightingSpan]]:
    spans: defaultdict[UUID, list[SightingSpan]] = defaultdict(list)
    for each in sightings:
        if each.customer_id is not None:
            spans[each.site_id].append(SightingSpan.of(each, each.customer_id))
    return spans


def _strays(
    sightings: Mapping[UUID, Sighting],
    at_site: Mapping[UUID, Sequence[SightingSpan]],
    rules: Mapping[UUID, SiteRules],
    near: Sequence[Visit],
) -> frozenset[UUID]:
    """The customers of sightings that are to leave the visit that they are in.

    It is among those near: a track's times only widen, so they still touch it.
    """
    visit_of = {each.track_id: each.visit_id for each in sightings.values() if each.visit_id is not None}
    return frozenset[UUID]().union(
        *(
            visit_rules.left_their_visits(
                rules[site_id], [visit for visit in near if visit.site_id == site_id], spans, visit_of
            )
            for site_id, spans in at_site.items()
        )
    )


def _reaches(
    at_site: Mapping[UUID, Sequence[SightingSpan]],
    rules: Mapping[UUID, SiteRules],
    newcomers: frozenset[UUID],
) -> Sequence[VisitReach]:
    """When visits of the customers who return would be joined: one reach each per site."""
    reaches: dict[tuple[UUID, UUID], VisitReach] = {}
    for site_id, spans in at_site.items():
        for span in spans:
            if span.customer_id in newcomers:
                continue
            gap = rules[site_id].at(span.first_seen_at).visit_gap
            earliest, latest = span.first_seen_at - gap, span.last_seen_at + gap
            if (before := reaches.get((site_id, span.customer_id))) is not None:
                earliest, latest = min(earliest, before.earliest), max(latest, before.latest)
            reaches[site_id, span.customer_id] = VisitReach(site_id, span.customer_id, earliest, latest)
    return list(reaches.values())


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
