"""Guesses about who may be one person: listed, accepted and dismissed by people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.change import NewChange
from footfall_server.domain.customer import Customer
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identity import Principal
from footfall_server.domain.merge import DistinctMark, pairs_of
from footfall_server.domain.restatement import ChangeCause
from footfall_server.domain.suggestion import Suggestion, SuggestionSummary
from footfall_server.domain.thresholds import Zones
from footfall_server.errors import not_found
from footfall_server.ports import Clock, ScoreCursor, Transaction, Transactions
from footfall_server.services.merge_ledger import MergeLedger
from footfall_server.services.merge_planning import MergePlanning
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_exclusive_for, begin_for, tenant_of
from footfall_server.services.visit_rebuild import VisitRebuild


class SuggestionFinder(Protocol):
    """Compares a tenant's people with each other."""

    async def refresh(self, tenant_id: UUID) -> SuggestionSummary:
        """Replaces the tenant's suggestions by what is found now. Merges nobody."""
        ...

    async def zones(self, tenant_id: UUID, /) -> Zones:
        """By what a face that is seen now is told from all of the tenant's people."""
        ...


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """A suggestion with the best stored face of everybody whom it is about, who would remain first."""

    suggestion: Suggestion
    image_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class SuggestionPage(Page[SuggestionView, ScoreCursor]):
    """A page, and the zones that hold now, to see the scores on."""

    zones: Zones


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who they are now. `merge_id` undoes it; None when people who waited became a new customer."""

    customer_id: UUID
    merge_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Joined:
    customer_id: UUID
    merge_id: UUID | None
    changes: Sequence[NewChange]


class Suggestions:
    """Suggestions are found by a `SuggestionFinder`; nothing is done before a person says so."""

    def __init__(self, *, transactions: Transactions, finder: SuggestionFinder, clock: Clock) -> None:
        self._transactions = transactions
        self._finder = finder
        self._clock = clock

    async def list(self, principal: Principal, *, after: ScoreCursor | None, limit: int) -> SuggestionPage:
        """One page of those that hold and that are about people of the caller's sites, the surest first."""
        async with begin_for(self._transactions, principal) as tx:
            found = await tx.suggestions.list(sites=principal.site_ids, after=after, limit=limit + 1)
            everybody = {each for suggestion in found for each in suggestion.everybody}
            images = await tx.customer_sightings.best_images(everybody, sites=principal.site_ids)
        views = [
            SuggestionView(each, [images[who] for who in each.everybody if who in images]) for each in found
        ]
        page = page_of(
            views, limit, lambda view: ScoreCursor(view.suggestion.score, view.suggestion.suggestion_id)
        )
        return SuggestionPage(page.items, page.next_after, await self._finder.zones(tenant_of(principal)))

    async def refresh(self, principal: Principal) -> SuggestionSummary:
        """Looks for suggestions now."""
        return await self._finder.refresh(tenant_of(principal))

    async def accept(self, principal: Principal, suggestion_id: UUID) -> Accepted:
        """Does what the suggestion says.

        Raises NOT_FOUND for one that does not hold, and FAILED_PRECONDITION / CANNOT_LINK when its people
        were seen at the same moment since.
        """
        async with begin_exclusive_for(self._transactions, principal) as tx:
            suggestion = await _holding(tx, suggestion_id)
            now = self._clock.now()
            found = await tx.customers.find(suggestion.everybody)
            people = [found[each] for each in suggestion.everybody]
            joined = await _Joining(tx, principal, now).of(suggestion, people)
            await tx.suggestions.remove(suggestion_id)
            await _note(
                tx, principal, Action.SUGGESTION_ACCEPT, suggestion, about=joined.customer_id, now=now
            )
            await tx.changes.append(joined.changes)
            return Accepted(joined.customer_id, joined.merge_id)

    async def dismiss(self, principal: Principal, suggestion_id: UUID) -> None:
        """Marks its people as distinct, each from each where none would remain. Raises NOT_FOUND."""
        async with begin_exclusive_for(self._transactions, principal) as tx:
            suggestion = await _holding(tx, suggestion_id)
            now = self._clock.now()
            for low, high in pairs_of(suggestion.everybody):
                if suggestion.customer_id in {None, low, high}:
                    await tx.distinct.mark(DistinctMark(low, high, "", now, principal.subject_id))
            await tx.suggestions.remove(suggestion_id)
            await _note(
                tx, principal, Action.SUGGESTION_DISMISS, suggestion, about=suggestion.everybody[0], now=now
            )


class _Joining:
    def __init__(self, tx: Transaction, principal: Principal, now: datetime) -> None:
        self._tx = tx
        self._ledger = MergeLedger(tx, principal, now)
        self._now = now

    async def of(self, suggestion: Suggestion, people: Sequence[Customer]) -> _Joined:
        target, *others = people
        if suggestion.customer_id is not None:
            plan = await MergePlanning(self._tx).of(target, others)
            plan.require_one_person()
            moved = await self._ledger.merge(plan)
            return _Joined(target.customer_id, moved.merge.merge_id, moved.changes)
        changes = await self._confirm(target, others)
        return _Joined(target.customer_id, None, changes)

    async def _confirm(self, waiting: Customer, others: Sequence[Customer]) -> Sequence[NewChange]:
        """Makes a customer of somebody who waits, with the others in it. Their merge can be undone."""
        tx, customer_id = self._tx, waiting.customer_id
        await tx.report_days.because(ChangeCause.CONFIRMATION)
        await tx.customers.confirm(customer_id, self._now)
        sightings = sorted(
            await tx.sightings.of_customers([customer_id]),
            key=lambda each: (each.first_seen_at, each.track_id),
        )
        await tx.sightings.save(
            [
                replace(each, outcome=FaceOutcome.KNOWN if position else FaceOutcome.NEW)
                for position, each in enumerate(sightings)
            ]
        )
        await tx.customers.note_sites(customer_id, {each.site_id for each in sightings})
        if not others:
            return await VisitRebuild(tx).of([customer_id])
        target = (await tx.customers.find([customer_id]))[customer_id]
        plan = await MergePlanning(tx).of(target, others)
        plan.require_one_person()
        return (await self._ledger.merge(plan)).changes


async def _holding(tx: Transaction, suggestion_id: UUID) -> Suggestion:
    suggestion = await tx.suggestions.get(suggestion_id)
    if suggestion is None:
        raise not_found("suggestion", suggestion_id)
    return suggestion


async def _note(
    tx: Transaction,
    principal: Principal,
    action: Action,
    suggestion: Suggestion,
    *,
    about: UUID,
    now: datetime,
) -> None:
    detail = {
        "suggestion_id": suggestion.suggestion_id,
        "kind": suggestion.kind.value,
        "customer_ids": suggestion.everybody,
        "score": round(suggestion.score, 4),
    }
    await tx.audit.append(AuditEntry.of(principal, action, about, at=now, detail=detail))
