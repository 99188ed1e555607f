"""The days of reports, each site's for itself, as they are kept between two reports. Pure.

A kept day has its visits one by one, as numbers: who came, and whether that was their first time. So unique
visitors of any sites over any time are counted from kept days exactly, and never added up.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.report import (
    NewVisitScope,
    Slice,
    UncountedTally,
    VisitTallies,
    VisitTally,
)
from footfall_server.domain.report_period import BucketName
from footfall_server.domain.visit import VisitKind

_WORD: Final = np.dtype("<u4")
VISIT_BYTES: Final = _WORD.itemsize
"""How long a packed visit is."""
_FLAGS: Final = 2
_FIRST: Final = {NewVisitScope.TENANT: 0, NewVisitScope.SITE: 1}
"""Which bit of a packed visit says that it is new; above the flags is the number of the person."""
_NOTHING: Final = UncountedTally()
_MANY: Final = 16
"""What it costs to note a person and look it up again, in ticks that are looked at side by side."""


@dataclass(frozen=True, slots=True)
class DayVisit:
    """A visit of a day. `first`: nobody saw the person before; `first_here`: not at this site.

    `number` is the person's in kept days, of one who was looked up and has any.
    """

    customer_id: UUID
    first: bool
    first_here: bool
    number: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A business day of a site as it is now."""

    site_id: UUID
    day: date
    visits: Sequence[DayVisit] = ()
    uncounted: UncountedTally = _NOTHING

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say of it."""
        return not self.visits and self.uncounted == _NOTHING


@dataclass(frozen=True, slots=True)
class KeptDay:
    """A business day of a site. `visits`: a little-endian uint32 each, the person's number and two flags."""

    site_id: UUID
    day: date
    visits: bytes = b""
    uncounted: UncountedTally = _NOTHING


@dataclass(frozen=True, slots=True)
class DaySum:
    """Days of sites put together, by kept days' rules. `day` stands for all of them."""

    day: date
    visits: bytes = b""
    uncounted: UncountedTally = _NOTHING


Starts = Mapping[date, date]
"""Which day stands for each: the first of its bucket."""


def kept_day(counted: CountedDay, numbers: Mapping[UUID, int]) -> KeptDay:
    """Packs a day, in one way only. `numbers` has one for each person of it, below 2**30."""
    packed = sorted(
        (numbers[each.customer_id] << _FLAGS)
        | (each.first << _FIRST[NewVisitScope.TENANT])
        | (each.first_here << _FIRST[NewVisitScope.SITE])
        for each in counted.visits
    )
    return KeptDay(counted.site_id, counted.day, np.array(packed, _WORD).tobytes(), counted.uncounted)


def numbered(days: Iterable[CountedDay]) -> tuple[Mapping[UUID, int], Collection[UUID]]:
    """Of those who came on days: the numbers of who has one, and who has none."""
    people = {visit.customer_id: visit.number for each in days for visit in each.visits}
    known = {person: number for person, number in people.items() if number is not None}
    return known, people.keys() - known.keys()


def days_around(utc_day: date) -> Iterator[date]:
    """The business days that a day of UTC may have a part in: zones reach from -12 to +14 hours."""
    return (utc_day + timedelta(days=offset) for offset in (-2, -1, 0, 1))


def laid_over(kept: Sequence[DaySum], counted: Sequence[CountedDay], starts: Starts) -> Sequence[DaySum]:
    """What is kept without some days, with these as they are now.

    Those who have no number yet get free ones, for this list alone.
    """
    known, without = numbered(counted)
    numbers = {**known, **dict(zip(without, count(1 + max([_highest(kept), *known.values()])), strict=False))}
    anew = [kept_day(each, numbers) for each in counted if not each.is_empty]
    return [*kept, *(DaySum(starts[each.day], each.visits, each.uncounted) for each in anew)]


def renamed(days: Iterable[DaySum], starts: Starts) -> Sequence[DaySum]:
    """The same with other days that stand for them."""
    return [replace(each, day=starts[each.day]) for each in days]


def tallies(days: Iterable[DaySum], scope: NewVisitScope) -> VisitTallies:
    """Visits, persons and new visits of each bucket, and of all days together."""
    of_bucket: defaultdict[date, list[bytes]] = defaultdict(list)
    for each in days:
        if each.visits:
            of_bucket[each.day].append(each.visits)
    visits = _Visits(part for parts in of_bucket.values() for part in parts)
    tally: dict[BucketName, VisitTally] = {}
    begin = 0
    for day, parts in of_bucket.items():
        end = begin + sum(map(len, parts)) // _WORD.itemsize
        tally[BucketName(day)] = visits.tally(slice(begin, end), scope)
        begin = end
    return VisitTallies(tally, visits.tally(slice(None), scope))


def uncounted(days: Iterable[DaySum]) -> Mapping[BucketName, UncountedTally]:
    """Sightings without a visit by bucket; a bucket without any is left out."""
    found: defaultdict[BucketName, UncountedTally] = defaultdict(UncountedTally)
    for each in days:
        if each.uncounted != _NOTHING:
            found[BucketName(each.day)] += each.uncounted
    return found


def by_kind(days: Iterable[DaySum], scope: NewVisitScope) -> Mapping[VisitKind, Slice]:
    """New visits and repeated ones, with the persons who made them."""
    visits = _Visits(each.visits for each in days)
    fresh = visits.is_new(scope)
    parts = {VisitKind.NEW: np.flatnonzero(fresh), VisitKind.REPEAT: np.flatnonzero(~fresh)}
    return {kind: Slice(part.size, visits.persons(part)) for kind, part in parts.items() if part.size}


class _Visits:
    """Packed visits, side by side, and which persons are in parts of them."""

    def __init__(self, packed: Iterable[bytes]) -> None:
        words = np.frombuffer(b"".join(packed), _WORD)
        self._flags = words & ((1 << _FLAGS) - 1)
        self._persons = (words >> _FLAGS).astype(np.intp)
        self._order = np.arange(words.size, dtype=np.int32)
        self._place = np.empty(int(self._persons.max(initial=0)) + 1, np.int32)
        self._is_there = np.zeros(self._place.size, np.bool_)

    def is_new(self, scope: NewVisitScope) -> npt.NDArray[np.bool_]:
        return (self._flags >> _FIRST[scope] & 1).astype(bool)

    def persons(self, part: slice | npt.NDArray[np.intp]) -> int:
        """How many different ones, without an order: that is far faster than to sort.

        In a part that has many of all persons each is ticked off. In a small one each is counted where it
        was noted last, which looks at nothing but the part.
        """
        persons = self._persons[part]
        if persons.size * _MANY >= self._is_there.size:
            self._is_there[:] = False
            self._is_there[persons] = True
            return int(np.count_nonzero(self._is_there))
        places = self._order[: persons.size]
        self._place[persons] = places
        return int(np.count_nonzero(self._place[persons] == places))

    def tally(self, part: slice, scope: NewVisitScope) -> VisitTally:
        fresh = np.count_nonzero(self._flags[part] & (1 << _FIRST[scope]))
        return VisitTally(self._persons[part].size, self.persons(part), int(fresh))


def _highest(days: Iterable[DaySum]) -> int:
    packed = np.frombuffer(b"".join(each.visits for each in days), _WORD)
    return int(packed.max(initial=0) >> _FLAGS)
