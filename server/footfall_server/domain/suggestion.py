"""Guesses about who may be one person, that nobody acted on yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class SuggestionKind(StrEnum):
    """What accepting it does."""

    MERGE = "merge"
    """Customers become one."""
    RESOLVE = "resolve"
    """People who wait become a customer's."""
    CONFIRM = "confirm"
    """People who wait become a new customer."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`customer_id` is who would remain, None where a customer would be made (CONFIRM).

    `score` is the average cosine similarity between the two sides and `threshold` what it had to reach,
    both from -1 to 1. `evidence` is in words that name nobody.
    """

    suggestion_id: UUID
    kind: SuggestionKind
    customer_id: UUID | None
    other_ids: tuple[UUID, ...]
    score: float
    threshold: float
    evidence: tuple[str, ...]
    created_at: datetime

    @property
    def everybody(self) -> tuple[UUID, ...]:
        """All whom it is about, who would remain first."""
        return self.other_ids if self.customer_id is None else (self.customer_id, *self.other_ids)


@dataclass(frozen=True, slots=True)
class SuggestionSummary:
    """What a search for suggestions found: how many, among how many customers, with how many waiting."""

    suggestions: int
    customers: int
    waiting: int
