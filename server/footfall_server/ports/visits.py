"""Visits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.visit import Visit, VisitFilter, VisitView
from footfall_server.ports.paging import TimeCursor


class VisitRepository(Protocol):
    """Visits."""

    async def around(
        self, keys: Collection[tuple[UUID, UUID]], *, earliest: datetime, latest: datetime
    ) -> Sequence[Visit]:
        """Visits of these (site_id, customer_id) that touch the time from earliest to latest."""
        ...

    async def first_of(self, customer_ids: Collection[UUID]) -> Mapping[UUID, Visit]:
        """The visit of each customer that is NEW: lowest (first_seen_at, visit_id) over all sites."""
        ...

    async def save(self, visits: Sequence[Visit]) -> None:
        """Inserts, or replaces the one with the same visit_id."""
        ...

    async def remove(self, visit_ids: Collection[UUID]) -> None: ...

    async def get(self, visit_id: UUID) -> VisitView | None: ...

    async def views(self, visit_ids: Collection[UUID]) -> Mapping[UUID, VisitView]: ...

    async def list(
        self, *, matching: VisitFilter, after: TimeCursor | None, limit: int
    ) -> Sequence[VisitView]:
        """Newest first_seen_at first."""
        ...

    async def of_tracks(self, track_ids: Collection[UUID]) -> Mapping[UUID, tuple[UUID, UUID]]:
        """(visit_id, site_id) of each track that belongs to a visit."""
        ...
