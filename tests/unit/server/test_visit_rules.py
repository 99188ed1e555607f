"""Visits are connected components: neither order nor batches matter."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from uuid import UUID, uuid5

from fakes.manual_clock import START
from footfall_server.domain.site_rules import SiteRule, SiteRules
from footfall_server.domain.visit import Visit
from footfall_server.domain.visit_rules import SightingSpan, join, left_their_visits
from hypothesis import given
from hypothesis import strategies as st

SITE = UUID(int=1)
GAP = timedelta(minutes=60)
RULES = SiteRules((SiteRule(1, None, "UTC", GAP, timedelta(hours=4)),))
Component = frozenset[UUID]


@st.composite
def sightings(draw: st.DrawFn) -> list[SightingSpan]:
    spans = draw(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 900), st.integers(0, 90)), min_size=1, max_size=14
        )
    )
    return [
        SightingSpan(
            uuid5(SITE, f"track {number}"),
            UUID(int=100 + person),
            START + timedelta(minutes=begin),
            START + timedelta(minutes=begin + length),
            seed=uuid5(SITE, f"seed {number}"),
        )
        for number, (person, begin, length) in enumerate(spans)
    ]


def oracle(spans: list[SightingSpan]) -> set[Component]:
    """The components by brute force: merge any two groups that have a close pair, until none have."""
    groups = [frozenset({span}) for span in spans]
    while pair := next((pair for pair in combinations(groups, 2) if touch(*pair)), None):
        groups = [group for group in groups if group not in pair] + [pair[0] | pair[1]]
    return {frozenset(span.track_id for span in group) for group in groups}


def touch(one: frozenset[SightingSpan], other: frozenset[SightingSpan]) -> bool:
    return any(close(left, right) for left in one for right in other)


def close(one: SightingSpan, other: SightingSpan) -> bool:
    return (
        one.customer_id == other.customer_id
        and one.first_seen_at - other.last_seen_at <= GAP
        and other.first_seen_at - one.last_seen_at <= GAP
    )


def told_in(batches: list[list[SightingSpan]]) -> tuple[set[Component], dict[UUID, Visit]]:
    """The components that the rule makes of the batches, one after the other."""
    visits: dict[UUID, Visit] = {}
    visit_of: dict[UUID, UUID] = {}
    for batch in batches:
        changes = join(SITE, RULES, list(visits.values()), batch)
        assert changes.created == {visit.visit_id for visit in changes.saved} - visits.keys()
        visits.update((visit.visit_id, visit) for visit in changes.saved)
        for track_id, visit_id in visit_of.items():
            visit_of[track_id] = changes.moved.get(visit_id, visit_id)
        for visit_id in changes.moved:
            del visits[visit_id]
        visit_of.update(changes.assigned)
    tracks: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for track_id, visit_id in visit_of.items():
        tracks[visit_id].add(track_id)
    assert tracks.keys() == visits.keys(), "every visit has sightings, and every sighting a visit"
    return {frozenset(each) for each in tracks.values()}, visits


@given(spans=sightings(), data=st.data())
def test_order_and_batches_do_not_matter(spans: list[SightingSpan], data: st.DataObject) -> None:
    order = data.draw(st.permutations(spans))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order)), max_size=5)))
    batches = [order[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    components, visits = told_in([batch for batch in batches if batch])
    assert components == oracle(spans)
    by_track = {span.track_id: span for span in spans}
    hulls = {
        Visit(
            visit_id=min(by_track[track].seed for track in component),
            site_id=SITE,
            customer_id=by_track[next(iter(component))].customer_id,
            first_seen_at=min(by_track[track].first_seen_at for track in component),
            last_seen_at=max(by_track[track].last_seen_at for track in component),
            rule_version=1,
            business_day=START.date(),
        )
        for component in components
    }
    assert hulls == set(visits.values())


def test_a_track_that_widens_stays_in_its_visit() -> None:
    track, customer = UUID(int=7), UUID(int=8)
    early = SightingSpan(track, customer, START, START + timedelta(seconds=2), seed=track)
    late = SightingSpan(track, customer, START, START + timedelta(minutes=3), seed=track)
    components, visits = told_in([[early], [late]])
    assert components == {frozenset({track})}
    assert [visit.last_seen_at for visit in visits.values()] == [late.last_seen_at]


def test_sightings_of_two_days_or_two_rules_are_not_joined() -> None:
    customer, midnight = UUID(int=8), START.replace(hour=0) + timedelta(days=1)
    rules = SiteRules(
        (
            SiteRule(1, None, "UTC", GAP, timedelta()),
            SiteRule(2, midnight + timedelta(days=1), "UTC", timedelta(minutes=5), timedelta()),
        )
    )
    cases = [
        (midnight - timedelta(minutes=20), 1),
        (midnight - timedelta(minutes=1), 1),
        (midnight, 2),
        (midnight + timedelta(minutes=30), 2),
        (midnight + timedelta(days=1, minutes=-1), 3),
        (midnight + timedelta(days=1), 4),
        (midnight + timedelta(days=1, minutes=5), 4),
        (midnight + timedelta(days=1, minutes=11), 5),
    ]
    spans = [
        SightingSpan(UUID(int=number), customer, at, at + timedelta(seconds=1), seed=UUID(int=visit * 100))
        for number, (at, visit) in enumerate(cases)
    ]
    joined = join(SITE, rules, (), spans)
    assert joined.assigned == {
        UUID(int=number): UUID(int=visit * 100) for number, (_, visit) in enumerate(cases)
    }
    assert [(visit.rule_version, visit.business_day.day - midnight.day) for visit in joined.saved] == [
        (1, -1),
        (1, 0),
        (1, 0),
        (2, 1),
        (2, 1),
    ]


def test_a_lower_seed_that_comes_late_gives_the_visit_its_id() -> None:
    customer = UUID(int=8)
    first = SightingSpan(UUID(int=1), customer, START, START, seed=UUID(int=20))
    late = SightingSpan(UUID(int=2), customer, START, START, seed=UUID(int=10))
    before = join(SITE, RULES, (), [first])
    changes = join(SITE, RULES, before.saved, [late])
    assert changes.created == {UUID(int=10)}
    assert changes.moved == {UUID(int=20): UUID(int=10)}


def test_who_left_a_visit_is_named() -> None:
    stays, leaves = UUID(int=8), UUID(int=9)
    morning = START.replace(hour=4, minute=10)
    spans = [SightingSpan(each, each, morning, morning, seed=each) for each in (stays, leaves)]
    visits = join(SITE, RULES, (), spans).saved
    spans = [
        replace(spans[0], first_seen_at=morning - timedelta(minutes=10)),
        replace(spans[1], first_seen_at=morning - timedelta(minutes=11)),
    ]
    assert left_their_visits(RULES, visits, spans, {stays: stays, leaves: leaves}) == {leaves}
    assert left_their_visits(RULES, visits, spans, {}) == frozenset(), "who was in none leaves none"
