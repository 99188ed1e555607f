"""Days of reports that are kept, so that no report has to count all visits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from footfall_server.domain.report_days import CountedDay, DaySum, KeptDay, Starts
from footfall_server.domain.report_period import Calendar
from footfall_server.domain.restatement import ChangeCause, DayMark

SiteDay = tuple[UUID, date]
"""A site, and a business day of it."""


@dataclass(frozen=True, slots=True)
class TakenMarks:
    """Marks that were taken away, each once for every cause, and whether there are more."""

    marks: Collection[DayMark]
    more: bool


class ReportDayRepository(Protocol):
    """Whatever changes what a day says leaves a mark, in the same transaction, whoever did it.

    A day that is in no mark is kept as it is; one without anything to say is not kept. Marks say what they
    were made for: see `because`.
    """

    async def because(self, cause: ChangeCause, merge_id: UUID | None = None) -> None:
        """What the rest of the transaction changes, it changes for this. Without it: LATE_EVENT."""
        ...

    async def kept(
        self, site_ids: Collection[UUID], starts: Starts, *, without: Collection[SiteDay] = ()
    ) -> Sequence[DaySum]:
        """The days of `starts` at sites but `without` these, those with the same start put together."""
        ...

    async def counted(self, calendars: Sequence[Calendar]) -> Sequence[CountedDay]:
        """Days as they are now, with the numbers that people have.

        Spans are named by their days; what has nothing to say is left out.
        """
        ...

    async def numbers(self, customer_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """Of those who have one."""
        ...

    async def take_marks(self, *, most: int) -> TakenMarks:
        """Takes marks away, at most so many, the oldest first.

        What they tell of is to be kept in the same transaction, which is exclusive and sees all sites.
        """
        ...

    async def waiting(self, site_ids: Collection[UUID], *, most: int | None = None) -> Collection[DayMark]:
        """The marks of some sites that were not taken, each once for every cause.

        most: how many of them; which ones is not said. None for all.
        """
        ...

    async def mark(self, days: Collection[SiteDay], cause: ChangeCause) -> None:
        """Has days counted anew, with those around them."""
        ...

    async def number(self, customer_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """As `numbers`, and those who have none get one. In an exclusive transaction."""
        ...

    async def keep(self, days: Sequence[KeptDay], empty: Collection[SiteDay]) -> Mapping[SiteDay, KeptDay]:
        """Keeps days in place of what was kept of them; what is kept of empty ones goes.

        Gives what was kept of those that say something else now; of one that was not kept, an empty day.
        """
        ...

    async def extent(self, site_ids: Collection[UUID]) -> Mapping[UUID, tuple[date, date]]:
        """The first and the last kept day of sites; of one without any, nothing."""
        ...

    async def each(self, site_id: UUID, first: date, last: date) -> Sequence[KeptDay]:
        """The kept days of a site, one by one."""
        ...
