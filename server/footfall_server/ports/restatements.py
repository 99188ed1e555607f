"""What is told of days of reports that changed after they were over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from footfall_server.domain.restatement import Restatement
from footfall_server.ports.paging import TimeCursor


@dataclass(frozen=True, slots=True)
class RestatementFilter:
    """Which restatements: of these sites, of days from `first` to `last`; None is without an end."""

    site_ids: Collection[UUID]
    first: date | None = None
    last: date | None = None


class RestatementRepository(Protocol):
    """Is written once, and goes with the tenant. Only merges of people who are erased are taken out."""

    async def add(self, restatements: Sequence[Restatement]) -> None: ...

    async def list(
        self, matching: RestatementFilter, *, before: TimeCursor | None, limit: int
    ) -> Sequence[Restatement]:
        """The newest first, by when what they tell of was changed."""
        ...
