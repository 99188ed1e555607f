"""Reads visits for people, within the sites that they may see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from footfall_server.domain.identity import Principal
from footfall_server.domain.visit import VisitFilter, VisitView
from footfall_server.errors import not_found
from footfall_server.ports import TimeCursor, Transactions
from footfall_server.services.paging import page_of
from footfall_server.services.scope import begin_for, require_site


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Some visits, newest first. `revision` is as of the page or before: watching after it misses nothing."""

    items: Sequence[VisitView]
    next_after: TimeCursor | None
    revision: int


class VisitService:
    """Lists and reads visits."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    async def list(
        self, principal: Principal, *, matching: VisitFilter, after: TimeCursor | None, limit: int
    ) -> VisitPage:
        """One page of the visits that match and that the caller may see.

        Raises NOT_FOUND when `matching` names a site that is not there or that the caller may not see.
        """
        for site_id in matching.site_ids or ():
            require_site(principal, site_id)
        async with begin_for(self._transactions, principal) as tx:
            for site_id in matching.site_ids or ():
                if await tx.sites.get(site_id) is None:
                    raise not_found("site", site_id)
            # Read before the visits: what is committed in between is then told by the watch.
            horizon = await tx.changes.horizon()
            visible = principal.site_ids if matching.site_ids is None else matching.site_ids
            found = await tx.visits.list(
                matching=replace(matching, site_ids=visible), after=after, limit=limit + 1
            )
        page = page_of(found, limit, lambda visit: TimeCursor(visit.first_seen_at, visit.visit_id))
        return VisitPage(page.items, page.next_after, horizon.current)

    async def get(self, principal: Principal, visit_id: UUID) -> VisitView:
        """Raises NOT_FOUND, also for a visit at a site that the caller may not see."""
        async with begin_for(self._transactions, principal) as tx:
            visit = await tx.visits.get(visit_id)
        if visit is None or not principal.may_see(visit.site_id):
            raise not_found("visit", visit_id)
        return visit
