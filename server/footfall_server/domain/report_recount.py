"""Counts days of reports anew, in the plainest way, and holds kept days against that. Pure.

Nothing of this is shared with what keeps the days: a visit's day is asked of the rules for each visit by
itself, and who came first is found by looking at everybody's visits.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from footfall_server.domain.report import UncountedTally
from footfall_server.domain.report_days import VISIT_BYTES, CountedDay, DayVisit, KeptDay, kept_day
from footfall_server.domain.restatement import NUMBERS, numbers_of
from footfall_server.domain.site_rules import SiteRules

PEOPLE: Final = "people"
"""The field of a difference in who came, where all numbers are right.

Its values are how many visits are on the one side only.
"""
_NOBODY: Final = 0
"""Stands for somebody who has no number: numbers of persons begin with 1."""


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """A visit, as far as it is counted."""

    visit_id: UUID
    site_id: UUID
    customer_id: UUID
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class SeenPassage:
    """A sighting that is in no visit."""

    first_seen_at: datetime
    of_staff: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What days at a site are counted from: all visits of whoever came in the time, wherever they were."""

    visits: Collection[SeenVisit]
    passages: Collection[SeenPassage]


@dataclass(frozen=True, slots=True)
class DayDifference:
    """A day at a site that is kept as something else than it is: one of NUMBERS, or PEOPLE."""

    site_id: UUID
    day: date
    field: str
    kept: int
    computed: int


def recounted(site_id: UUID, rules: SiteRules, seen: Seen) -> Mapping[date, CountedDay]:
    """The days at a site, by day; those without anything to say are left out."""
    firsts = {min(of, key=_time).visit_id for of in _by_person(seen.visits).values()}
    here = [each for each in seen.visits if each.site_id == site_id]
    firsts_here = {min(of, key=_time).visit_id for of in _by_person(here).values()}
    visits: defaultdict[date, list[DayVisit]] = defaultdict(list)
    for each in here:
        told = DayVisit(each.customer_id, each.visit_id in firsts, each.visit_id in firsts_here)
        visits[rules.day(each.first_seen_at)].append(told)
    passed: defaultdict[date, UncountedTally] = defaultdict(UncountedTally)
    for passage in seen.passages:
        passed[rules.day(passage.first_seen_at)] += UncountedTally(passage.of_staff, not passage.of_staff)
    return {
        day: CountedDay(site_id, day, visits.get(day, ()), passed.get(day, UncountedTally()))
        for day in visits.keys() | passed.keys()
    }


def joined(parts: Iterable[Mapping[date, CountedDay]]) -> Mapping[date, CountedDay]:
    """Days at a site that were counted in parts, each person's visits in one part only."""
    days: dict[date, CountedDay] = {}
    for each in (each for part in parts for each in part.values()):
        known = days.get(each.day)
        days[each.day] = (
            each
            if known is None
            else CountedDay(
                each.site_id, each.day, (*known.visits, *each.visits), known.uncounted + each.uncounted
            )
        )
    return days


def differences(kept: KeptDay, computed: CountedDay, numbers: Mapping[UUID, int]) -> Sequence[DayDifference]:
    """What a kept day says wrong; `numbers` are those of the persons of the computed one who have any."""
    people = {each.customer_id: _NOBODY for each in computed.visits}
    right = kept_day(computed, {**people, **numbers})
    said, truth = numbers_of(kept), numbers_of(right)
    wrong = [
        DayDifference(kept.site_id, kept.day, name, getattr(said, name), getattr(truth, name))
        for name in NUMBERS
        if getattr(said, name) != getattr(truth, name)
    ]
    if not wrong and kept.visits != right.visits:
        mine, theirs = _words(kept), _words(right)
        return [
            DayDifference(kept.site_id, kept.day, PEOPLE, (mine - theirs).total(), (theirs - mine).total())
        ]
    return wrong


def _by_person(visits: Iterable[SeenVisit]) -> Mapping[UUID, Sequence[SeenVisit]]:
    found: defaultdict[UUID, list[SeenVisit]] = defaultdict(list)
    for each in visits:
        found[each.customer_id].append(each)
    return found


def _time(visit: SeenVisit) -> tuple[datetime, UUID]:
    return visit.first_seen_at, visit.visit_id


def _words(kept: KeptDay) -> Counter[int]:
    return Counter(
        int.from_bytes(kept.visits[place : place + VISIT_BYTES], "little")
        for place in range(0, len(kept.visits), VISIT_BYTES)
    )
