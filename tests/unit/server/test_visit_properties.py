"""Visits are a function of the sightings, whatever the order, the batches and the repeats."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from fakes.manual_clock import START, ManualClock
from fakes.memory_transactions import MemoryTransactions
from footfall_server.domain.site_rules import SiteRule, SiteRules
from footfall_server.services.visit_rebuild import VisitRebuild
from hypothesis import given, settings
from hypothesis import strategies as st
from played_worlds import Filmed, Played
from visit_worlds import Glimpse, World, deliveries, worlds

UNTIMED = settings(deadline=None)
GAP = timedelta(hours=1)
ONE_RULE = SiteRules((SiteRule(1, None, "UTC", GAP, timedelta(hours=4)),))


async def played(world: World) -> Played:
    game = Played(world, MemoryTransactions(clock=ManualClock(START)), UUID(int=77))
    await game.open()
    return game


async def rebuilt(game: Played, *persons: UUID) -> int:
    """Works visits out again and says how many changes that made."""
    async with game.transactions.begin_exclusive(game.tenant_id) as tx:
        changes = await VisitRebuild(tx).of(persons or game.persons)
        if changes:
            await tx.changes.append(changes)
    await game.watch()
    return len(changes)


@UNTIMED
@given(data=st.data())
def test_after_every_batch_visits_are_what_brute_force_and_the_rebuild_say(data: st.DataObject) -> None:
    world = data.draw(worlds())
    batches = data.draw(deliveries(world))

    async def play() -> None:
        game = await played(world)
        for batch in batches:
            await game.tell(batch)
            await game.check()
            assert await rebuilt(game) == 0

    asyncio.run(play())


@UNTIMED
@given(data=st.data())
def test_any_two_deliveries_end_in_the_same_visits_with_the_same_ids(data: st.DataObject) -> None:
    world = data.draw(worlds())

    async def end(batches: list[list[Glimpse]]) -> object:
        game = await played(world)
        for batch in batches:
            await game.tell(batch)
        return await game.check()

    assert asyncio.run(end(data.draw(deliveries(world)))) == asyncio.run(end([list(world.glimpses)]))


@UNTIMED
@given(data=st.data())
def test_a_merge_is_as_if_it_had_been_one_person_and_its_undoing_as_if_it_had_not(
    data: st.DataObject,
) -> None:
    """Told, merged, told more, parted and told again, in the middle of any delivery."""
    world = data.draw(worlds())
    batches = data.draw(deliveries(world))
    turns = data.draw(st.lists(st.booleans(), min_size=len(batches), max_size=len(batches)))
    named = data.draw(st.sampled_from([(0,), (1,), (0, 1)]))

    async def play() -> None:
        game = await played(world)
        merged = False
        for batch, turn in zip(batches, turns, strict=True):
            await game.tell(batch)
            if turn:
                merged = not merged
                await regroup(game, merged=merged)
                await rebuilt(game, *(game.persons[number] for number in named))
            await game.check()

    asyncio.run(play())


async def regroup(game: Played, *, merged: bool) -> None:
    """The second person becomes the first one, or is nobody but themselves again."""
    first, second = game.persons
    root = first if merged else second
    game.roots[second] = root
    tables = game.transactions.tables(game.tenant_id)
    into = first if merged else None
    tables.customers[second] = replace(tables.customers[second], root_id=root, merged_into=into)
    for track_id, sighting in tables.sightings.items():
        if sighting.owner_id == second:
            tables.sightings[track_id] = replace(sighting, customer_id=root)


def story(*minutes: tuple[int, int], rules: SiteRules = ONE_RULE) -> World:
    """One person at one place, from 9 in the morning, a track for each stay."""
    glimpses = [
        Glimpse(UUID(int=number), 0, 0, begin, end, UUID(int=100 + number))
        for number, (begin, end) in enumerate(minutes)
    ]
    return World(START, (rules, ONE_RULE), tuple(glimpses))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(0, 3), (2, 5), (5, 6)], [(0, 6)]),  # cameras that overlap
        ([(0, 0), (6, 6)], [(0, 6)]),  # exactly the gap
        ([(0, 0), (7, 7)], [(0, 0), (7, 7)]),
        ([(20, 21), (15, 16)], [(15, 21)]),  # late, and it extends a visit to the front
        ([(0, 1), (12, 13), (6, 7)], [(0, 13)]),  # late, and it bridges two
        ([(60, 61), (0, 1)], [(0, 1), (60, 61)]),  # late, and it opens one in the past
        ([(0, 0), (5, 5), (10, 10), (15, 15), (20, 20)], [(0, 20)]),  # far ends, joined by what is between
        ([(110, 113), (114, 118)], [(110, 113), (114, 118)]),  # the day is cut at four
    ],
)
def test_stories(told: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    async def play() -> list[tuple[int, int]]:
        world = story(*told)
        game = await played(world)
        for glimpse in world.glimpses:
            await game.tell([glimpse])
        truth = await game.check()
        step = world.at(1) - world.start
        return sorted(
            ((visit.first_seen_at - START) // step, (visit.last_seen_at - START) // step)
            for visit in truth.visits.values()
        )

    assert asyncio.run(play()) == expected


def test_a_track_that_widens_over_the_days_beginning_leaves_a_visit_that_falls_apart() -> None:
    """Two far stays were one visit by what was between, until that turned out to begin the day before."""
    world = story((115, 116), (121, 122), (127, 128))
    wider = replace(world.glimpses[1], begin=113)

    async def play() -> None:
        game = await played(world)
        await game.tell(world.glimpses)
        assert len((await game.check()).visits) == 1
        await game.tell([wider])
        assert len((await game.check()).visits) == 3

    asyncio.run(play())


@UNTIMED
@given(data=st.data())
def test_through_the_whole_of_ingest_it_is_the_same(data: st.DataObject) -> None:
    world = data.draw(worlds())
    batches = data.draw(deliveries(world))

    async def stays(batches: list[list[Glimpse]]) -> set[tuple[object, ...]]:
        """The visits without the ids, which are made anew each time."""
        clock = ManualClock(START)
        game = Filmed(world, MemoryTransactions(clock=clock), UUID(int=77))
        await game.open()
        for batch in batches:
            await game.tell(batch)
            await game.check()
        truth = await game.check()
        tracks = {each: {t for t, v in truth.visit_of.items() if v == each} for each in truth.visits}
        assert set(truth.visit_of) == {glimpse.track_id for glimpse in world.glimpses}
        return {
            (
                visit.site_id,
                frozenset(tracks[visit_id]),
                visit.first_seen_at,
                visit.last_seen_at,
                visit.rule_version,
                visit.business_day,
            )
            for visit_id, visit in truth.visits.items()
        }

    assert asyncio.run(stays(batches)) == asyncio.run(stays([list(world.glimpses)]))
