"""The same face on eight cameras within 50 ms, sent to two replicas at once, is one customer: every time."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import cast

import pytest
from database_fixtures import FootfallDatabase
from face_index_backends import SERVERS
from fakes.manual_clock import START
from fakes.synthetic_faces import face_event, person, shot_of
from footfall_server.domain.face_event import FaceEvent, FaceOutcome, Recorded
from footfall_server.live.change_feed import TenantBell
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.index_writer import IndexWriter
from real_chain import RealChain, Replica

MODEL = RecognitionModel("one-customer-512", 512)
PEOPLE = 200
SPREAD = timedelta(milliseconds=50)


@pytest.fixture(params=SERVERS)
def index_uri(request: pytest.FixtureRequest) -> str:
    return cast("str", request.getfixturevalue(request.param))


@pytest.fixture
async def chain(index_uri: str, footfall_database: FootfallDatabase) -> AsyncIterator[RealChain]:
    async with contextlib.AsyncExitStack() as stack:
        chain = RealChain(footfall_database, index_uri, stack, MODEL)
        await chain.open()
        yield chain


def writing(chain: RealChain, replica: Replica) -> "asyncio.Task[None]":
    writer = IndexWriter(
        transactions=replica.transactions,
        index=replica.index,
        changed=TenantBell(),
        clock=chain.clock,
        gather_for=timedelta(milliseconds=50),
        sweep_every=timedelta(milliseconds=200),
    )
    return asyncio.create_task(writer.run())


def passes_by(chain: RealChain, number: int) -> Sequence[FaceEvent]:
    """One event of each camera, each of another shot."""
    face = person(number, dimension=MODEL.dimension)
    at = START + timedelta(minutes=2 * number)
    return [
        face_event(
            camera.camera_id,
            shot_of(face, cosine=0.9, seed=place),
            at=at + SPREAD * place / (len(chain.cameras) - 1),
            model_id=MODEL.model_id,
        )
        for place, camera in enumerate(chain.cameras)
    ]


@pytest.mark.timeout(600)
async def test_each_of_two_hundred_people_is_one_customer(chain: RealChain) -> None:
    replicas = [await chain.replica(), await chain.replica()]
    writers = [writing(chain, replica) for replica in replicas]
    first: list[Recorded] = []
    for number in range(PEOPLE):
        lots = await asyncio.gather(
            *(
                replicas[place % 2].ingest.record_many(chain.principal(), [event])
                for place, event in enumerate(passes_by(chain, number))
            )
        )
        told = [each for lot in lots for each in lot]
        assert Counter(each.outcome for each in told) == {FaceOutcome.NEW: 1, FaceOutcome.KNOWN: 7}, number
        assert len({each.customer_id for each in told}) == 1, number
        first.append(told[0])
        chain.clock.advance(timedelta(seconds=2))
    assert len({each.customer_id for each in first}) == PEOPLE
    for task in writers:
        task.cancel()
    await asyncio.gather(*writers, return_exceptions=True)
    async with replicas[0].transactions.begin(chain.tenant_id) as tx:
        assert await tx.gallery.count_indexed(MODEL.model_id) > PEOPLE / 2, "most were the index's by then"
