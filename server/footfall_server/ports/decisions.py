"""Why events were decided as they were."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.decision import DecisionRecord


class DecisionRepository(Protocol):
    """Explanations, kept for as long as somebody may ask."""

    async def of_event(self, event_id: UUID) -> DecisionRecord | None: ...

    async def of_tracks(self, track_ids: Collection[UUID], limit: int) -> Sequence[DecisionRecord]:
        """Those of the tracks' events, the newest first."""
        ...

    async def leave_out(self, customer_ids: Collection[UUID]) -> int:
        """Takes people out of the candidates of all decisions; how many told of them.

        They led to nobody any more: that somebody resembled them is not kept either.
        """
        ...

    async def forget(self, before: datetime) -> int:
        """Removes what was decided before; returns how many."""
        ...
