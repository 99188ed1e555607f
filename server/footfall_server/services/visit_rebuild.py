"""Works the visits of customers out again, after their sightings changed hands."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from footfall_server.domain import visit_rules
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit, first_visits
from footfall_server.domain.visit_rules import SightingSpan
from footfall_server.ports import Transaction


@dataclass(frozen=True, slots=True)
class _Holdings:
    """What is kept of some customers who share no visit with anybody else."""

    customer_ids: frozenset[UUID]
    sightings: Sequence[Sighting]
    visits: Mapping[UUID, Visit]


class VisitRebuild:
    """Works inside one exclusive transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, customer_ids: Collection[UUID]) -> Sequence[NewChange]:
        """Makes the visits of customers what their sightings say, and writes only what differs.

        Whoever shares a visit with them is included, so after a merge or its undoing any of the customers
        will do. One who waits, works here, was merged into somebody or is gone has no visits. Returns what
        watchers are to be told; append it last.
        """
        kept = await self._holdings(customer_ids)
        visits, visit_of = await self._worked_out(kept)
        assigned = {
            each.track_id: visit_of.get(each.track_id)
            for each in kept.sightings
            if each.visit_id != visit_of.get(each.track_id)
        }
        saved = [visit for visit in visits.values() if kept.visits.get(visit.visit_id) != visit]
        await self._tx.visits.save(saved)
        await self._tx.sightings.assign(assigned)
        await self._tx.visits.remove(kept.visits.keys() - visits.keys())
        former = {each.track_id: each.visit_id for each in kept.sightings}
        touched = {visit.visit_id for visit in saved}
        touched.update(
            visit_id for track in assigned for visit_id in (assigned[track], former[track]) if visit_id
        )
        touched.update(_first_ids(kept.visits.values()) ^ _first_ids(visits.values()))
        return _told(kept.visits, visits, touched)

    async def _holdings(self, customer_ids: Collection[UUID]) -> _Holdings:
        wanted = frozenset(customer_ids)
        while True:
            sightings = await self._tx.sightings.of_customers(wanted)
            visits = await self._tx.visits.of_customers(wanted)
            theirs = {each.customer_id for each in sightings if each.customer_id is not None}
            found = wanted | theirs | {visit.customer_id for visit in visits}
            if found == wanted:
                return _Holdings(wanted, sightings, {visit.visit_id: visit for visit in visits})
            wanted = found

    async def _worked_out(self, kept: _Holdings) -> tuple[Mapping[UUID, Visit], Mapping[UUID, UUID]]:
        """The visits as they should be, by id, and the visit of each sighting that has one, by track."""
        countable = await self._tx.visits.countable(kept.customer_ids)
        spans: defaultdict[UUID, list[SightingSpan]] = defaultdict(list)
        for each in kept.sightings:
            if each.customer_id is not None and each.customer_id in countable:
                spans[each.site_id].append(SightingSpan.of(each, each.customer_id))
        rules = await self._tx.sites.rules(spans.keys())
        visits: dict[UUID, Visit] = {}
        visit_of: dict[UUID, UUID] = {}
        for site_id, at_site in spans.items():
            joined = visit_rules.join(site_id, rules[site_id], (), at_site)
            visits.update((visit.visit_id, visit) for visit in joined.saved)
            visit_of.update(joined.assigned)
        return visits, visit_of


def _first_ids(visits: Iterable[Visit]) -> set[UUID]:
    return {visit.visit_id for visit in first_visits(visits).values()}


def _told(
    before: Mapping[UUID, Visit], after: Mapping[UUID, Visit], touched: Collection[UUID]
) -> Sequence[NewChange]:
    """One change per visit that began, went, or is seen as another one than before."""
    gone = [visit for visit_id, visit in before.items() if visit_id not in after]
    changes = [NewChange(Topic.VISITS, ChangeKind.DELETED, each.site_id, each.visit_id) for each in gone]
    for visit in sorted(after.values(), key=lambda each: (each.first_seen_at, each.visit_id)):
        if visit.visit_id in touched:
            kind = ChangeKind.UPDATED if visit.visit_id in before else ChangeKind.CREATED
            changes.append(NewChange(Topic.VISITS, kind, visit.site_id, visit.visit_id))
    return changes
