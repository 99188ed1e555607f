"""A thousand people move to another model and back: they stay who they are and are recognised throughout."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid5

import asyncpg
import numpy as np
import pytest
from catalogue import set_scope
from database_fixtures import FootfallDatabase
from fakes.crop_embedder import crop_of, embedding_of
from fakes.manual_clock import START, ManualClock
from fakes.memory_face_index import MemoryFaceIndex
from fakes.model_parts import DEFAULT, DEFAULT_DIMENSION, SFACE, SFACE_DIMENSION, ModelParts
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.models import ModelChangeProgress, ModelChangeState
from footfall_server.domain.places import Tenant
from footfall_server.errors import FootfallError
from footfall_server.live.change_feed import TenantBell
from footfall_server.services.index_writer import IndexWriter
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions

PEOPLE = 1000
WITH_TWO_SHOTS = 200
MERGED = 10
"""So many of the first people were merged into the one after them."""
DIMENSIONS = {DEFAULT: DEFAULT_DIMENSION, SFACE: SFACE_DIMENSION}
LOOKED_FOR = range(0, PEOPLE, 9)
IDENTITY_TABLES = ("customers", "visits", "sightings", "merges", "distinct_pairs", "customer_counters")


@dataclass(slots=True)
class Chain:
    """A tenant with its people on PostgreSQL, and a replica's services around models."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    transactions: PostgresTransactions
    tenant_id: UUID = field(default_factory=new_id)
    clock: ManualClock = field(default_factory=ManualClock)
    index: MemoryFaceIndex = field(default_factory=lambda: MemoryFaceIndex({DEFAULT: DEFAULT_DIMENSION}))
    parts: ModelParts = field(init=False)

    def __post_init__(self) -> None:
        self.parts = ModelParts(self.transactions, self.index, self.clock, lot=64, most_waiting=500)

    @property
    def admin(self) -> Principal:
        return Principal(new_id(), Role.TENANT_ADMIN, self.tenant_id, START + timedelta(days=1))

    def customer_of(self, person: int) -> UUID:
        return uuid5(self.tenant_id, f"person {person}")

    async def rows(self, statement: str, *arguments: object) -> Sequence[asyncpg.Record]:
        async with self.connection.transaction():
            await set_scope(self.connection, self.tenant_id)
            return await self.connection.fetch(statement, *arguments)

    async def identities(self) -> Mapping[str, Sequence[str]]:
        """Every row of who there is and what they did, as text."""
        return {
            table: [row["row"] for row in await self.rows(f"select t::text as row from {table} t order by 1")]  # noqa: S608
            for table in IDENTITY_TABLES
        }

    async def gallery_sum(self) -> str:
        """A fingerprint of every row of the gallery."""
        [row] = await self.rows("select md5(string_agg(t::text, '' order by face_id)) from gallery_faces t")
        return str(row[0])

    async def carry(self) -> None:
        """The outboxes to the index."""
        writer = IndexWriter(
            transactions=self.transactions, index=self.index, changed=TenantBell(), clock=self.clock
        )
        await writer.drain(self.tenant_id)
        for row in await self.rows(
            "select model_id, array_agg(face_id) as ids from index_removals group by 1"
        ):
            await self.index.delete(self.tenant_id, row["model_id"], row["ids"])

    async def embed_all(self) -> None:
        """What the background does, until there is nothing left."""
        while await self.parts.reembedding.sweep():
            await self.carry()

    async def assert_recognised(self, *model_ids: str) -> None:
        """New shots of people lead to their own faces, in each model."""
        owners = {
            row["face_id"]: row["customer_id"]
            for row in await self.rows("select face_id, customer_id from gallery_faces")
        }
        accepted = await self.parts.models.of(self.tenant_id)
        assert set(accepted.all) == set(model_ids)
        for model_id in model_ids:
            queries = np.stack(
                [embedding_of(model_id, DIMENSIONS[model_id], person, 77) for person in LOOKED_FOR]
            )
            hits = await self.index.search(self.tenant_id, model_id, queries, 1)
            for person, [hit] in zip(LOOKED_FOR, hits, strict=True):
                assert owners[hit.face_id] == self.customer_of(person), f"person {person} in {model_id}"
                assert hit.score > 0.6


@pytest.fixture
async def chain(footfall_database: FootfallDatabase) -> AsyncIterator[Chain]:
    async with AsyncExitStack() as stack:
        engine = make_engine(footfall_database.app_dsn)
        stack.push_async_callback(engine.dispose)
        connection = await asyncpg.connect(footfall_database.app_dsn)
        stack.push_async_callback(connection.close)
        chain = Chain(connection, PostgresTransactions(engine))
        async with chain.transactions.begin_platform() as platform:
            await platform.add_tenant(Tenant(chain.tenant_id, f"Chain {chain.tenant_id}", START, START), None)
        await settle_people(chain)
        await chain.carry()
        yield chain


