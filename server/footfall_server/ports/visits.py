"""Visits."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from footfall_server.domain.visit import VisitFilter, VisitView
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
