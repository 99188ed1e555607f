"""What lies in the face index is believed only as far as PostgreSQL knows it, in either tenancy.

The index is no wall: a fault of it, or somebody who writes into it, may put a vector under the wrong tenant.
Each face that it finds is looked up among the tenant's own rows, under row-level security.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import numpy as np
import pytest
from catalogue import set_scope
from face_index_backends import TENANCIES
from fakes.ingest import an_ingest
from fakes.manual_clock import START
from fakes.memory_images import MemoryImages
from fakes.synthetic_faces import DIMENSION, face_event, person
from footfall_server.domain.decision import DecisionRecord
from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import GalleryFace
from footfall_server.live.change_feed import TenantBell
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.index_writer import IndexWriter
from footfall_server.storage.index_settings import MilvusIndexSettings, Tenancy
from footfall_server.storage.milvus import MilvusFaceIndex
from footfall_server.storage.milvus.collection import collection_name
from footfall_server.storage.milvus.connection import connect
from pymilvus import DataType
from real_chain import RealChain, Replica, TwoChains

ANN = 1


async def replica_on(chain: RealChain, index: MilvusFaceIndex, model: RecognitionModel) -> Replica:
    opened = await chain.replica()
    ingest = an_ingest(
        transactions=opened.transactions, index=index, images=MemoryImages(), clock=chain.clock, model=model
    )
    return Replica(opened.transactions, index, ingest)


async def see(chain: RealChain, replica: Replica, model: RecognitionModel, *, after: int = 0) -> Recorded:
    """Ann comes by, so many minutes after the first time."""
    event = face_event(
        chain.camera_id, person(ANN), at=START + timedelta(minutes=after), model_id=model.model_id
    )
    [recorded] = await replica.ingest.record_many(chain.principal(), [event])
    return recorded


async def explanation(chain: RealChain, replica: Replica, recorded: Recorded) -> DecisionRecord:
    async with replica.transactions.begin(chain.tenant_id) as tx:
        decision = await tx.decisions.of_event(recorded.event_id)
    assert decision is not None
    return decision


async def settle(chain: RealChain, replica: Replica, index: MilvusFaceIndex, model_id: str) -> UUID:
    """Carries the one face of the chain to the index, and gives it once the index finds it."""
    writer = IndexWriter(
        transactions=replica.transactions, index=index, changed=TenantBell(), clock=chain.clock
    )
    await writer.drain(chain.tenant_id)
    [face_id] = await index.face_ids(chain.tenant_id, model_id)
    return face_id


async def until_found(index: MilvusFaceIndex, tenant_id: UUID, model_id: str, face_id: UUID) -> None:
    """Without this a test might pass because the index was late."""
    async with asyncio.timeout(20):
        while True:
            [hits] = await index.search(tenant_id, model_id, person(ANN)[np.newaxis], 10)
            if any(hit.face_id == face_id and hit.score > 0.99 for hit in hits):
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("tenancy", TENANCIES)
async def test_a_face_of_another_tenant_in_ones_own_place_is_nobody(
    chains: TwoChains, milvus_uri: str, tenancy: Tenancy
) -> None:
    ours, theirs = chains
    model = RecognitionModel(f"planted-{tenancy}", DIMENSION)
    index = MilvusFaceIndex(milvus_uri, settings=MilvusIndexSettings(tenancy=tenancy))
    await index.prepare(model.model_id, DIMENSION)
    there = await replica_on(theirs, index, model)
    known = await see(theirs, there, model)
    assert known.customer_id is not None
    stolen = await settle(theirs, there, index, model.model_id)
    planted = GalleryFace(
        face_id=stolen,
        customer_id=known.customer_id,
        model_id=model.model_id,
        embedding=person(ANN),
        quality_score=0.9,
        event_id=known.event_id,
        created_at=START,
        exemplar_id=stolen,
    )
    await index.insert(ours.tenant_id, [planted])
    await until_found(index, ours.tenant_id, model.model_id, stolen)
    here = await replica_on(ours, index, model)
    recorded = await see(ours, here, model, after=1)
    assert recorded.outcome is FaceOutcome.NEW, "the planted face was taken for somebody of ours"
    assert recorded.customer_id not in {None, known.customer_id}
    told = await explanation(ours, here, recorded)
    assert str(known.customer_id) not in told.to_json()
    assert str(stolen) not in told.to_json()
    await index.close()


async def test_whose_a_face_is_the_index_is_not_asked(chains: TwoChains, milvus_uri: str) -> None:
    """Collections of earlier releases hold a customer's id beside each vector: another tenant's, here."""
    ours, theirs = chains
    model = RecognitionModel("planted-customer", DIMENSION)
    client = connect(milvus_uri, timeout=30)
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("face_id", DataType.VARCHAR, max_length=36, is_primary=True)
    schema.add_field("customer_id", DataType.VARCHAR, max_length=36)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=DIMENSION)
    flat = client.prepare_index_params()
    flat.add_index("embedding", index_type="FLAT", metric_type="COSINE")
    collection = collection_name(model.model_id)
    client.create_collection(collection, schema=schema, index_params=flat)
    index = MilvusFaceIndex(milvus_uri)
    await index.prepare(model.model_id, DIMENSION)
    there, here = await replica_on(theirs, index, model), await replica_on(ours, index, model)
    foreign, own = await see(theirs, there, model), await see(ours, here, model)
    assert foreign.customer_id != own.customer_id
    face_id = await settle(ours, here, index, model.model_id)
    partition = f"t_{ours.tenant_id.hex}"
    client.delete(collection, ids=[str(face_id)], partition_name=partition)
    row = {"face_id": str(face_id), "customer_id": str(foreign.customer_id), "embedding": person(ANN)}
    client.insert(collection, data=[row], partition_name=partition)
    await until_found(index, ours.tenant_id, model.model_id, face_id)
    ours.clock.advance(timedelta(minutes=2))  # from here on only the index knows the face
    again = await see(ours, here, model, after=1)
    assert (again.outcome, again.customer_id) == (FaceOutcome.KNOWN, own.customer_id)
    client.close()
    await index.close()


async def test_a_row_that_names_another_tenants_customer_is_nobodys(chains: TwoChains) -> None:
    """The database too may hold nonsense: a face of ours that says it is their customer's."""
    ours, theirs = chains
    model = ours.model
    there, here = await theirs.replica(), await ours.replica()
    foreign = await see(theirs, there, model)
    face_id = new_id()
    connection = await asyncpg.connect(ours.database.app_dsn)
    async with connection.transaction():
        await set_scope(connection, ours.tenant_id)
        await connection.execute(
            "insert into gallery_faces (tenant_id, face_id, customer_id, model_id, embedding, quality_score, "
            "event_id, created_at, exemplar_id) values ($1, $2, $3, $4, $5, 0.9, $2, now(), $2)",
            ours.tenant_id,
            face_id,
            foreign.customer_id,
            model.model_id,
            person(ANN).tobytes(),
        )
    await connection.close()
    recorded = await see(ours, here, model, after=1)
    assert recorded.outcome is FaceOutcome.NEW
    assert recorded.customer_id != foreign.customer_id
    assert str(foreign.customer_id) not in (await explanation(ours, here, recorded)).to_json()
