"""Merges: several customers who became one, so that it can be undone. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from footfall_server.domain.customer import Customer


@dataclass(frozen=True, slots=True)
class Merge:
    """An entry of the ledger. The names are the target's, before and after it."""

    merge_id: UUID
    target_id: UUID
    source_ids: tuple[UUID, ...]
    reason: str = field(repr=False)
    forced: bool
    name_before: str = field(repr=False)
    name_after: str = field(repr=False)
    visits_before: int
    visits_after: int
    created_at: datetime
    created_by: UUID
    undone_at: datetime | None = None
    undone_by: UUID | None = None


class ConflictKind(StrEnum):
    """What speaks against a merge."""

    SEEN_TOGETHER = "seen_together"
    MARKED_DISTINCT = "marked_distinct"


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """Why two customers cannot be one person; camera and time when they were seen together."""

    customer_id: UUID
    other_id: UUID
    kind: ConflictKind
    camera_id: UUID | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DistinctMark:
    """Somebody said that two are two people; `low_id < high_id`."""

    low_id: UUID
    high_id: UUID
    reason: str = field(repr=False)
    created_at: datetime
    created_by: UUID


def under(family: Iterable[Customer], top_id: UUID) -> Sequence[Customer]:
    """Those of a family who were merged into somebody, directly or not, and the one at the top itself."""
    members = list(family)
    merged_into: defaultdict[UUID | None, list[Customer]] = defaultdict(list)
    for member in members:
        merged_into[member.merged_into].append(member)
    found = [member for member in members if member.customer_id == top_id]
    for member in found:  # grows while it is walked
        found.extend(merged_into[member.customer_id])
    return found


def name_of_all(target: Customer, sources: Sequence[Customer]) -> str:
    """What the one customer is called: as it was, else as the first of the others that has a name."""
    return next((each.display_name for each in (target, *sources) if each.display_name), "")


def pairs_of(ids: Collection[UUID]) -> Sequence[tuple[UUID, UUID]]:
    """Every two of them, each pair in order and once."""
    ordered = sorted(set(ids))
    return [(low, high) for index, low in enumerate(ordered) for high in ordered[index + 1 :]]
