"""The heart on PostgreSQL and Milvus: what the fakes promised holds there, too."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from fakes.manual_clock import START
from fakes.synthetic_faces import MODEL_ID, face_event, person, quality, shot_of, stranger
from footfall_server.domain.batch import BatchQuestions, GalleryQuestions
from footfall_server.domain.change import Topic
from footfall_server.domain.face_event import FaceEvent, FaceOutcome, Recorded
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import GalleryFace
from footfall_server.domain.visit import VisitFilter, VisitView
from footfall_server.errors import FootfallError
from footfall_server.live.change_feed import ChangeFeed, TenantBell
from footfall_server.live.watch import Watch
from footfall_server.services.batching import BatchLimits, MicroBatcher
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.visits import VisitService
from footfall_server.storage.postgres.notifications import PostgresChangeSource
from real_chain import RealChain, Replica


async def visits(chain: RealChain, replica: Replica) -> list[VisitView]:
    service = VisitService(transactions=replica.transactions)
    page = await service.list(chain.principal(), matching=VisitFilter(), after=None, limit=500)
    return list(page.items)


def drained_by(chain: RealChain, replica: Replica) -> IndexWriter:
    return IndexWriter(
        transactions=replica.transactions, index=replica.index, changed=TenantBell(), clock=chain.clock
    )


async def recent_faces(chain: RealChain, replica: Replica) -> Collection[GalleryFace]:
    """The faces that a batch would look for beside the index."""
    questions = BatchQuestions((), (), (), MODEL_ID, chain.clock.now() - timedelta(seconds=30), ())
    async with replica.transactions.begin_exclusive(chain.tenant_id) as tx:
        return (await tx.batches.look_up(questions)).recents_added


async def found_by_index(chain: RealChain, replica: Replica, number: int) -> UUID:
    """The customer whom the index itself finds, once it does."""
    query = person(number)[np.newaxis]
    async with asyncio.timeout(20):
        while True:
            [hits] = await replica.index.search(chain.tenant_id, MODEL_ID, query, 5)
            if hits and hits[0].score > 0.99:
                async with replica.transactions.begin_exclusive(chain.tenant_id) as tx:
                    known = await tx.batches.gallery(
                        GalleryQuestions([hits[0].face_id], (), (), (), MODEL_ID, chain.clock.now())
                    )
                return known.faces[hits[0].face_id].root_id
            await asyncio.sleep(0.05)


async def test_a_face_on_eight_cameras_at_once_is_one_customer_over_two_replicas(chain: RealChain) -> None:
    replicas = [await chain.replica(), await chain.replica()]
    outcomes = await asyncio.gather(
        *(
            replicas[number % 2].ingest.record_many(
                chain.principal(),
                [face_event(camera.camera_id, shot_of(person(1), cosine=0.9, seed=number))],
            )
            for number, camera in enumerate(chain.cameras)
        )
    )
    assert Counter(outcome.outcome for [outcome] in outcomes) == {FaceOutcome.NEW: 1, FaceOutcome.KNOWN: 7}
    [visit] = await visits(chain, replicas[0])
    assert visit.sighting_count == 8
    assert set(visit.camera_ids) == {camera.camera_id for camera in chain.cameras}


async def test_the_outbox_reaches_the_index_and_then_the_index_answers(chain: RealChain) -> None:
    replica = await chain.replica()
    [first] = await replica.ingest.record_many(chain.principal(), [face_event(chain.camera_id, person(1))])
    carried = await asyncio.gather(*(drained_by(chain, replica).drain(chain.tenant_id) for _ in range(2)))
    assert sum(carried) == 1, "two writers carried the face once"
    assert await found_by_index(chain, replica, 1) == first.customer_id
    chain.clock.advance(timedelta(minutes=2))
    assert not await recent_faces(chain, replica), "from here on only the index knows the face"
    again = face_event(chain.camera_id, shot_of(person(1), cosine=0.7), at=START + timedelta(minutes=1))
    [second] = await replica.ingest.record_many(chain.principal(), [again])
    assert second.customer_id == first.customer_id


async def test_whatever_is_sent_again_is_recorded_once(chain: RealChain) -> None:
    replicas = [await chain.replica(), await chain.replica()]
    events = [
        face_event(chain.camera_id, person(number % 3), at=START + timedelta(minutes=number))
        for number in range(12)
    ]
    lots = [events, events[:6] + events, events[::-1]]
    answers = await asyncio.gather(
        *(replicas[number % 2].ingest.record_many(chain.principal(), lot) for number, lot in enumerate(lots))
    )
    said: dict[UUID, set[tuple[UUID | None, UUID | None]]] = {}
    for answer in (each for lot in answers for each in lot):
        said.setdefault(answer.event_id, set()).add((answer.customer_id, answer.visit_id))
    assert len(said) == 12
    assert sum(not each.duplicate for lot in answers for each in lot) == 12
    assert sum(visit.sighting_count for visit in await visits(chain, replicas[0])) == 12
    assert len({visit.customer_id for visit in await visits(chain, replicas[0])}) == 3


async def test_neither_order_nor_batches_change_the_visits(chain: RealChain) -> None:
    replica = await chain.replica()
    dice = random.Random(20260302)
    starts = [START + timedelta(minutes=each) for each in sorted(dice.sample(range(0, 470, 7), 9))]
    events = [face_event(chain.camera_id, person(1), at=start, seconds=0) for start in starts]
    dice.shuffle(events)
    for begin, end in ((0, 1), (1, 4), (4, 5), (5, 9)):
        await replica.ingest.record_many(chain.principal(), events[begin:end])
    found = sorted((visit.first_seen_at, visit.last_seen_at) for visit in await visits(chain, replica))
    assert found == components(starts)
    assert len(found) > 1


def components(starts: list[datetime]) -> list[tuple[datetime, datetime]]:
    """Runs of moments no more than the visit gap apart."""
    runs = [(starts[0], starts[0])]
    for start in starts[1:]:
        first, last = runs[-1]
        if start - last <= timedelta(hours=1):
            runs[-1] = (first, start)
        else:
            runs.append((start, start))
    return runs


async def test_a_track_is_one_sighting_and_its_better_end_is_learned(chain: RealChain) -> None:
    replica = await chain.replica()
    track = new_id()
    early = face_event(chain.camera_id, person(1), track_id=track, final=False, good=quality(0.5))
    [first] = await replica.ingest.record_many(chain.principal(), [early])
    end = face_event(chain.camera_id, shot_of(person(1), cosine=0.8), track_id=track, seconds=9)
    [second] = await replica.ingest.record_many(chain.principal(), [end])
    assert (second.customer_id, second.visit_id) == (first.customer_id, first.visit_id)
    [visit] = await visits(chain, replica)
    assert visit.sighting_count == 1
    assert visit.last_seen_at == START + timedelta(seconds=9)
    assert len(await recent_faces(chain, replica)) == 2


async def test_a_late_sighting_bridges_two_visits(chain: RealChain) -> None:
    replica = await chain.replica()
    for minutes in (0, 100, 50):
        event = face_event(chain.camera_id, person(1), at=START + timedelta(minutes=minutes))
        await replica.ingest.record_many(chain.principal(), [event])
    [visit] = await visits(chain, replica)
    assert visit.sighting_count == 3
    assert visit.first_seen_at == START


async def test_a_stream_is_acknowledged_with_its_commit(chain: RealChain) -> None:
    replica = await chain.replica()
    worker, spool = new_id(), new_id()
    await chain.introduce(replica, worker, spool)
    events: list[FaceEvent] = [face_event(chain.camera_id, person(number % 5)) for number in range(40)]
    events[7] = face_event(new_id(), person(1))
    async with MicroBatcher(recorder=replica.ingest, limits=BatchLimits(max_events=16)) as batcher:
        lane = batcher.lane(chain.principal(), worker_id=worker, spool_id=spool)
        futures = [await lane.submit(sequence, event) for sequence, event in enumerate(events, start=1)]
        results = await asyncio.gather(*futures)
    refused = [place for place, result in enumerate(results) if isinstance(result, FootfallError)]
    assert refused == [7]
    assert sum(isinstance(result, Recorded) for result in results) == 39
    assert await chain.introduce(replica, worker, spool) == 40, "the place of the last event is committed"


async def test_two_watchers_on_two_replicas_see_every_change_once(chain: RealChain) -> None:
    replicas = [await chain.replica(), await chain.replica()]
    async with contextlib.AsyncExitStack() as stack:
        watched = []
        for replica in replicas:
            source = await stack.enter_async_context(PostgresChangeSource(chain.database.app_dsn))
            feed = ChangeFeed(source=source)
            reading = asyncio.create_task(feed.run())
            stack.callback(reading.cancel)
            watch = Watch(feed=feed, transactions=replica.transactions, clock=chain.clock, page=7)
            watched.append(asyncio.create_task(revisions(chain, watch, count=30)))
        for number in range(15):
            await asyncio.gather(
                *(
                    replica.ingest.record_many(
                        chain.principal(),
                        [face_event(chain.cameras[place].camera_id, stranger(number * 2 + place))],
                    )
                    for place, replica in enumerate(replicas)
                )
            )
        async with asyncio.timeout(30):
            assert await asyncio.gather(*watched) == [list(range(1, 31))] * 2


async def revisions(chain: RealChain, watch: Watch, *, count: int) -> list[int]:
    """The first revisions, with a new watch after every fifth."""
    seen: list[int] = []
    while len(seen) < count:
        items = watch.changes(
            chain.principal(), topics=frozenset({Topic.VISITS}), after_revision=seen[-1] if seen else 0
        )
        async for item in items:
            if item.change is not None:
                assert item.visit is not None
                seen.append(item.revision)
                if len(seen) % 5 == 0:
                    break
        await items.aclose()
    return seen
