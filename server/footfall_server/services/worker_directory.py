"""The workers of a tenant's sites, for people to look at."""

from uuid import UUID

from footfall_server.domain.identity import Principal
from footfall_server.domain.worker import WorkerState
from footfall_server.errors import not_found
from footfall_server.ports import Clock, NameCursor, Transactions
from footfall_server.services.paging import WatchablePage, page_of, watchable
from footfall_server.services.scope import begin_for, require_site


class WorkerDirectory:
    """Lists and reads workers, as of now."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def get(self, principal: Principal, worker_id: UUID) -> WorkerState:
        """Raises NOT_FOUND for a worker of a site that the caller may not see."""
        async with begin_for(self._transactions, principal) as tx:
            worker = await tx.workers.get(worker_id)
        if worker is None or not principal.may_see(worker.site_id):
            raise not_found("worker", worker_id)
        return worker.as_of(self._clock.now())

    async def list(
        self, principal: Principal, *, site_id: UUID | None, after: NameCursor | None, limit: int
    ) -> WatchablePage[WorkerState, NameCursor]:
        """The workers that the caller may see, by name; those of one site when it is given.

        Raises NOT_FOUND for a site that the caller may not see.
        """
        async with begin_for(self._transactions, principal) as tx:
            if site_id is not None:
                require_site(principal, site_id)
                if await tx.sites.get(site_id) is None:
                    raise not_found("site", site_id)
            sites = principal.site_ids if site_id is None else frozenset({site_id})
            # Read before the workers: what is committed in between is then told by the watch.
            horizon = await tx.changes.horizon()
            found = await tx.workers.list(sites=sites, after=after, limit=limit + 1)
        now = self._clock.now()
        page = page_of(
            [worker.as_of(now) for worker in found],
            limit,
            lambda worker: NameCursor(worker.display_name, worker.worker_id),
        )
        return watchable(page, horizon)
