"""Days whose numbers changed after they were over, and why. Pure.

A day on which people may still come changes all the time, and that is no restatement. When one that is over
turns out to be otherwise it is told, with what it was and what it is. Nobody is named.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from footfall_server.domain.identifiers import new_id
from footfall_server.domain.report import NewVisitScope
from footfall_server.domain.report_days import VISIT_BYTES, DaySum, KeptDay, days_around, tallies
from footfall_server.domain.report_period import Span
from footfall_server.domain.site_rules import SiteRules

_DAY: Final = timedelta(days=1)


class ChangeCause(StrEnum):
    """What made a day say something else."""

    LATE_EVENT = "late_event"
    MERGE = "merge"
    UNMERGE = "unmerge"
    SPLIT = "split"
    CONFIRMATION = "confirmation"
    STAFF_CHANGE = "staff_change"
    ERASURE = "erasure"
    RULE_CHANGE = "rule_change"
    RECOMPUTED = "recomputed"

    @property
    def may_move_days(self) -> bool:
        """Whether what was counted for a day may be of another one now: rules lead to one of them only."""
        return self in {ChangeCause.RULE_CHANGE, ChangeCause.RECOMPUTED}

    @property
    def words(self) -> str:
        """As a sentence names it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """What a day at a site says, or the difference of two. See VisitTally and UncountedTally.

    `new_visits` are those of persons whom no site of the tenant knew, `new_visits_here` of those whom this
    one did not know.
    """

    visits: int = 0
    unique_visitors: int = 0
    new_visits: int = 0
    new_visits_here: int = 0
    staff: int = 0
    unidentifiable: int = 0

    def __sub__(self, other: "DayNumbers") -> "DayNumbers":
        return DayNumbers(*(getattr(self, name) - getattr(other, name) for name in NUMBERS))

    def __add__(self, other: "DayNumbers") -> "DayNumbers":
        return DayNumbers(*(getattr(self, name) + getattr(other, name) for name in NUMBERS))


NUMBERS: Final = tuple(each.name for each in fields(DayNumbers))
"""The names of what a day says, in their order."""
_WORDS: Final = {
    "visits": "visits",
    "unique_visitors": "unique visitors",
    "new_visits": "new visits",
    "new_visits_here": "visits new at the site",
    "staff": "passages of staff",
    "unidentifiable": "unidentifiable passages",
}


@dataclass(frozen=True, slots=True)
class DayMark:
    """That something which began on a day of UTC at a site changed, from `since` to `until`, for one cause.

    `cause` is None of what was marked before there were causes: nothing is told of that. `merge_id` is that
    of the merge that was made or undone. `began` are the first and the last moment at which something began
    that changed, None where that is not known.
    """

    site_id: UUID
    utc_day: date
    cause: ChangeCause | None
    merge_id: UUID | None
    since: datetime
    until: datetime
    began: tuple[datetime, datetime] | None = None

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The first and the last at which something may have begun that changed."""
        if self.began is not None:
            return self.began
        midnight = datetime.combine(self.utc_day, time(), UTC)
        return midnight, midnight + _DAY - timedelta.resolution

    @property
    def may_move_days(self) -> bool:
        """Whether something may have been of any day around, as after a change of rules."""
        return self.cause is None or self.cause.may_move_days

    def days(self, rules: SiteRules | None) -> Collection[date]:
        """The business days that it tells of.

        That is by the site's `rules` where these were the same all the time, and else all days that zones
        allow for: keeping a day costs with the visits that are counted for it.
        """
        if rules is None or self.may_move_days:
            return tuple(days_around(self.utc_day))
        first, last = self.moments
        return rules.days(first, last + timedelta.resolution)


@dataclass(frozen=True, slots=True)
class Restatement:
    """A day at a site that was over and said something else afterwards. `causes` are sorted."""

    restatement_id: UUID
    site_id: UUID
    day: date
    before: DayNumbers
    after: DayNumbers
    causes: tuple[ChangeCause, ...]
    merge_ids: tuple[UUID, ...]
    restated_at: datetime

    @property
    def delta(self) -> DayNumbers:
        """How much more each number is now."""
        return self.after - self.before

    @property
    def words(self) -> str:
        """In a sentence: "Tuesday 2026-03-03 changed by -3 visits: merge"."""
        changed = ", ".join(
            f"{getattr(self.delta, name):+d} {_WORDS[name]}" for name in NUMBERS if getattr(self.delta, name)
        )
        causes = ", ".join(cause.words for cause in self.causes)
        return f"{self.day:%A} {self.day.isoformat()} changed by {changed}: {causes}"


def numbers_of(kept: KeptDay) -> DayNumbers:
    """What a kept day says. Of one that somebody cut short, the visits that are whole."""
    whole = len(kept.visits) // VISIT_BYTES * VISIT_BYTES
    alone = [DaySum(kept.day, kept.visits[:whole], kept.uncounted)]
    chain, here = (tallies(alone, scope).total for scope in (NewVisitScope.TENANT, NewVisitScope.SITE))
    return DayNumbers(
        chain.visits,
        chain.unique_visitors,
        chain.new_visits,
        here.new_visits,
        kept.uncounted.staff,
        kept.uncounted.unidentifiable,
    )


def restatement(
    before: KeptDay, after: KeptDay, spans: Sequence[Span], marks: Iterable[DayMark]
) -> Restatement | None:
    """What became of a day that is kept anew, or None when its numbers are no restatement.

    spans: the moments of the day. marks: all that may have changed it. One that was made while the day was
    going on makes this the first count of the whole day. Of what changed together nobody can say which cause
    did how much, so one restatement has all of the causes.
    """
    touching = touching_marks((after.site_id, after.day), spans, marks)
    end = _end(after.day, spans)
    if not touching or any(each.cause is None or each.since < end for each in touching):
        return None
    numbers = numbers_of(before), numbers_of(after)
    if numbers[0] == numbers[1]:
        return None
    return Restatement(
        new_id(),
        after.site_id,
        after.day,
        *numbers,
        tuple(sorted({each.cause for each in touching if each.cause is not None})),
        tuple(sorted({each.merge_id for each in touching if each.merge_id is not None})),
        max(each.until for each in touching),
    )


def touching_marks(
    site_day: tuple[UUID, date], spans: Sequence[Span], marks: Iterable[DayMark]
) -> Collection[DayMark]:
    """The marks that may tell of a day: of a moment that is in it.

    Where there is none, the day was another one under rules that do not hold any more: then what may have
    moved it, and all that is near one that no rule knows.
    """
    site_id, day = site_day
    near = [each for each in marks if each.site_id == site_id and day in days_around(each.utc_day)]
    sharing = [each for each in near if any(_shares(each.moments, span) for span in spans)]
    return sharing or [each for each in near if each.may_move_days or not spans]


def _shares(moments: tuple[datetime, datetime], span: Span) -> bool:
    first, last = moments
    return first < span.end and span.start <= last


def _end(day: date, spans: Sequence[Span]) -> datetime:
    """When a day is over; one that no rule knows any more, when it is over everywhere on earth."""
    latest = datetime.combine(day + _DAY, time(12), UTC)
    return max((span.end for span in spans), default=latest)
