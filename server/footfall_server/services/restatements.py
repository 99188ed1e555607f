"""Tells people of days that changed after they were over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from footfall_server.domain.identity import Principal
from footfall_server.domain.restatement import Restatement
from footfall_server.errors import not_found
from footfall_server.ports import TimeCursor, Transactions
from footfall_server.ports.restatements import RestatementFilter
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_for, require_site


@dataclass(frozen=True, slots=True)
class RestatementQuery:
    """`site_ids` may be empty: all that the caller may see. Days from `first` to `last`; None has no end."""

    site_ids: Sequence[UUID]
    first: date | None
    last: date | None


class Restatements:
    """Lists them."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    async def list(
        self, principal: Principal, query: RestatementQuery, *, before: TimeCursor | None, limit: int
    ) -> Page[Restatement, TimeCursor]:
        """One page, the newest first. Raises NOT_FOUND for a site that the caller may not see."""
        for site_id in query.site_ids:
            require_site(principal, site_id)
        async with begin_for(self._transactions, principal) as tx:
            known = frozenset(await tx.reports.sites())
            for site_id in query.site_ids:
                if site_id not in known:
                    raise not_found("site", site_id)
            matching = RestatementFilter(query.site_ids or known, query.first, query.last)
            found = await tx.restatements.list(matching, before=before, limit=limit + 1)
        return page_of(found, limit, lambda each: TimeCursor(each.restated_at, each.restatement_id))
