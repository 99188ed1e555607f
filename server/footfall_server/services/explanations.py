"""Answers why: why a face was taken for somebody, and why sightings make one visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from footfall_server.domain.decision import DecisionRecord
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identity import Principal
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRule
from footfall_server.domain.visit import VisitView
from footfall_server.errors import not_found
from footfall_server.ports import Transaction, Transactions
from footfall_server.services.scope import begin_for

MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one event was decided as it was, and what came of its track since.

    `sighting` is the track as it is now, `visit` and `rule` the visit that it belongs to.
    """

    decision: DecisionRecord
    sighting: Sighting | None
    visit: VisitView | None
    rule: SiteRule | None

    @property
    def customer_id(self) -> UUID | None:
        """Who it is now. Somebody who only waits is not told."""
        if self.sighting is None or self.sighting.outcome is FaceOutcome.PENDING:
            return None
        return self.sighting.customer_id


class ExplanationService:
    """Reads what ingest kept of its decisions, for 30 days."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    async def of_event(self, principal: Principal, event_id: UUID) -> Explanation:
        """Raises NOT_FOUND, also for an event at a site that the caller may not see."""
        async with begin_for(self._transactions, principal) as tx:
            decision = await tx.decisions.of_event(event_id)
            if decision is None or not principal.may_see(decision.site_id):
                raise not_found("event", event_id)
            [explanation] = await _explained(tx, [decision])
        return explanation

    async def of_visit(self, principal: Principal, visit_id: UUID) -> tuple[VisitView, Sequence[Explanation]]:
        """The visit and its events, the newest decision first. Raises NOT_FOUND as `of_event`."""
        async with begin_for(self._transactions, principal) as tx:
            visit = await tx.visits.get(visit_id)
            if visit is None or not principal.may_see(visit.site_id):
                raise not_found("visit", visit_id)
            tracks = [
                each.track_id
                for each in await tx.sightings.of_customers([visit.customer_id])
                if each.visit_id == visit_id
            ]
            return visit, await _explained(tx, await tx.decisions.of_tracks(tracks, MOST_TOLD))


async def _explained(tx: Transaction, decisions: Sequence[DecisionRecord]) -> Sequence[Explanation]:
    sightings = await tx.sightings.by_track({each.track_id for each in decisions})
    visits = await tx.visits.views(
        {each.visit_id for each in sightings.values() if each.visit_id is not None}
    )
    rules = await tx.sites.rules({visit.site_id for visit in visits.values()})
    explanations = []
    for decision in decisions:
        sighting = sightings.get(decision.track_id)
        visit = None if sighting is None or sighting.visit_id is None else visits.get(sighting.visit_id)
        rule = None
        if visit is not None:
            versions = rules[visit.site_id].versions
            rule = next((each for each in versions if each.rule_version == visit.rule_version), None)
        explanations.append(Explanation(decision, sighting, visit, rule))
    return explanations
