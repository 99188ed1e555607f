"""The days of reports, each site's for itself, as they are kept between two reports. Pure.

A kept day has its visits one by one, as numbers: who came, and whether that was their first time. So unique
visitors of any sites over any time are counted from kept days exactly, and never added up.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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

Packed = npt.NDArray[np.uint32]

_WORD: Final = np.dtype("<u4")
_FLAGS: Final = 2
_FIRST: Final = {NewVisitScope.TENANT: 0, NewVisitScope.SITE: 1}
"""Which bit of a packed visit says that it is new; above the flags is the number of the person."""
MOST_PEOPLE: Final = 1 << (32 - _FLAGS)
_NOTHING: Final = UncountedTally()


@dataclass(frozen=True, slots=True)
class DayVisit:
    """A visit of a day. `first`: nobody saw the person before; `first_here`: not at this site."""

    customer_id: UUID
    first: bool
    first_here: bool


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


def kept_day(counted: CountedDay, numbers: Mapping[UUID, int]) -> KeptDay:
    """Packs a day. `numbers` has one for each person of it, below MOST_PEOPLE."""
    packed = [
        (numbers[each.customer_id] << _FLAGS)
        | (each.first << _FIRST[NewVisitScope.TENANT])
        | (each.first_here << _FIRST[NewVisitScope.SITE])
        for each in counted.visits
    ]
    return KeptDay(counted.site_id, counted.day, np.array(packed, _WORD).tobytes(), counted.uncounted)


def days_around(utc_day: date) -> Iterator[date]:
    """The business days that a day of UTC may have a part in: zones reach from -12 to +14 hours."""
    return (utc_day + timedelta(days=offset) for offset in (-2, -1, 0, 1))


def laid_over(
    kept: Iterable[KeptDay], counted: Sequence[CountedDay], numbers: Mapping[UUID, int]
) -> Sequence[KeptDay]:
    """Days as they are now: those counted anew take the place of what was kept of them.

    numbers: of the people who have one. Those who have none yet get free ones, for this list alone.
    """
    anew = {(each.site_id, each.day) for each in counted}
    days = [each for each in kept if (each.site_id, each.day) not in anew]
    all_numbers = dict(numbers)
    free = 1 + max([_highest(days), *numbers.values()], default=0)
    for visit in (visit for each in counted for visit in each.visits):
        if visit.customer_id not in all_numbers:
            all_numbers[visit.customer_id] = free
            free += 1
    return [*days, *(kept_day(each, all_numbers) for each in counted if not each.is_empty)]


def tallies(
    days: Collection[KeptDay], bucket_of: Callable[[date], BucketName], scope: NewVisitScope
) -> VisitTallies:
    """Visits, persons and new visits of each bucket, and of all days together."""
    of_bucket: defaultdict[BucketName, list[KeptDay]] = defaultdict(list)
    for each in days:
        if each.visits:
            of_bucket[bucket_of(each.day)].append(each)
    people = _People(_highest(days))
    tally = {name: people.tally(_packed(members), scope) for name, members in of_bucket.items()}
    return VisitTallies(tally, people.tally(_packed(days), scope))


def uncounted(
    days: Iterable[KeptDay], bucket_of: Callable[[date], BucketName]
) -> Mapping[BucketName, UncountedTally]:
    """Sightings without a visit by bucket; a bucket without any is left out."""
    found: defaultdict[BucketName, UncountedTally] = defaultdict(UncountedTally)
    for each in days:
        if each.uncounted != _NOTHING:
            found[bucket_of(each.day)] += each.uncounted
    return found


def by_kind(days: Collection[KeptDay], scope: NewVisitScope) -> Mapping[VisitKind, Slice]:
    """New visits and repeated ones, with the persons who made them."""
    packed, people = _packed(days), _People(_highest(days))
    fresh = _is_new(packed, scope)
    parts = {VisitKind.NEW: packed[fresh], VisitKind.REPEAT: packed[~fresh]}
    return {kind: Slice(part.size, people.count(part)) for kind, part in parts.items() if part.size}


class _People:
    """Counts different persons by marking them in one array, which is far faster than to sort them."""

    def __init__(self, highest: int) -> None:
        self._seen = np.zeros(highest + 1, bool)

    def count(self, packed: Packed) -> int:
        numbers = packed >> _FLAGS
        self._seen[numbers] = True
        found = int(np.count_nonzero(self._seen))
        self._seen[numbers] = False
        return found

    def tally(self, packed: Packed, scope: NewVisitScope) -> VisitTally:
        return VisitTally(packed.size, self.count(packed), int(np.count_nonzero(_is_new(packed, scope))))


def _is_new(packed: Packed, scope: NewVisitScope) -> npt.NDArray[np.bool_]:
    return (packed >> _FIRST[scope] & 1).astype(bool)


def _packed(days: Iterable[KeptDay]) -> Packed:
    return np.frombuffer(b"".join(each.visits for each in days), _WORD)


def _highest(days: Iterable[KeptDay]) -> int:
    packed = _packed(days)
    return int(packed.max() >> _FLAGS) if packed.size else 0
