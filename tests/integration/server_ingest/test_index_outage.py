"""The index is killed under load: events go on, nobody is made twice, and all is consistent afterwards.

FOOTFALL_OUTAGE_SECONDS=60 plays the outage's minute in a minute; without it, it takes some seconds.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
import structlog
from database_fixtures import FootfallDatabase
from face_index_backends import NEEDS_REAL_MILVUS
from fakes.synthetic_faces import person
from footfall_local.components.milvus import Milvus
from footfall_local.ports import free_port
from footfall_server.domain.visit import VisitFilter
from footfall_server.services.visits import VisitService
from mortal_server import MortalServer
from outage_world import (
    AFTER,
    BEFORE,
    GAP,
    MODEL,
    OUTAGE,
    REGULARS,
    STEP,
    Crowd,
    RacingClock,
    ResilientReplica,
    strict,
)
from real_chain import RealChain, Replica
from real_milvus import RealMilvus, is_required, what_is_lacking

_log = structlog.get_logger()


@pytest.fixture(params=["lite", pytest.param("real", marks=NEEDS_REAL_MILVUS)])
def milvus(request: pytest.FixtureRequest, scratch_folder: Path) -> Milvus | RealMilvus:
    data = scratch_folder / f"outage-{request.param}"
    if request.param == "lite":
        return Milvus(data=data, port=free_port())
    lacking = what_is_lacking()
    if lacking is not None and is_required():
        pytest.fail(lacking, pytrace=False)
    if lacking is not None:
        pytest.skip(lacking)
    return RealMilvus(data=data, port=free_port())


@pytest.fixture
async def server(milvus: Milvus | RealMilvus, scratch_folder: Path) -> AsyncIterator[MortalServer]:
    server = MortalServer(milvus, log=scratch_folder / "outage.log")
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


@pytest.fixture
async def chain(
    server: MortalServer, milvus: Milvus | RealMilvus, footfall_database: FootfallDatabase
) -> AsyncIterator[RealChain]:
    assert server
    async with contextlib.AsyncExitStack() as stack:
        chain = RealChain(footfall_database, milvus.uri, stack, MODEL, visit_gap=GAP)
        chain.clock = RacingClock()
        await chain.open()
        yield chain


async def holds(what: str, condition: Callable[[], bool], task: "asyncio.Task[None]") -> None:
    """Waits as long as it takes, or until the load failed."""
    async with asyncio.timeout(90):
        while not condition():
            if task.done():
                task.result()
                raise AssertionError(f"the load ended before {what}")
            await asyncio.sleep(0.05)


async def outbox_is_empty(chain: RealChain, replica: Replica) -> None:
    async with asyncio.timeout(60):
        while True:
            if not await waiting(chain, replica):
                return
            await asyncio.sleep(0.1)


async def waiting(chain: RealChain, replica: Replica) -> int:
    async with replica.transactions.begin(chain.tenant_id) as tx:
        return await tx.gallery.waiting(MODEL.model_id, chain.clock.now())


async def recorded_visits(chain: RealChain, replica: Replica) -> list[tuple[UUID, datetime, datetime, int]]:
    service = VisitService(transactions=replica.transactions)
    found = []
    page = None
    while page is None or page.next_after is not None:
        after = None if page is None else page.next_after
        page = await service.list(chain.principal(), matching=VisitFilter(), after=after, limit=200)
        found += [
            (each.customer_id, each.first_seen_at, each.last_seen_at, each.sighting_count)
            for each in page.items
        ]
    return sorted(found, key=str)


@pytest.mark.timeout(420)
async def test_an_index_that_is_killed_under_load_costs_no_event_and_makes_nobody_twice(
    chain: RealChain, server: MortalServer
) -> None:
    replicas = [await ResilientReplica.of(chain) for _ in range(2)]
    crowd = Crowd(chain)
    for number in range(REGULARS):
        await crowd.comes(replicas[number % 2].replica, [number], number % 8, seed=10_000 + number)
    for each in replicas:
        await each.writer.drain(chain.tenant_id)
    await all_are_found(chain, replicas[0].replica, list(range(REGULARS)))
    chain.clock.advance(timedelta(minutes=2))  # from here on they are the index's business alone

    async with asyncio.TaskGroup() as jobs:
        running = [
            jobs.create_task(job)
            for each in replicas
            for job in (each.search.run(), each.writer.run(), each.recovery.run())
        ]

        async def play() -> None:
            async with asyncio.TaskGroup() as load:
                for place, each in enumerate(replicas):
                    load.create_task(crowd.keep_coming(each.replica, place))

        playing = jobs.create_task(play())
        await asyncio.sleep(BEFORE * STEP)
        await server.kill()
        before, began = crowd.recorded, time.monotonic()
        await asyncio.sleep(OUTAGE * STEP)
        during_outage = crowd.recorded - before
        assert all(each.search.is_away(MODEL.model_id) for each in replicas)
        await server.start()
        await holds(
            "the index is trusted again",
            lambda: not any(each.search.is_away(MODEL.model_id) for each in replicas),
            playing,
        )
        away = time.monotonic() - began
        await asyncio.sleep(AFTER * STEP)
        crowd.stopped = True
        await playing
        left = await waiting(chain, replicas[0].replica)
        await outbox_is_empty(chain, replicas[0].replica)
        for task in running:
            task.cancel()

    replica = replicas[0].replica
    torn = {number: known for number, known in crowd.customers.items() if len(known) != 1 or None in known}
    assert not torn, f"of {len(crowd.customers)} people, these are no customer, or several: {torn}"
    assert len(set.union(*crowd.customers.values())) == len(crowd.customers)
    visits = await recorded_visits(chain, replica)
    _log.info(
        "outage_played",
        away_seconds=round(away, 1),
        slowest_batch_seconds=round(crowd.slowest, 3),
        events=crowd.recorded,
        events_during_outage=during_outage,
        people=len(crowd.customers),
        visits=len(visits),
        in_outbox_at_the_end=left,
    )
    assert visits == crowd.visits()
    assert len(visits) > len(crowd.customers), "many came more than once"

    report = await strict(chain, replica).verify(chain.tenant_id, MODEL.model_id)
    assert (report.waiting, report.drifted) == (0, False)
    assert report.gallery >= len(crowd.customers)
    await all_are_found(chain, replica, sorted(crowd.customers))


async def all_are_found(chain: RealChain, replica: Replica, numbers: list[int]) -> None:
    """By the index itself, once it has had its time."""
    queries = np.stack([person(number, dimension=MODEL.dimension) for number in numbers])
    async with asyncio.timeout(30):
        while True:
            found = [
                hits
                for start in range(0, len(queries), 64)
                for hits in await replica.index.search(
                    chain.tenant_id, MODEL.model_id, queries[start : start + 64], 1
                )
            ]
            if all(hits and hits[0].score > 0.85 for hits in found):
                return
            await asyncio.sleep(0.1)
