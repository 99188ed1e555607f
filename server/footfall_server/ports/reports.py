"""What reports are counted from."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

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
