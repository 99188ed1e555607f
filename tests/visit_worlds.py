"""Small worlds of tracks for property tests of visits, and by brute force what their visits are.

A world's times are steps of ten minutes around a night in which the clocks of its zones change or not, so
gaps are often met exactly, days are often crossed, and rules change in the middle.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRule, SiteRules
from footfall_server.domain.visit import Visit
from hypothesis import strategies as st

STEP = timedelta(minutes=10)
STEPS = 36 * 6
NIGHTS = {
    "Europe/Berlin": datetime(2026, 3, 28, 12, tzinfo=UTC),
    "America/New_York": datetime(2026, 10, 31, 14, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 0, tzinfo=UTC),
    "Africa/Cairo": datetime(2026, 4, 23, 10, tzinfo=UTC),
    "America/Santiago": datetime(2026, 9, 5, 14, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 6, 1, 8, tzinfo=UTC),
}
NAMES = UUID(int=0x5EED)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One event of a track: what of it was seen."""

    track_id: UUID
    person: int
    place: int
    begin: int
    end: int
    seed: UUID


@dataclass(frozen=True, slots=True)
class World:
    """Persons and places are numbers, times are steps after `start`."""

    start: datetime
    rules: tuple[SiteRules, ...]
    glimpses: tuple[Glimpse, ...]

    def at(self, step: int) -> datetime:
        return self.start + step * STEP


@st.composite
def worlds(draw: st.DrawFn, *, max_tracks: int = 9) -> World:
    start = NIGHTS[draw(st.sampled_from(sorted(NIGHTS)))]
    tracks = draw(
        st.lists(
            st.tuples(
                st.integers(0, 1),
                st.integers(0, 1),
                st.integers(20, STEPS - 20),
                st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 6)), min_size=1, max_size=3),
            ),
            min_size=1,
            max_size=max_tracks,
        )
    )
    seeds = draw(st.permutations(range(len(tracks))))
    glimpses = [
        Glimpse(
            track_id=uuid5(NAMES, f"track {number}"),
            person=person,
            place=place,
            begin=begin + offset,
            end=begin + offset + length,
            seed=UUID(int=1000 + seeds[number]),
        )
        for number, (person, place, begin, parts) in enumerate(tracks)
        for offset, length in parts
    ]
    return World(start, (draw(_site_rules(start)), draw(_site_rules(start))), tuple(glimpses))


@st.composite
def _site_rules(draw: st.DrawFn, start: datetime) -> SiteRules:
    def version(number: int, effective_at: datetime | None) -> SiteRule:
        return SiteRule(
            rule_version=number,
            effective_at=effective_at,
            time_zone=draw(st.sampled_from([*NIGHTS, "UTC"])),
            visit_gap=draw(st.sampled_from([STEP, 6 * STEP, 18 * STEP])),
            business_day_start=timedelta(minutes=draw(st.sampled_from([0, 150, 240, 1410]))),
        )

    changes = sorted(draw(st.sets(st.integers(0, STEPS), max_size=2)))
    later = [version(number, start + step * STEP) for number, step in enumerate(changes, start=2)]
    return SiteRules((version(1, None), *later))


@st.composite
def deliveries(draw: st.DrawFn, world: World) -> list[list[Glimpse]]:
    """The world's events in any order, some of them again, in batches of any size."""
    again = draw(st.lists(st.sampled_from(world.glimpses), max_size=4))
    order = draw(st.permutations([*world.glimpses, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=6)))
    batches = [order[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return [list(batch) for batch in batches if batch]


@dataclass(frozen=True, slots=True)
class Truth:
    """Visits by id, the visit of each track, and which visits are their customers' first."""

    visits: Mapping[UUID, Visit]
    visit_of: Mapping[UUID, UUID]
    new: frozenset[UUID]


def brute_force(sightings: Iterable[Sighting], rules: Mapping[UUID, SiteRules]) -> Truth:
    """What visits these sightings are, found without any of the product's own steps."""
    groups = [[each] for each in sightings if each.customer_id is not None]
    while True:
        touching = (
            (one, other)
            for one, other in product(groups, groups)
            if one is not other and any(_close(left, right, rules) for left, right in product(one, other))
        )
        if (pair := next(touching, None)) is None:
            break
        groups = [group for group in groups if group is not pair[0] and group is not pair[1]]
        groups.append([*pair[0], *pair[1]])
    visits: dict[UUID, Visit] = {}
    visit_of: dict[UUID, UUID] = {}
    for group in groups:
        visit_id = min(each.visit_seed for each in group if each.visit_seed is not None)
        version, day = _rule_and_day(group[0], rules)
        assert group[0].customer_id is not None
        visits[visit_id] = Visit(
            visit_id,
            group[0].site_id,
            group[0].customer_id,
            min(each.first_seen_at for each in group),
            max(each.last_seen_at for each in group),
            version.rule_version,
            day,
        )
        visit_of.update((each.track_id, visit_id) for each in group)
    new = frozenset(
        visit.visit_id
        for visit in visits.values()
        if not any(
            other.customer_id == visit.customer_id
            and (other.first_seen_at, other.visit_id) < (visit.first_seen_at, visit.visit_id)
            for other in visits.values()
        )
    )
    return Truth(visits, visit_of, new)


def _close(one: Sighting, other: Sighting, rules: Mapping[UUID, SiteRules]) -> bool:
    if (one.site_id, one.customer_id) != (other.site_id, other.customer_id):
        return False
    rule, day = _rule_and_day(one, rules)
    return (
        _rule_and_day(other, rules) == (rule, day)
        and one.first_seen_at - other.last_seen_at <= rule.visit_gap
        and other.first_seen_at - one.last_seen_at <= rule.visit_gap
    )


def _rule_and_day(sighting: Sighting, rules: Mapping[UUID, SiteRules]) -> tuple[SiteRule, date]:
    at = sighting.first_seen_at
    versions = rules[sighting.site_id].versions
    rule = [each for each in versions if each.effective_at is None or each.effective_at <= at][-1]
    around = [at.date() + timedelta(days=number) for number in range(-3, 4)]
    begun = [day for day in around if _begins(day, rule) <= at]
    return rule, max(begun)


def _begins(day: date, rule: SiteRule) -> datetime:
    hours, minutes = divmod(int(rule.business_day_start.total_seconds()) // 60, 60)
    return datetime.combine(day, time(hours, minutes), ZoneInfo(rule.time_zone)).astimezone(UTC)
