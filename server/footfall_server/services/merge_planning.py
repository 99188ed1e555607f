"""What a merge would do, and what speaks against it. Reads only."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from footfall_server.domain import visit_rules
from footfall_server.domain.customer import Customer
from footfall_server.domain.merge import ConflictKind, MergeConflict, name_of_all
from footfall_server.domain.overlap import overlaps
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit_rules import SightingSpan
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Transaction


@dataclass(frozen=True, slots=True)
class MergePlan:
    """`sightings` are those of all parties, who are roots; `name` is what the one is called afterwards."""

    target: Customer
    sources: Sequence[Customer]
    sightings: Sequence[Sighting]
    name: str = field(repr=False)
    visits_before: int
    visits_after: int
    conflicts: Sequence[MergeConflict]

    def require_one_person(self) -> None:
        """Raises FAILED_PRECONDITION / CANNOT_LINK when something speaks against it.

        Staff are merged into nobody who is counted: their visits would come back into the reports. The
        other way round is fine, since who turns out to work here should leave them.
        """
        for conflict in self.conflicts:
            raise _cannot_link(conflict.customer_id, conflict.other_id, _WORDS[conflict.kind])
        for source_id in self._staff_to_be_counted:
            raise _cannot_link(
                self.target.customer_id,
                source_id,
                "the second one works here and the first one does not; merge the first into the second",
            )

    @property
    def needs_force(self) -> bool:
        """Whether something speaks against it."""
        return bool(self.conflicts or self._staff_to_be_counted)

    @property
    def _staff_to_be_counted(self) -> Sequence[UUID]:
        if self.target.kind is CustomerKind.STAFF:
            return []
        return [each.customer_id for each in self.sources if each.kind is CustomerKind.STAFF]


class MergePlanning:
    """Works inside one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, target: Customer, sources: Sequence[Customer]) -> MergePlan:
        """The plan for people none of whom was merged into somebody."""
        parties = {each.customer_id for each in (target, *sources)}
        found = await self._tx.sightings.of_customers(parties)
        sightings = [each for each in found if each.customer_id in parties]
        visits = await self._tx.visits.of_customers(parties)
        return MergePlan(
            target=target,
            sources=sources,
            sightings=sightings,
            name=name_of_all(target, sources),
            visits_before=sum(visit.customer_id in parties for visit in visits),
            visits_after=await self._visits_of(target, sightings),
            conflicts=[*_seen_together(sightings), *await self._marked(parties)],
        )

    async def _visits_of(self, target: Customer, sightings: Sequence[Sighting]) -> int:
        """How many visits these are when all of them are the target's."""
        if target.kind is not CustomerKind.VISITOR:
            return 0
        spans: defaultdict[UUID, list[SightingSpan]] = defaultdict(list)
        for each in sightings:
            spans[each.site_id].append(SightingSpan.of(each, target.customer_id))
        rules = await self._tx.sites.rules(spans.keys())
        return sum(
            len(visit_rules.join(site_id, rules[site_id], (), at_site).saved)
            for site_id, at_site in spans.items()
        )

    async def _marked(self, parties: Collection[UUID]) -> Sequence[MergeConflict]:
        marks = await self._tx.distinct.among(parties)
        named = await self._tx.customers.find(
            {each for mark in marks for each in (mark.low_id, mark.high_id)}
        )
        pairs = {tuple(sorted((named[mark.low_id].root_id, named[mark.high_id].root_id))) for mark in marks}
        return [MergeConflict(low, high, ConflictKind.MARKED_DISTINCT) for low, high in sorted(pairs)]


_WORDS = {
    ConflictKind.SEEN_TOGETHER: "one camera saw both at the same moment",
    ConflictKind.MARKED_DISTINCT: "they are marked as two people",
}


def _seen_together(sightings: Sequence[Sighting]) -> Sequence[MergeConflict]:
    return [
        MergeConflict(each.low_id, each.high_id, ConflictKind.SEEN_TOGETHER, each.camera_id, each.at)
        for each in overlaps(sightings)
    ]


def _cannot_link(one: UUID, other: UUID, why: str) -> FootfallError:
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "CANNOT_LINK",
        f"the customers {one} and {other} cannot be one person: {why}",
        metadata={"customer_id": str(one), "other_customer_id": str(other)},
    )
