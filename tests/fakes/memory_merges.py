"""Fakes of the repositories of merges, marks and suggestions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_customers import sightings_of
from fakes.memory_tables import TenantTables
from footfall_server.domain.merge import DistinctMark, Merge
from footfall_server.domain.person import IdentityState
from footfall_server.domain.suggestion import Suggestion, SuggestionKind
from footfall_server.ports import ScoreCursor, TimeCursor


class MemoryMerges:
    """Implements MergeRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def add(self, merge: Merge, request_id: UUID | None) -> None:
        if request_id is not None:
            assert request_id not in self._tables.merge_requests
            self._tables.merge_requests[request_id] = merge.merge_id
        self._tables.merges[merge.merge_id] = merge

    async def get(self, merge_id: UUID) -> Merge | None:
        return self._tables.merges.get(merge_id)

    async def requested(self, request_id: UUID) -> Merge | None:
        known = self._tables.merge_requests.get(request_id)
        return None if known is None else self._tables.merges.get(known)

    async def list(
        self,
        *,
        customer_id: UUID | None,
        sites: Collection[UUID] | None,
        after: TimeCursor | None,
        limit: int,
    ) -> Sequence[Merge]:
        newest_first = sorted(
            self._tables.merges.values(), key=lambda each: (each.created_at, each.merge_id), reverse=True
        )
        return [
            each
            for each in newest_first
            if (after is None or (each.created_at, each.merge_id) < (after.at, after.resource_id))
            and (customer_id is None or customer_id in {each.target_id, *each.source_ids})
            and all_seen(self._tables, (each.target_id, *each.source_ids), sites)
        ][:limit]

    async def save(self, merge: Merge) -> None:
        known = self._tables.merges[merge.merge_id]
        self._tables.merges[merge.merge_id] = replace(
            known, undone_at=merge.undone_at, undone_by=merge.undone_by
        )


class MemoryDistinct:
    """Implements DistinctRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def mark(self, mark: DistinctMark) -> None:
        assert mark.low_id < mark.high_id
        self._tables.distinct.setdefault((mark.low_id, mark.high_id), mark)

    async def unmark(self, pairs: Collection[tuple[UUID, UUID]]) -> int:
        there = [pair for pair in pairs if pair in self._tables.distinct]
        for pair in there:
            del self._tables.distinct[pair]
        return len(there)

    async def among(self, root_ids: Collection[UUID]) -> Sequence[DistinctMark]:
        return marks_among(self._tables, root_ids)

    async def of(self, root_id: UUID, limit: int) -> Mapping[UUID, DistinctMark]:
        known = self._tables.customers
        found: dict[UUID, DistinctMark] = {}
        for mark in sorted(self._tables.distinct.values(), key=_newest):
            if mark.low_id in known and mark.high_id in known:
                roots = {known[mark.low_id].root_id, known[mark.high_id].root_id}
                if root_id in roots and len(roots) == 2:
                    found[(roots - {root_id}).pop()] = mark
        latest_first = sorted(found.items(), key=lambda each: (each[1].created_at, each[0]), reverse=True)
        return dict(latest_first[:limit])


def _newest(mark: DistinctMark) -> tuple[datetime, UUID, UUID]:
    return (mark.created_at, mark.low_id, mark.high_id)


class MemorySuggestions:
    """Implements SuggestionRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def replace_all(self, suggestions: Sequence[Suggestion]) -> None:
        self._tables.suggestions.clear()
        self._tables.suggestions.update((each.suggestion_id, each) for each in suggestions)

    async def list(
        self, *, sites: Collection[UUID] | None, after: ScoreCursor | None, limit: int
    ) -> Sequence[Suggestion]:
        surest_first = sorted(
            self._tables.suggestions.values(), key=lambda each: (each.score, each.suggestion_id), reverse=True
        )
        return [
            each
            for each in surest_first
            if self._holds(each)
            and (after is None or (each.score, each.suggestion_id) < (after.score, after.resource_id))
            and all_seen(self._tables, each.everybody, sites)
        ][:limit]

    async def get(self, suggestion_id: UUID) -> Suggestion | None:
        found = self._tables.suggestions.get(suggestion_id)
        return found if found is not None and self._holds(found) else None

    async def remove(self, suggestion_id: UUID) -> None:
        self._tables.suggestions.pop(suggestion_id, None)

    def _holds(self, suggestion: Suggestion) -> bool:
        merges = suggestion.kind is SuggestionKind.MERGE
        wanted = dict.fromkeys(
            suggestion.other_ids, IdentityState.CONFIRMED if merges else IdentityState.WAITING
        )
        if suggestion.customer_id is not None:
            wanted[suggestion.customer_id] = IdentityState.CONFIRMED
        known = self._tables.customers
        there = (known.get(each) for each in wanted)
        return all(
            each is not None and each.merged_into is None and each.state is wanted[each.customer_id]
            for each in there
        ) and not marks_among(self._tables, suggestion.everybody)


def all_seen(tables: TenantTables, customer_ids: Collection[UUID], sites: Collection[UUID] | None) -> bool:
    """Whether each of them, as who it is now, was seen at one of the sites."""
    if sites is None:
        return True
    found = [tables.customers.get(each) for each in customer_ids]
    return all(each is not None and sightings_of(tables, each.root_id, sites) for each in found)


def marks_among(tables: TenantTables, root_ids: Collection[UUID]) -> Sequence[DistinctMark]:
    """The marks between two of these, as who their customers are now."""
    known = tables.customers
    return [
        mark
        for (low, high), mark in sorted(tables.distinct.items())
        if low in known
        and high in known
        and known[low].root_id != known[high].root_id
        and {known[low].root_id, known[high].root_id} <= set(root_ids)
    ]
