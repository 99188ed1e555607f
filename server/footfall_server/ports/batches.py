"""What recording a batch of events reads and writes."""

from collections.abc import Sequence
from typing import Protocol

from footfall_server.domain.batch import (
    BatchAnswers,
    BatchQuestions,
    BatchRecords,
    GalleryAnswers,
    GalleryQuestions,
    VisitReach,
)
from footfall_server.domain.visit import Visit


class BatchRepository(Protocol):
    """What recording a batch of events needs: each a single round trip. Only in exclusive transactions."""

    async def look_up(self, questions: BatchQuestions) -> BatchAnswers: ...

    async def gallery(self, questions: GalleryQuestions) -> GalleryAnswers: ...

    async def visits_near(self, reaches: Sequence[VisitReach]) -> Sequence[Visit]:
        """Visits that touch a reach of theirs, and the first visit of each customer over all sites.

        The first is the one that is NEW: lowest (first_seen_at, visit_id). There may be others.
        """
        ...

    async def write(self, records: BatchRecords) -> None:
        """Writes all of it. Call it last: like ChangeRepository.append it takes the revision row."""
        ...
