"""The index is deleted and made anew from PostgreSQL while a replica records, on the real stores."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import count

import numpy as np
import pytest
from database_fixtures import FootfallDatabase
from fakes.manual_clock import START
from fakes.model_parts import models_of
from fakes.synthetic_faces import face_event, person, shot_of
from footfall_server.domain.face_event import Recorded
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.live.change_feed import TenantBell
from footfall_server.ports import IndexHit
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.index_maintenance import IndexMaintenance, RebuildProgress
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_writer import IndexWriter
from footfall_server.system_clock import SystemClock
from real_chain import RealChain, Replica

MODEL = RecognitionModel("rebuilt-model-512", 512)
KNOWN = 120
NEAREST = 5


@pytest.fixture
async def chain(footfall_database: FootfallDatabase, milvus_uri: str) -> AsyncIterator[RealChain]:
    async with contextlib.AsyncExitStack() as stack:
        chain = RealChain(footfall_database, milvus_uri, stack, MODEL)
        await chain.open()
        yield chain


def writer(chain: RealChain, replica: Replica) -> IndexWriter:
    return IndexWriter(
        transactions=replica.transactions, index=replica.index, changed=TenantBell(), clock=chain.clock
    )


def maintenance(chain: RealChain, replica: Replica) -> IndexMaintenance:
    models = models_of(replica.transactions, SystemClock(), MODEL.model_id, MODEL.dimension)
    return IndexMaintenance(
        transactions=replica.transactions,
        index=replica.index,
        models=models,
        recovery=IndexRecovery(transactions=replica.transactions, index=replica.index, models=models),
        writer=writer(chain, replica),
        clock=chain.clock,
        pause=timedelta(milliseconds=50),
    )


async def comes(chain: RealChain, replica: Replica, number: int, *, minute: float) -> Recorded:
    """Sends the event until it is taken, as a worker would."""
    at = START + timedelta(minutes=minute)
    face = person(number, dimension=MODEL.dimension)
    event = face_event(chain.camera_id, face, at=at, model_id=MODEL.model_id)
    while True:
        try:
            [recorded] = await replica.ingest.record_many(chain.principal(), [event])
        except FootfallError as error:
            if error.kind is not ErrorKind.UNAVAILABLE:
                raise
            await asyncio.sleep(0.02)
        else:
            return recorded


async def found(chain: RealChain, replica: Replica) -> Sequence[Sequence[IndexHit]]:
    """What 300 queries find: the known, other shots of them, and people whom nobody knows."""
    faces = [person(number, dimension=MODEL.dimension) for number in range(100)]
    others = [shot_of(face, cosine=0.7, seed=number) for number, face in enumerate(faces)]
    strangers = [person(number, dimension=MODEL.dimension) for number in range(10_000, 10_100)]
    queries = np.stack([*faces, *others, *strangers])
    return await replica.index.search(chain.tenant_id, MODEL.model_id, queries, 4 * NEAREST)


async def test_an_index_that_was_deleted_and_rebuilt_finds_the_same(chain: RealChain) -> None:
    replica, operator = await chain.replica(), await chain.replica()
    first = {
        number: (await comes(chain, replica, number, minute=number / 10)).customer_id
        for number in range(KNOWN)
    }
    await writer(chain, replica).drain(chain.tenant_id)
    chain.clock.advance(timedelta(minutes=5))
    [report] = [each async for each in maintenance(chain, operator).verify(chain.tenant_id)]
    assert (report.waiting, report.drifted) == (0, False)
    before = await found(chain, replica)

    done = asyncio.Event()
    meanwhile: list[tuple[int, Recorded]] = []

    async def go_on() -> None:
        """Known people, and every fifth time somebody new, who comes again later."""
        for step in count():
            number = KNOWN + step // 10 if step % 5 == 0 else step % KNOWN
            recorded = await comes(chain, replica, number, minute=30 + step / 10)
            meanwhile.append((number, recorded))
            await asyncio.sleep(0)
            if done.is_set():
                return

    progress: list[RebuildProgress] = []
    recording = asyncio.create_task(go_on())
    reports = [each async for each in maintenance(chain, operator).rebuild(progress.append)]
    done.set()
    await recording

    assert progress[0].left >= KNOWN
    assert progress[-1].left == 0
    assert not [each for each in reports if each.drifted]
    assert len(meanwhile) > 10, "the replica recorded all the while"
    for number, recorded in meanwhile:
        assert first.setdefault(number, recorded.customer_id) == recorded.customer_id, "nobody twice"
    assert len(set(first.values())) == len(first)

    await writer(chain, replica).drain(chain.tenant_id)
    old = {hit.face_id for hits in before for hit in hits}
    after = [[hit for hit in hits if hit.face_id in old] for hits in await found(chain, replica)]
    for was, now in zip(before, after, strict=True):
        assert [hit.face_id for hit in now[:NEAREST]] == [hit.face_id for hit in was[:NEAREST]]
        np.testing.assert_allclose(
            [hit.score for hit in now[:NEAREST]], [hit.score for hit in was[:NEAREST]], atol=1e-6
        )
