"""Watching: every change once, in order, through breaks, silence and lost word."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.polling import until
from fakes.synthetic_faces import POOR, face_event, person
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identity import Principal, Role
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.live.watch import Watch, WatchItem
from footfall_server.services.change_retention import ChangeRetention
from hypothesis import given, settings
from hypothesis import strategies as st

SILENCE = timedelta(seconds=30)
TOPICS = frozenset({Topic.VISITS})


@contextlib.asynccontextmanager
async def replica(shop: Shop, *, heartbeat: timedelta = SILENCE, page: int = 3) -> AsyncIterator[Watch]:
    feed = ChangeFeed(source=shop.changes)
    reading = asyncio.create_task(feed.run())
    try:
        yield Watch(
            feed=feed, transactions=shop.transactions, clock=shop.clock, heartbeat=heartbeat, page=page
        )
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading


def manager(shop: Shop) -> Principal:
    return shop.principal(Role.SITE_MANAGER)


async def commit(shop: Shop, count: int = 1, topic: Topic = Topic.VISITS) -> None:
    async with shop.transactions.begin(shop.tenant_id) as tx:
        await tx.changes.append(
            [NewChange(topic, ChangeKind.CREATED, shop.site.site_id, uuid4()) for _ in range(count)]
        )


async def take(items: AsyncIterator[WatchItem], count: int) -> list[int]:
    """The revisions of the next changes."""
    revisions: list[int] = []
    async with asyncio.timeout(10):
        while len(revisions) < count:
            item = await anext(items)
            if item.change is not None:
                revisions.append(item.revision)
    return revisions


async def test_from_now_the_first_item_is_the_present_revision() -> None:
    shop = Shop()
    await commit(shop, 2)
    async with replica(shop) as watch:
        items = watch.changes(manager(shop), topics=TOPICS)
        assert await anext(items) == WatchItem(2)
        await commit(shop)
        assert await take(items, 1) == [3]


async def test_a_change_of_a_visit_carries_the_visit() -> None:
    shop = Shop()
    async with replica(shop) as watch:
        items = watch.changes(manager(shop), topics=TOPICS, after_revision=0)
        [outcome] = await shop.ingest.record_many(shop.principal(), [face_event(shop.camera_id, person(1))])
        item = await anext(items)
    assert item.visit is not None
    assert item.visit.visit_id == outcome.visit_id
    assert item.committed_at == shop.clock.now()


async def test_whoever_is_in_no_visit_is_told_as_a_sighting_until_a_visit_has_them() -> None:
    shop = Shop()
    topics = frozenset({Topic.VISITS, Topic.SIGHTINGS})
    track_id = uuid4()
    async with replica(shop) as watch:
        items = watch.changes(manager(shop), topics=topics, after_revision=0)
        blurred = face_event(shop.camera_id, person(1), track_id=track_id, final=False, good=POOR)
        await shop.ingest.record_many(shop.principal(), [blurred])
        first = await anext(items)
        assert first.change is not None
        assert (first.change.topic, first.change.kind) == (Topic.SIGHTINGS, ChangeKind.CREATED)
        assert first.change.resource_id == track_id
        assert first.sighting is not None
        assert first.sighting.outcome is FaceOutcome.UNRECOGNISABLE
        await shop.ingest.record_many(
            shop.principal(), [face_event(shop.camera_id, person(1), track_id=track_id)]
        )
        told = [await anext(items), await anext(items)]
    assert [each.change.topic for each in told if each.change] == [Topic.VISITS, Topic.SIGHTINGS]
    assert told[1].change is not None
    assert told[1].change.kind is ChangeKind.UPDATED
    assert told[1].sighting is not None
    assert told[1].sighting.outcome is FaceOutcome.NEW


async def test_a_visit_that_went_since_is_told_as_gone() -> None:
    shop = Shop()
    await commit(shop)
    async with replica(shop) as watch:
        item = await anext(watch.changes(manager(shop), topics=TOPICS, after_revision=0))
    assert item.change is not None
    assert (item.change.kind, item.visit) == (ChangeKind.DELETED, None)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("commit"), st.integers(1, 5)),
            st.tuples(st.just("read"), st.integers(1, 4)),
            st.tuples(st.just("reconnect"), st.integers(0, 1)),
            st.tuples(st.just("other topic"), st.integers(1, 2)),
            st.tuples(st.just("lose word"), st.integers(0, 1)),
        ),
        max_size=25,
    )
)
def test_whoever_comes_back_misses_nothing_and_sees_nothing_twice(steps: list[tuple[str, int]]) -> None:
    asyncio.run(follow(steps))


async def follow(steps: list[tuple[str, int]]) -> None:
    shop = Shop()
    seen: list[int] = []
    made: list[int] = []
    revision = 0
    async with replica(shop) as one, replica(shop) as other:
        watches = (one, other)
        items = one.changes(manager(shop), topics=TOPICS, after_revision=0)
        for step, count in [*steps, ("find word", 0)]:
            if step == "commit":
                await commit(shop, count)
                made.extend(range(revision + 1, revision + count + 1))
                revision += count
            elif step == "other topic":
                await commit(shop, count, Topic.CAMERAS)
                revision += count
            elif step == "read":
                seen.extend(await take(items, min(count, len(made) - len(seen))))
            elif step == "reconnect":
                await items.aclose()
                after = seen[-1] if seen else 0
                items = watches[count].changes(manager(shop), topics=TOPICS, after_revision=after)
            elif step == "lose word":
                shop.changes.lose()
            else:
                shop.changes.reset()
        seen.extend(await take(items, len(made) - len(seen)))
        await items.aclose()
    assert seen == made


async def test_lost_word_costs_time_and_no_change() -> None:
    shop = Shop()
    async with replica(shop) as watch:
        items = watch.changes(manager(shop), topics=TOPICS)
        await anext(items)
        waiting = asyncio.create_task(take(items, 1))
        await asyncio.sleep(0)
        shop.changes.lose()
        await commit(shop)
        await asyncio.sleep(0)
        shop.changes.reset()
        assert await waiting == [1]


async def test_silence_is_broken_by_progress_even_when_others_are_busy() -> None:
    shop = Shop()
    async with replica(shop, heartbeat=timedelta(milliseconds=1)) as watch:
        items = watch.changes(manager(shop), topics=TOPICS)
        assert await anext(items) == WatchItem(0)
        await commit(shop, 2, Topic.CAMERAS)
        revisions = set()

        async def hear_progress() -> None:
            while 2 not in revisions:
                item = await anext(items)
                assert item.change is None
                revisions.add(item.revision)

        async with asyncio.timeout(10):
            await hear_progress()


async def test_other_sites_changes_are_not_told() -> None:
    shop = Shop()
    stranger = shop.principal(Role.SITE_MANAGER, shop.open_site("Other shop"))
    await commit(shop)
    async with replica(shop, heartbeat=timedelta(milliseconds=1)) as watch:
        assert await anext(watch.changes(stranger, topics=TOPICS, after_revision=0)) == WatchItem(1)
        with pytest.raises(FootfallError) as caught:
            await anext(watch.changes(stranger, topics=TOPICS, site_id=shop.site.site_id))
    assert caught.value.reason == "SITE_NOT_FOUND"


async def test_revisions_that_are_forgotten_or_never_were_are_refused() -> None:
    shop = Shop()
    await commit(shop, 3)
    shop.clock.advance(timedelta(hours=25))
    await commit(shop)
    retention = ChangeRetention(transactions=shop.transactions, clock=shop.clock)
    assert await retention.compact() == 3
    async with replica(shop) as watch:
        for revision in (2, 5):
            with pytest.raises(FootfallError) as caught:
                await anext(watch.changes(manager(shop), topics=TOPICS, after_revision=revision))
            assert caught.value.kind is ErrorKind.OUT_OF_RANGE
            assert caught.value.reason == "REVISION_COMPACTED"
            assert caught.value.metadata == {"oldest_revision": "3"}
        assert await take(watch.changes(manager(shop), topics=TOPICS, after_revision=3), 1) == [4]


async def test_who_acts_for_no_tenant_is_told_so() -> None:
    shop = Shop()
    async with replica(shop) as watch:
        with pytest.raises(FootfallError) as caught:
            await anext(watch.changes(Principal(uuid4(), Role.SYSTEM_ADMIN, None, START), topics=TOPICS))
    assert caught.value.reason == "TENANT_REQUIRED"


async def test_nobody_is_left_subscribed_when_a_watch_ends() -> None:
    shop = Shop()
    feed = ChangeFeed(source=shop.changes)
    watch = Watch(feed=feed, transactions=shop.transactions, clock=shop.clock)
    items = watch.changes(manager(shop), topics=TOPICS)
    await anext(items)
    assert feed._bells
    await items.aclose()
    await until(lambda: not feed._bells)
