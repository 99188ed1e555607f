"""What reports are counted from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.dwell import DwellTallies
from footfall_server.domain.occupancy import Passage, Stay
from footfall_server.domain.report import (
    ApparentGender,
    GenderBounds,
    NewVisitScope,
    Slice,
    UncountedTally,
    VisitTallies,
)
from footfall_server.domain.report_period import BucketName, Calendar
from footfall_server.domain.visit import VisitKind


class ReportRepository(Protocol):
    """Counts visits as they are now.

    Sites and moments are those of the calendars; a visit is counted where and when it begins. What nothing is
    counted of is left out of the answers.
    """

    async def sites(self) -> Collection[UUID]:
        """The sites that visits may be at, also ones that were removed."""
        ...

    async def visits(self, calendars: Sequence[Calendar], scope: NewVisitScope) -> VisitTallies: ...

    async def uncounted(self, calendars: Sequence[Calendar]) -> Mapping[BucketName, UncountedTally]:
        """Sightings without a visit, by the bucket in which they begin."""
        ...

    async def by_kind(
        self, calendars: Sequence[Calendar], scope: NewVisitScope
    ) -> Mapping[VisitKind, Slice]: ...

    async def by_gender(
        self, calendars: Sequence[Calendar], bounds: GenderBounds
    ) -> Mapping[ApparentGender, Slice]:
        """By the average over each visit's sightings."""
        ...

    async def dwell(self, calendars: Sequence[Calendar]) -> DwellTallies:
        """How long visits lasted that have two sightings or more; the others are counted."""
        ...

    async def stays(self, site_id: UUID, start: datetime, end: datetime) -> Sequence[Stay]:
        """Visits at a site that took some of the time, `end` excluded, in no order."""
        ...

    async def passages(self, site_id: UUID, start: datetime, end: datetime) -> Sequence[Passage]:
        """Tracks that crossed an entry line and were over in the time, `end` excluded; none of staff."""
        ...

    async def passages_per_visit(self, calendars: Sequence[Calendar], *, most: int) -> float | None:
        """How many sightings the visits have on average, by the latest of them; None without visits.

        At most so many visits are looked at, shared by the sites.
        """
        ...
