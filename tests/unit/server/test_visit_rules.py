"""Visits are connected components: neither order nor batches matter."""

from collections import defaultdict
from datetime import timedelta
from itertools import combinations, count
from uuid import UUID, uuid5

from fakes.manual_clock import START
from footfall_server.domain.visit import Visit
from footfall_server.domain.visit_rules import SightingSpan, join
from hypothesis import given
from hypothesis import strategies as st

SITE = UUID(int=1)
GAP = timedelta(minutes=60)
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
    ids = (UUID(int=number) for number in count(1000))
    for batch in batches:
        changes = join(SITE, GAP, list(visits.values()), batch, make_id=lambda: next(ids))
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
        (
            min(by_track[track].first_seen_at for track in component),
            max(by_track[track].last_seen_at for track in component),
            by_track[next(iter(component))].customer_id,
        )
        for component in components
    }
    assert hulls == {(each.first_seen_at, each.last_seen_at, each.customer_id) for each in visits.values()}


def test_a_track_that_widens_stays_in_its_visit() -> None:
    track, customer = UUID(int=7), UUID(int=8)
    early = SightingSpan(track, customer, START, START + timedelta(seconds=2))
    late = SightingSpan(track, customer, START, START + timedelta(minutes=3))
    components, visits = told_in([[early], [late]])
    assert components == {frozenset({track})}
    assert [visit.last_seen_at for visit in visits.values()] == [late.last_seen_at]


def test_a_longer_gap_does_not_rewrite_visits_that_nothing_new_joins() -> None:
    customer = UUID(int=8)
    hours = [START, START + timedelta(hours=2), START + timedelta(hours=20)]
    visits = [
        Visit(UUID(int=number), SITE, customer, at, at, 1, at.date()) for number, at in enumerate(hours[:2])
    ]
    far = SightingSpan(UUID(int=9), customer, hours[2], hours[2])
    assert not join(SITE, timedelta(hours=3), visits, [far]).moved
