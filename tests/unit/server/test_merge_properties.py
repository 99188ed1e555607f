"""What holds of merges whatever happened: each can be undone, nothing is lost, and two people stay two."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations
from uuid import UUID

from customer_samples import a_customer
from fakes.manual_clock import START, ManualClock
from fakes.memory_tables import TenantTables
from fakes.memory_transactions import MemoryTransactions
from fakes.merge_world import MergeWorld, visits_by_brute_force
from footfall_server.domain.customer import Customer
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from hypothesis import given, settings
from hypothesis import strategies as st
from storage_samples import a_site

TENANT = UUID(int=1)
SITES = [a_site("Old Town", UUID(int=11)), replace(a_site("Harbour", UUID(int=12)), visit_gap=timedelta(0))]
CAMERAS = [
    (SITES[0].site_id, UUID(int=21)),
    (SITES[0].site_id, UUID(int=22)),
    (SITES[1].site_id, UUID(int=23)),
]
WAITING, STAFF = IdentityState.WAITING, CustomerKind.STAFF


@dataclass(frozen=True)
class Story:
    """Who there is, who is seen in which order, and what is done in between.

    A step is (what, one, other): "see" the next one, "merge" two, "undo" one of the merges that hold.
    """

    people: Sequence[Customer]
    tracks: Sequence[Sighting]
    steps: Sequence[tuple[str, int, int]]
    order: Sequence[int]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    kinds = draw(
        st.lists(st.sampled_from(["", "", "", "Ann", "Bob", "staff", "waits"]), min_size=2, max_size=5)
    )
    people = [
        a_customer(
            "" if kind in {"staff", "waits"} else kind,
            customer_id=UUID(int=100 + index),
            kind=STAFF if kind == "staff" else CustomerKind.VISITOR,
            state=WAITING if kind == "waits" else IdentityState.CONFIRMED,
        )
        for index, kind in enumerate(kinds)
    ]
    spans = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(people) - 1),
                st.integers(0, len(CAMERAS) - 1),
                st.sampled_from([0, 1, 20, 59, 60, 61, 120, 600, 1140, 1141, 1500]),
                st.sampled_from([0, 1, 30, 90]),
            ),
            max_size=9,
        )
    )
    seeds = draw(st.permutations(range(len(spans))))
    tracks = [
        _track(people[who].customer_id, CAMERAS[where], minute, lasting, index=index, seed=seed)
        for index, ((who, where, minute, lasting), seed) in enumerate(zip(spans, seeds, strict=True))
    ]
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from(["see", "see", "merge", "merge", "undo"]), *[st.integers(0, 9)] * 2),
            max_size=14,
        )
    )
    return Story(people, tracks, steps, draw(st.lists(st.integers(0, 9), min_size=14, max_size=14)))


def _track(
    owner_id: UUID, camera: tuple[UUID, UUID], minute: int, lasting: int, *, index: int, seed: int
) -> Sighting:
    at = START + timedelta(minutes=minute)
    return Sighting(
        track_id=UUID(int=1000 + index),
        site_id=camera[0],
        camera_id=camera[1],
        worker_id=None,
        first_seen_at=at,
        last_seen_at=at + timedelta(minutes=lasting),
        final=True,
        outcome=FaceOutcome.KNOWN,
        customer_id=owner_id,
        visit_id=None,
        score=0.5,
        quality_score=0.5,
        female_probability=None,
        image_id=None,
        model_id="model",
        owner_id=owner_id,
        visit_seed=UUID(int=2000 + seed),
    )


class Telling:
    """A story as it is told, over a database of its own."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._clock = ManualClock()
        self._transactions = MemoryTransactions(clock=self._clock)
        self._to_see = list(story.tracks)
        self.world = MergeWorld(self._transactions, TENANT, self._clock)
        self.merges: list[UUID] = []

    @property
    def tables(self) -> TenantTables:
        return self._transactions.tables(TENANT)

    async def begin(self) -> None:
        await self.world.open(SITES, self._story.people)

    async def see(self) -> None:
        if self._to_see:
            await self.world.record(self._to_see.pop(0))

    async def see_the_rest(self) -> None:
        while self._to_see:
            await self.see()

    async def do(self, step: tuple[str, int, int], *, force: bool) -> None:
        what, one, other = step
        self._clock.advance(timedelta(minutes=1))
        people = [each.customer_id for each in self._story.people]
        if what == "see":
            await self.see()
        elif what == "merge":
            pair = people[one % len(people)], people[other % len(people)]
            made = await self.world.merge(pair[0], [pair[1]], force=force)
            self.merges += [] if made is None else [made]
        elif self.merges:
            await self.world.undo(self.merges.pop(one % len(self.merges)))

    async def undo_all(self) -> None:
        for choice in self._story.order:
            if self.merges:
                await self.world.undo(self.merges.pop(choice % len(self.merges)))
        assert not self.merges

    def rows(self) -> TenantTables:
        """All that is kept, but for what tells of the merging itself and when it was."""
        kept = self.tables.copy()
        for each in (kept.merges, kept.merge_requests, kept.audit, kept.changes):
            each.clear()
        kept.counters.pop("revision", None)
        for key, customer in kept.customers.items():
            kept.customers[key] = replace(customer, updated_at=START)
        return kept


