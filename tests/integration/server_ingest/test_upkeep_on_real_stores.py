"""Upkeep by night on the real stores: what somebody did to the index by hand is undone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from database_fixtures import FootfallDatabase
from face_index_backends import SERVERS
from fakes.manual_clock import START
from fakes.memory_images import MemoryImages
from fakes.synthetic_faces import DIMENSION, face_event, person
from fakes.upkeep import OTHER_MODELS, Upkeep
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.jobs import JobRun, RunState
from footfall_server.domain.person import GalleryFace
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.job_runner import Job, JobRunner
from footfall_server.storage.milvus import collection_name
from footfall_server.storage.milvus.connection import connect
from pymilvus import MilvusClient
from real_chain import RealChain, Replica
from storage_samples import a_face

MODEL = RecognitionModel("kept-up-model", DIMENSION)
PEOPLE = range(3)


@dataclass(frozen=True, slots=True)
class World:
    """A chain whose people are in the index, and a replica with its upkeep."""

    chain: RealChain
    replica: Replica
    upkeep: Upkeep
    milvus: MilvusClient

    @property
    def tenant_id(self) -> UUID:
        return self.chain.tenant_id

    async def indexed(self, model_id: str = MODEL.model_id) -> frozenset[UUID]:
        return await self.replica.index.face_ids(self.tenant_id, model_id)

    async def known(self) -> frozenset[UUID]:
        async with self.replica.transactions.begin(self.tenant_id) as tx:
            return frozenset(each.face_id for each in await tx.gallery.standing(MODEL.model_id, None, 100))

    async def run(self, job: Job) -> JobRun:
        """As a replica runs what is due."""
        runner = JobRunner(transactions=self.replica.transactions, clock=self.chain.clock, jobs=[job])
        run = await runner.claim(self.tenant_id, job.name, self.chain.clock.now())
        assert run is not None
        return await runner.carry_out(self.tenant_id, run)


def a_small_face(number: int) -> GalleryFace:
    """Somebody's, as short as the model makes them."""
    return replace(a_face(new_id(), model_id=MODEL.model_id), embedding=person(number))


@pytest.fixture(params=SERVERS)
def uri(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def milvus(uri: str) -> Iterator[MilvusClient]:
    client = connect(uri, timeout=30)
    yield client
    client.close()


@pytest.fixture
async def world(footfall_database: FootfallDatabase, uri: str, milvus: MilvusClient) -> AsyncIterator[World]:
    async with contextlib.AsyncExitStack() as stack:
        chain = RealChain(footfall_database, uri, stack, MODEL)
        await chain.open()
        replica = await chain.replica()
        upkeep = Upkeep(
            transactions=replica.transactions,
            index=replica.index,
            images=MemoryImages(),
            clock=chain.clock,
            model=MODEL,
            patience=timedelta(seconds=20),
        )
        for number in PEOPLE:
            at = START + timedelta(minutes=number)
            event = face_event(chain.camera_id, person(number), at=at, model_id=MODEL.model_id)
            await replica.ingest.record_many(chain.principal(), [event])
        await upkeep.writer.drain(chain.tenant_id)
        chain.clock.advance(timedelta(minutes=5))
        yield World(chain, replica, upkeep, milvus)


async def test_a_vector_deleted_by_hand_comes_back_and_one_of_nobody_goes(world: World) -> None:
    known = await world.known()
    assert len(known) == len(PEOPLE)
    assert await world.indexed() == known
    lost = min(known)
    await asyncio.to_thread(
        world.milvus.delete,
        collection_name(MODEL.model_id),
        ids=[str(lost)],
        partition_name=f"t_{world.tenant_id.hex}",
    )
    stray = a_small_face(9)
    await world.replica.index.insert(world.tenant_id, [stray])
    async with asyncio.timeout(20):
        while True:
            if await world.indexed() == known - {lost} | {stray.face_id}:
                break
            await asyncio.sleep(0.1)
    run = await world.run(Job("verify_index", "0 3 * * *", "Verifies.", world.upkeep.check.check))
    assert (run.state, run.failure) == (RunState.SUCCEEDED, "")
    told = {"missing": 1, "orphaned": 1, "carried": 1, "left": 0}
    assert {key: run.summary[key] for key in told} == told
    assert await world.indexed() == known
    world.chain.clock.advance(timedelta(minutes=1))
    again = await world.run(Job("verify_index", "0 3 * * *", "Verifies.", world.upkeep.check.check))
    assert (again.summary["missing"], again.summary["orphaned"]) == (0, 0)


async def test_a_collection_dropped_by_hand_is_made_and_filled(world: World) -> None:
    known = await world.known()
    await asyncio.to_thread(world.milvus.drop_collection, collection_name(MODEL.model_id))
    result = await world.upkeep.places.keep(world.tenant_id)
    assert (result.failure, result.summary["made"]) == ("", 1)
    result = await world.upkeep.check.check(world.tenant_id)
    assert (result.failure, result.summary["left"]) == ("", 0)
    assert await world.indexed() == known


async def test_places_that_nobody_has_any_more_are_given_back(world: World) -> None:
    index, old_model = world.replica.index, OTHER_MODELS[0]
    left_behind = a_face(new_id(), model_id=old_model)
    await index.prepare(old_model, len(left_behind.embedding))
    await index.insert(world.tenant_id, [left_behind])
    gone, stranger = new_id(), new_id()
    for seed, tenant_id in enumerate((gone, stranger)):
        await index.insert(tenant_id, [a_small_face(seed)])
    async with world.replica.transactions.begin_platform() as platform:
        await platform.audit.append(
            AuditEntry.by_operator(
                Action.TENANT_DELETE, gone, at=world.chain.clock.now(), detail={}, resource="tenant"
            )
        )
    result = await world.upkeep.places.keep(world.tenant_id)
    assert (result.failure, result.summary["cleared"], result.summary["left"]) == ("", 1, 0)
    assert await index.tenants_beside(old_model, []) & {world.tenant_id} == frozenset()
    assert await world.upkeep.places.keep_installation(not_since=world.chain.clock.now())
    beside = await index.tenants_beside(MODEL.model_id, [world.tenant_id])
    assert gone not in beside
    assert stranger in beside, "another installation's"
    assert await world.indexed() == await world.known(), "who is there stays"


async def test_kept_days_and_staff_are_looked_after_on_the_real_database(world: World) -> None:
    days = await world.upkeep.report_days.refresh(world.tenant_id)
    assert (days.failure, days.summary["mended"]) == ("", 0)
    world.chain.clock.advance(timedelta(days=1))
    async with world.replica.transactions.begin_exclusive(world.tenant_id) as tx:
        await tx.report_days.keep([], [(world.chain.site.site_id, START.date())])
    days = await world.upkeep.report_days.refresh(world.tenant_id)
    assert (days.failure, days.summary["mended"]) == ("", 1)
    assert (await world.upkeep.report_days.refresh(world.tenant_id)).summary["mended"] == 0
    staff = await world.upkeep.staff.refresh(world.tenant_id)
    assert (staff.failure, staff.summary) == ("", {"leavers": 0, "models": 1, "faces_changed": 0, "stale": 0})
