"""Joins the sightings of one batch to visits and says what watchers are to be told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from footfall_server.domain import visit_rules
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.places import Site
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit
from footfall_server.domain.visit_rules import SightingSpan, VisitChanges
from footfall_server.ports import Transaction


class VisitBook:
    """Works inside one exclusive transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def enter(
        self, sightings: Sequence[Sighting], sites: Mapping[UUID, Site], newcomers: frozenset[UUID]
    ) -> tuple[Mapping[UUID, UUID], Sequence[NewChange]]:
        """Writes the visits of recognised sightings, by the rule of each one's site.

        `newcomers` are customers who have no visit yet. Returns the visit of each track, and the changes to
        append; the sightings themselves are for the caller to save, after this.
        """
        at_site: defaultdict[UUID, list[SightingSpan]] = defaultdict(list)
        for each in sightings:
            if each.customer_id is not None:
                span = SightingSpan(each.track_id, each.customer_id, each.first_seen_at, each.last_seen_at)
                at_site[each.site_id].append(span)
        former = await self._former_firsts(sightings, newcomers)
        assigned: dict[UUID, UUID] = {}
        changes: list[NewChange] = []
        saved: list[Visit] = []
        gone: set[UUID] = set()
        for site_id, spans in at_site.items():
            joined = await self._join(sites[site_id], spans)
            assigned.update(joined.assigned)
            saved.extend(joined.saved)
            gone.update(joined.moved)
            changes.extend(_told(site_id, joined))
        changes.extend(_no_longer_first(former, saved, gone, {each.resource_id for each in changes}))
        return assigned, changes

    async def _former_firsts(
        self, sightings: Sequence[Sighting], newcomers: frozenset[UUID]
    ) -> Mapping[UUID, Visit]:
        returning = {each.customer_id for each in sightings if each.customer_id is not None} - newcomers
        return await self._tx.visits.first_of(returning) if returning else {}

    async def _join(self, site: Site, spans: Sequence[SightingSpan]) -> VisitChanges:
        visits = await self._tx.visits.around(
            {(site.site_id, span.customer_id) for span in spans},
            earliest=min(span.first_seen_at for span in spans) - site.visit_gap,
            latest=max(span.last_seen_at for span in spans) + site.visit_gap,
        )
        joined = visit_rules.join(site.site_id, site.visit_gap, visits, spans)
        if joined.saved:
            await self._tx.visits.save(joined.saved)
        taken_over: defaultdict[UUID, set[UUID]] = defaultdict(set)
        for old, heir in joined.moved.items():
            taken_over[heir].add(old)
        for heir, olds in taken_over.items():
            await self._tx.sightings.move(from_visits=olds, to_visit=heir)
            await self._tx.visits.remove(olds)
        return joined


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
