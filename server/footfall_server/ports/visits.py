"""Visits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.visit import Visit, VisitFilter, VisitView
from footfall_server.ports.paging import TimeCursor


class VisitRepository(Protocol):
    """Visits."""

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

    async def of_customers(self, customer_ids: Collection[UUID]) -> Sequence[Visit]:
        """The visits of these customers, and those that one of their sightings is in. In no order."""
        ...

    async def save(self, visits: Sequence[Visit]) -> None:
        """Inserts, or replaces the one with the same visit_id."""
        ...

    async def countable(self, customer_ids: Collection[UUID]) -> frozenset[UUID]:
        """Which of them have visits: confirmed visitors who were not merged into somebody."""
        ...

    async def latest_at(self, site_id: UUID) -> datetime | None:
        """When the latest visit at a site began."""
        ...