@given(story=stories())
@settings(max_examples=150, deadline=None)
def test_what_is_merged_and_undone_is_as_if_nobody_had_merged_it(story: Story) -> None:
    """In any order, nested or not, with people seen in between."""

    async def tell() -> None:
        told, plain = Telling(story), Telling(story)
        await told.begin()
        for step in story.steps:
            await told.do(step, force=True)
        await told.undo_all()
        await told.see_the_rest()
        await plain.begin()
        await plain.see_the_rest()
        assert told.rows() == plain.rows()

    asyncio.run(tell())


@given(story=stories())
@settings(max_examples=150, deadline=None)
def test_a_merge_undone_at_once_leaves_every_table_as_it_was(story: Story) -> None:
    async def tell() -> None:
        told = Telling(story)
        await told.begin()
        await told.see_the_rest()
        for step in story.steps:
            before, held = told.rows(), len(told.merges)
            await told.do(step, force=True)
            if len(told.merges) > held:
                made = told.merges[-1]
                await told.world.undo(made)
                assert told.rows() == before
                told.merges.pop()
                await told.do(step, force=True)

    asyncio.run(tell())


@given(story=stories())
@settings(max_examples=150, deadline=None)
def test_visits_are_what_brute_force_says_after_every_step(story: Story) -> None:
    """No sighting is lost or counted twice, and new and repeat are right after merges and their undoing."""

    async def tell() -> None:
        told = Telling(story)
        await told.begin()
        rules = {site.site_id: SiteRules.first_of(site) for site in SITES}
        for step in (*story.steps, *[("undo", each, 0) for each in story.order]):
            await told.do(step, force=True)
            tables = told.tables
            expected = visits_by_brute_force(tables.customers.values(), tables.sightings.values(), rules)
            assert await told.world.counted() == expected
            tracks = [track for visit in expected for track in visit.tracks]
            assert len(tracks) == len(set(tracks))
            assert {each.visit_id for each in tables.sightings.values() if each.visit_id} == set(
                tables.visits
            )

    asyncio.run(tell())


@given(story=stories())
@settings(max_examples=150, deadline=None)
def test_who_shares_a_moment_on_a_camera_stays_two_people_without_force(story: Story) -> None:
    async def tell() -> None:
        told = Telling(story)
        await told.begin()
        await told.see_the_rest()
        for step in story.steps:
            await told.do(step, force=False)
            for one, other in combinations(told.tables.sightings.values(), 2):
                together = (
                    one.camera_id == other.camera_id
                    and one.first_seen_at <= other.last_seen_at
                    and other.first_seen_at <= one.last_seen_at
                )
                if together and one.owner_id != other.owner_id:
                    assert one.customer_id != other.customer_id

    asyncio.run(tell())