async def settle_people(chain: Chain) -> None:
    """Named and unnamed, staff and visitors, merged and not, each with a visit and a face or two."""
    people = range(PEOPLE)
    ids = [chain.customer_of(person) for person in people]
    roots = [ids[person + 1] if person < 2 * MERGED and person % 2 == 0 else ids[person] for person in people]
    await chain.rows(
        """
        insert into customers (tenant_id, customer_id, number, display_name, created_at, state, kind, root_id,
                               merged_into, confirmed_at, updated_at)
        select $1, id, nr, case when nr % 3 = 0 then 'Guest ' || nr else '' end, $5, 'confirmed',
               case when nr > 990 then 'staff' else 'visitor' end, root, nullif(root, id), $5, $5
        from unnest($2::uuid[], $3::bigint[], $4::uuid[]) given (id, nr, root)
        """,
        chain.tenant_id,
        ids,
        [person + 1 for person in people],
        roots,
        START,
    )
    await chain.rows("insert into customer_counters values ($1, $2)", chain.tenant_id, PEOPLE)
    await chain.rows(
        """
        insert into visits (tenant_id, visit_id, site_id, customer_id, first_seen_at, last_seen_at,
                            rule_version, business_day)
        select $1, gen_random_uuid(), $1, id, $3::timestamptz, $3, 1,
               ($3::timestamptz)::date from unnest($2::uuid[]) given (id)
        """,
        chain.tenant_id,
        roots,
        START,
    )
    await chain.rows(
        """
        insert into merges (tenant_id, merge_id, target_id, source_ids, reason, forced, name_before,
                            name_after, visits_before, visits_after, created_at, created_by)
        select $1, gen_random_uuid(), root_id, array[customer_id], 'the same', false, '', '', 1, 2, $2, $1
        from customers where merged_into is not null
        """,
        chain.tenant_id,
        START,
    )
    shots = [(person, shot) for person in people for shot in range(2 if person < WITH_TWO_SHOTS else 1)]
    await chain.rows(
        """
        with given as (
          select * from unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[])
            given (exemplar_id, customer_id, embedding, jpeg)
        ), crops as (
          insert into exemplar_crops (tenant_id, exemplar_id, jpeg, created_at)
          select $1, exemplar_id, jpeg, $7 from given
        ), faces as (
          insert into gallery_faces (tenant_id, face_id, customer_id, model_id, embedding, quality_score,
                                     event_id, created_at, track_id, exemplar_id)
          select $1, exemplar_id, customer_id, $6, embedding, 0.8, exemplar_id, $7, exemplar_id, exemplar_id
          from given
        )
        insert into index_outbox (tenant_id, face_id, enqueued_at) select $1, exemplar_id, $7 from given
        """,
        chain.tenant_id,
        [new_id() for _ in shots],
        [ids[person] for person, _ in shots],
        [embedding_of(DEFAULT, DEFAULT_DIMENSION, *each).astype("<f4").tobytes() for each in shots],
        [crop_of(*each) for each in shots],
        DEFAULT,
        START,
    )


async def test_a_thousand_people_there_and_back(chain: Chain) -> None:
    before = await chain.identities()
    assert [len(before[table]) for table in ("customers", "visits", "merges")] == [PEOPLE, PEOPLE, MERGED]
    faces = PEOPLE + WITH_TWO_SHOTS
    await chain.assert_recognised(DEFAULT)
    for to_model in (SFACE, DEFAULT):
        view = await chain.parts.changes.start(chain.admin, to_model, request_id=None)
        change_id = view.change.model_change_id
        assert view.progress == ModelChangeProgress(faces)
        # The index has taken nothing yet, so the work stops for it: progress is seen, and both are taken.
        assert await chain.parts.reembedding.sweep() == 512
        halfway = await chain.parts.changes.get(chain.admin, change_id)
        assert (halfway.progress.done, halfway.progress.left) == (512, faces - 512)
        with pytest.raises(FootfallError, match="not embedded yet"):
            await chain.parts.changes.finish(chain.admin, change_id, accept_loss=True)
        await chain.carry()
        await chain.embed_all()
        assert (await chain.parts.changes.get(chain.admin, change_id)).progress == ModelChangeProgress(
            faces, faces
        )
        await chain.assert_recognised(DEFAULT, SFACE)
        ended = await chain.parts.changes.finish(chain.admin, change_id, accept_loss=False)
        assert ended.change.state is ModelChangeState.FINISHED
        assert await chain.parts.usage(chain.tenant_id) == {to_model: faces}
        await chain.carry()
        await chain.assert_recognised(to_model)
        assert await chain.identities() == before
    audited = await chain.rows("select action from audit_log order by audit_id")
    assert [row["action"] for row in audited] == ["model_change.start", "model_change.finish"] * 2


async def test_rolling_back_and_a_restart_leave_everybody_as_they_were(chain: Chain) -> None:
    before = await chain.identities()
    gallery = await chain.gallery_sum()
    view = await chain.parts.changes.start(chain.admin, SFACE, request_id=None)
    change_id = view.change.model_change_id
    chain.parts.embedder.gate = asyncio.Event()
    working = asyncio.create_task(chain.parts.reembedding.sweep())
    await chain.parts.embedder.embedding.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    # Another replica goes on once the lease of the one that died is over.
    other = ModelParts(chain.transactions, chain.index, chain.clock, lot=64, most_waiting=500)
    assert await other.reembedding.sweep() == 0
    chain.clock.advance(timedelta(seconds=61))
    assert await other.reembedding.sweep() == 512
    await other.changes.pause(chain.admin, change_id)
    await chain.carry()
    assert await other.reembedding.sweep() == 0
    await other.changes.resume(chain.admin, change_id)
    assert await other.reembedding.sweep() > 0
    ended = await other.changes.roll_back(chain.admin, change_id)
    assert ended.change.state is ModelChangeState.ROLLED_BACK
    assert await chain.identities() == before
    assert await chain.parts.usage(chain.tenant_id) == {DEFAULT: PEOPLE + WITH_TWO_SHOTS}
    assert await chain.gallery_sum() == gallery
    chain.parts.models.forget(chain.tenant_id)
    await chain.assert_recognised(DEFAULT)
