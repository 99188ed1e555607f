"""A chain whose people are seen, merged and parted, over any database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from uuid import UUID

from customer_samples import a_suggestion
from fakes.canned_finder import CannedFinder
from fakes.manual_clock import ManualClock
from footfall_server.domain.customer import Customer
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.places import Site
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.suggestion import SuggestionKind
from footfall_server.domain.visit import VisitFilter, VisitKind
from footfall_server.errors import FootfallError
from footfall_server.ports import Transactions
from footfall_server.services.merging import MergeOrder, Merging
from footfall_server.services.suggestions import Suggestions
from footfall_server.services.visit_rebuild import VisitRebuild


@dataclass(frozen=True, slots=True)
class CountedVisit:
    """A visit as an oracle or a list has it: whose, where, of which tracks, and whether it is the first."""

    customer_id: UUID
    site_id: UUID
    tracks: frozenset[UUID]
    kind: VisitKind


class MergeWorld:
    """Records as ingest does, merges as people do."""

    def __init__(self, transactions: Transactions, tenant_id: UUID, clock: ManualClock) -> None:
        self._transactions = transactions
        self._tenant_id = tenant_id
        self._principal = Principal(new_id(), Role.TENANT_ADMIN, tenant_id, clock.now())
        self._merging = Merging(transactions=transactions, clock=clock)
        self._suggestions = Suggestions(transactions=transactions, finder=CannedFinder(), clock=clock)

    async def open(self, sites: Iterable[Site], people: Iterable[Customer]) -> None:
        """Opens sites and makes people, who get their numbers in their order."""
        async with self._transactions.begin_exclusive(self._tenant_id) as tx:
            for site in sites:
                await tx.sites.add(site, None)
            for each in people:
                await tx.customers.add(each, None)

    async def record(self, sighting: Sighting) -> None:
        """Records a track of `owner_id`, whoever that is by now."""
        assert sighting.owner_id is not None
        async with self._transactions.begin_exclusive(self._tenant_id) as tx:
            owner = (await tx.customers.find([sighting.owner_id]))[sighting.owner_id]
            root = (await tx.customers.find([owner.root_id]))[owner.root_id]
            waits = root.state is IdentityState.WAITING
            outcome = FaceOutcome.PENDING if waits else sighting.outcome
            await tx.sightings.save([replace(sighting, customer_id=root.customer_id, outcome=outcome)])
            await tx.changes.append(await VisitRebuild(tx).of([root.customer_id]))

    async def merge(self, target_id: UUID, source_ids: Sequence[UUID], *, force: bool) -> UUID | None:
        """Makes them one, as who they are now; None where that is refused."""
        async with self._transactions.begin(self._tenant_id) as tx:
            named = await tx.customers.find([target_id, *source_ids])
            ids = list(dict.fromkeys(named[each].root_id for each in (target_id, *source_ids)))
            roots = await tx.customers.find(ids)
        waiting = [each for each in ids if roots[each].state is IdentityState.WAITING]
        confirmed = [each for each in ids if each not in waiting]
        if not confirmed or len(ids) < 2:
            return None
        try:
            if waiting:
                return await self._resolve(confirmed[0], waiting)
            order = MergeOrder(ids[0], ids[1:], reason="for sure" if force else "", force=force)
            return (await self._merging.merge(self._principal, order)).merge.merge_id
        except FootfallError as refused:
            if refused.reason != "CANNOT_LINK":
                raise
            return None

    async def undo(self, merge_id: UUID) -> None:
        await self._merging.unmerge(self._principal, merge_id)

    async def counted(self) -> frozenset[CountedVisit]:
        """The visits as people see them."""
        async with self._transactions.begin(self._tenant_id) as tx:
            views = await tx.visits.list(matching=VisitFilter(), after=None, limit=1000)
            found = await tx.sightings.of_customers({view.customer_id for view in views})
        tracks: defaultdict[UUID | None, set[UUID]] = defaultdict(set)
        for each in found:
            tracks[each.visit_id].add(each.track_id)
        return frozenset(
            CountedVisit(view.customer_id, view.site_id, frozenset(tracks[view.visit_id]), view.kind)
            for view in views
        )

    async def _resolve(self, customer_id: UUID, waiting: Sequence[UUID]) -> UUID | None:
        suggestion = a_suggestion(customer_id, *waiting, kind=SuggestionKind.RESOLVE)
        async with self._transactions.begin(self._tenant_id) as tx:
            await tx.suggestions.replace_all([suggestion])
        try:
            return (await self._suggestions.accept(self._principal, suggestion.suggestion_id)).merge_id
        finally:
            async with self._transactions.begin(self._tenant_id) as tx:
                await tx.suggestions.replace_all([])


def visits_by_brute_force(
    customers: Iterable[Customer], sightings: Iterable[Sighting], rules: dict[UUID, SiteRules]
) -> frozenset[CountedVisit]:
    """What the visits have to be: every pair of sightings is compared, and nothing is remembered."""
    countable = {
        each.customer_id
        for each in customers
        if each.is_root and each.state is IdentityState.CONFIRMED and each.kind is CustomerKind.VISITOR
    }
    seen = [each for each in sightings if each.customer_id in countable]
    group = {each.track_id: {each.track_id} for each in seen}
    for one, other in combinations(seen, 2):
        if (one.customer_id, one.site_id) == (other.customer_id, other.site_id) and _is_one_stay(
            one, other, rules[one.site_id]
        ):
            joined = group[one.track_id] | group[other.track_id]
            group.update(dict.fromkeys(joined, joined))
    by_track = {each.track_id: each for each in seen}
    visits = {frozenset(tracks) for tracks in group.values()}

    def age(visit: frozenset[UUID]) -> tuple[datetime, UUID]:
        members = [by_track[each] for each in visit]
        seeds = [each.visit_seed for each in members if each.visit_seed is not None]
        return min(each.first_seen_at for each in members), min(seeds)

    found: set[CountedVisit] = set()
    first_of: set[UUID] = set()
    for visit in sorted(visits, key=age):
        member = by_track[next(iter(visit))]
        assert member.customer_id is not None
        kind = VisitKind.REPEAT if member.customer_id in first_of else VisitKind.NEW
        first_of.add(member.customer_id)
        found.add(CountedVisit(member.customer_id, member.site_id, visit, kind))
    return frozenset(found)


def _is_one_stay(one: Sighting, other: Sighting, rules: SiteRules) -> bool:
    apart = max(one.first_seen_at, other.first_seen_at) - min(one.last_seen_at, other.last_seen_at)
    mine, theirs = rules.at(one.first_seen_at), rules.at(other.first_seen_at)
    same_day = mine.day(one.first_seen_at) == theirs.day(other.first_seen_at)
    return mine == theirs and same_day and apart <= mine.visit_gap
