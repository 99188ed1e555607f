"""The index' data is lost, and everybody is still known."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import numpy as np
import pytest
from fakes.manual_clock import START
from fakes.model_parts import models_of
from fakes.synthetic_faces import DIMENSION, MODEL_ID, face_event, person
from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.errors import FootfallError
from footfall_server.live.change_feed import TenantBell
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_writer import IndexWriter
from footfall_server.storage.milvus import collection_name
from footfall_server.storage.milvus.connection import connect
from footfall_server.system_clock import SystemClock
from pymilvus import MilvusClient
from real_chain import RealChain, Replica

PEOPLE = range(4)


@pytest.fixture
async def milvus(milvus_uri: str) -> AsyncIterator[MilvusClient]:
    client = connect(milvus_uri, timeout=30)
    yield client
    client.close()


def recovery(replica: Replica) -> IndexRecovery:
    models = models_of(replica.transactions, SystemClock(), MODEL_ID, DIMENSION)
    return IndexRecovery(transactions=replica.transactions, index=replica.index, models=models)


async def everybody_comes(chain: RealChain, replica: Replica, *, minute: int) -> list[Recorded]:
    outcomes: list[Recorded] = []
    for number in PEOPLE:
        at = START + timedelta(minutes=minute + number)
        event = face_event(chain.camera_id, person(number), at=at)
        outcomes += await replica.ingest.record_many(chain.principal(), [event])
    return outcomes


async def carry(chain: RealChain, replica: Replica) -> int:
    return await IndexWriter(
        transactions=replica.transactions, index=replica.index, changed=TenantBell(), clock=chain.clock
    ).drain(chain.tenant_id)


async def all_are_indexed(chain: RealChain, replica: Replica) -> None:
    queries = np.stack([person(number) for number in PEOPLE])
    async with asyncio.timeout(20):
        while True:
            found = await replica.index.search(chain.tenant_id, MODEL_ID, queries, 1)
            if all(hits and hits[0].score > 0.99 for hits in found):
                return
            await asyncio.sleep(0.05)


async def somebody_waits(chain: RealChain) -> None:
    """Until a statement waits for a lock that another transaction has."""
    connection = await asyncpg.connect(chain.database.owner_dsn)
    try:
        async with asyncio.timeout(20):
            while True:
                if await connection.fetchval("select exists (select from pg_locks where not granted)"):
                    return
                await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def test_known_people_stay_known_when_the_index_is_lost(chain: RealChain, milvus: MilvusClient) -> None:
    replicas = [await chain.replica(), await chain.replica()]
    first = await everybody_comes(chain, replicas[0], minute=0)
    assert {outcome.outcome for outcome in first} == {FaceOutcome.NEW}
    assert await carry(chain, replicas[0]) == len(PEOPLE)
    await all_are_indexed(chain, replicas[0])
    chain.clock.advance(timedelta(minutes=2))
    again = await everybody_comes(chain, replicas[0], minute=10)
    assert {outcome.outcome for outcome in again} == {FaceOutcome.KNOWN}, "found by the index alone"
    await carry(chain, replicas[0])
    chain.clock.advance(timedelta(minutes=2))

    await asyncio.to_thread(milvus.drop_collection, collection_name(MODEL_ID))
    for replica in replicas:
        with pytest.raises(FootfallError) as caught:
            await replica.ingest.record_many(chain.principal(), [face_event(chain.camera_id, person(0))])
        assert caught.value.reason == "INDEX_UNAVAILABLE", "nobody is new because the index is gone"

    assert max(await asyncio.gather(*(recovery(replica).prepare() for replica in replicas))) >= len(PEOPLE)
    for place, replica in enumerate(replicas):
        at_once = await everybody_comes(chain, replica, minute=20 + 10 * place)
        assert {outcome.outcome for outcome in at_once} == {FaceOutcome.KNOWN}
        assert [each.customer_id for each in at_once] == [each.customer_id for each in first]

    await asyncio.gather(*(carry(chain, replica) for replica in replicas))
    await all_are_indexed(chain, replicas[1])
    chain.clock.advance(timedelta(minutes=2))
    later = await everybody_comes(chain, replicas[1], minute=50)
    assert [each.customer_id for each in later] == [each.customer_id for each in first]


async def test_a_face_in_a_writers_hands_goes_back_once_the_writer_is_done(chain: RealChain) -> None:
    replica = await chain.replica()
    await everybody_comes(chain, replica, minute=0)
    async with replica.transactions.begin(chain.tenant_id) as writing:
        taken = await writing.gallery.take_unindexed(10)

        async def requeue() -> int:
            async with replica.transactions.begin(chain.tenant_id) as tx:
                return await tx.gallery.requeue(MODEL_ID)

        requeueing = asyncio.create_task(requeue())
        await somebody_waits(chain)
        # The writer put them into the index that is lost, and says so only now.
        await writing.gallery.confirm_indexed([face.face_id for face in taken], chain.clock.now())
    assert await requeueing == len(PEOPLE)
    async with replica.transactions.begin(chain.tenant_id) as tx:
        due = await tx.gallery.take_unindexed(10)
    assert {face.face_id for face in due} == {face.face_id for face in taken}
