"""The ledger of merges, who is marked distinct, and suggestions."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from footfall_server.domain.merge import DistinctMark, Merge
from footfall_server.domain.suggestion import Suggestion
from footfall_server.ports.paging import ScoreCursor, TimeCursor


class MergeRepository(Protocol):
    """Merges, undone ones included."""

    async def add(self, merge: Merge, request_id: UUID | None) -> None: ...

    async def get(self, merge_id: UUID) -> Merge | None: ...

    async def requested(self, request_id: UUID) -> Merge | None:
        """The merge that this request_id made."""
        ...

    async def list(
        self,
        *,
        customer_id: UUID | None,
        sites: Collection[UUID] | None,
        after: TimeCursor | None,
        limit: int,
    ) -> Sequence[Merge]:
        """The newest first. `customer_id` keeps those that it was part of.

        `sites` keeps those of whose customers each, as who it is now, was seen at one of the sites.
        """
        ...

    async def save(self, merge: Merge) -> None:
        """Overwrites when and by whom it was undone."""
        ...


class DistinctRepository(Protocol):
    """Who is marked as two people."""

    async def mark(self, mark: DistinctMark) -> None:
        """Adds the mark; one that is there stays as it is."""
        ...

    async def unmark(self, pairs: Collection[tuple[UUID, UUID]]) -> int:
        """Removes marks, each (low_id, high_id). Returns how many there were."""
        ...

    async def among(self, root_ids: Collection[UUID]) -> Sequence[DistinctMark]:
        """The marks between two of these, as who their customers are after merges, by their ids."""
        ...

    async def of(self, root_id: UUID, limit: int) -> Mapping[UUID, DistinctMark]:
        """The latest marks of one customer, by who the other ones are after merges, the latest first."""
        ...


class SuggestionRepository(Protocol):
    """Suggestions.

    One holds as long as everybody whom it is about is there, was not merged away, still waits or is
    confirmed as its kind says, and no two of them are marked distinct. Others are not listed.
    """

    async def replace_all(self, suggestions: Sequence[Suggestion]) -> None: ...

    async def list(
        self, *, sites: Collection[UUID] | None, after: ScoreCursor | None, limit: int
    ) -> Sequence[Suggestion]:
        """Those that hold, the highest score first. `sites` as MergeRepository.list."""
        ...

    async def get(self, suggestion_id: UUID) -> Suggestion | None:
        """None when it does not hold."""
        ...

    async def remove(self, suggestion_id: UUID) -> None: ...
