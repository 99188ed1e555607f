"""What reports are counted from, row by row, for who counts anew."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.report_recount import SeenPassage, SeenVisit


class ReportSourceRepository(Protocol):
    """Reads and counts nothing."""

    async def extent(self, site_ids: Collection[UUID]) -> Mapping[UUID, tuple[datetime, datetime]]:
        """When the first and the last visit or passage at sites began; of a site without any, nothing."""
        ...

    async def visitors(self, site_id: UUID, since: datetime, until: datetime) -> Collection[UUID]:
        """Whose visits at a site began from `since` on and before `until`."""
        ...

    async def visits_of(self, customer_ids: Collection[UUID]) -> Sequence[SeenVisit]:
        """All visits of some people, wherever they were. In no order."""
        ...

    async def passages(self, site_id: UUID, since: datetime, until: datetime) -> Sequence[SeenPassage]:
        """The sightings at a site that are in no visit and began in the time. In no order."""
        ...
