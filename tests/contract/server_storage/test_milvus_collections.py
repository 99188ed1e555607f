"""What only a Milvus server has: kinds of index, replicas, and collections that were made otherwise."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import Any, get_args

import pytest
from face_index_backends import NEEDS_REAL_MILVUS, SERVERS, TENANCIES, found, queries
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.storage.index_settings import IndexType, MilvusIndexSettings, Tenancy
from footfall_server.storage.milvus import DimensionMismatchError, MilvusFaceIndex, collection_name
from footfall_server.storage.milvus.connection import connect
from pymilvus import DataType, MilvusClient
from storage_samples import DIMENSION, MODEL, a_face, an_embedding

Open = Callable[..., MilvusFaceIndex]
BUILD: dict[IndexType, dict[str, int]] = {
    "FLAT": {},
    "IVF_FLAT": {"nlist": 8},
    "HNSW": {"M": 8, "efConstruction": 64},
}


@pytest.fixture(params=SERVERS)
def uri(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture
async def open_index(uri: str) -> AsyncIterator[Open]:
    """Opens an index with settings; each is a replica's."""
    async with AsyncExitStack() as stack:

        def open_one(**settings: Any) -> MilvusFaceIndex:
            index = MilvusFaceIndex(uri, settings=MilvusIndexSettings(**settings))
            stack.push_async_callback(index.close)
            return index

        yield open_one


@pytest.fixture
def client(uri: str) -> Iterator[MilvusClient]:
    client = connect(uri, timeout=30)
    yield client
    client.close()


@pytest.mark.parametrize("index_type", [name for name in get_args(IndexType) if name != "FLAT"])
async def test_other_kinds_of_index_find_the_same(open_index: Open, index_type: IndexType) -> None:
    model_id, tenant_id = f"model-for-{index_type}", new_id()
    index = open_index(index_type=index_type, build=BUILD[index_type])
    await index.prepare(model_id, DIMENSION)
    await index.insert(tenant_id, [a_face(new_id(), seed=seed, model_id=model_id) for seed in range(32)])
    await found(index, tenant_id, 5, model_id=model_id)
    # Another process may be configured otherwise; it searches what is there as that wants to be searched.
    other = open_index()
    await other.prepare(model_id, DIMENSION)
    await found(other, tenant_id, 9, model_id=model_id)


@pytest.mark.parametrize("tenancy", TENANCIES)
async def test_two_replicas_share_what_either_writes(open_index: Open, tenancy: Tenancy) -> None:
    model_id, tenant_id = f"shared-{tenancy}", new_id()
    one, two = open_index(tenancy=tenancy), open_index(tenancy=tenancy)
    await asyncio.gather(*(index.prepare(model_id, DIMENSION) for index in (one, two)))
    assert [list(hits) for hits in await two.search(tenant_id, model_id, queries(1), 5)] == [[]]
    await one.insert(tenant_id, [a_face(new_id(), seed=1, model_id=model_id)])
    await found(two, tenant_id, 1, model_id=model_id)


async def test_a_collection_keeps_its_tenancy_whatever_the_settings_say(
    open_index: Open, client: MilvusClient
) -> None:
    model_id, mine, theirs = "made-with-a-key", new_id(), new_id()
    await open_index(tenancy="partition_key").prepare(model_id, DIMENSION)
    before = client.list_partitions(collection_name(model_id))
    index = open_index(tenancy="partition")
    await index.prepare(model_id, DIMENSION)
    await index.insert(mine, [a_face(new_id(), seed=1, model_id=model_id)])
    await index.insert(theirs, [a_face(new_id(), seed=2, model_id=model_id)])
    await found(index, theirs, 2, model_id=model_id)
    assert len(await found(index, mine, 1, model_id=model_id)) == 1
    assert client.list_partitions(collection_name(model_id)) == before


async def test_a_replica_notices_that_a_collection_was_made_anew(open_index: Open) -> None:
    model_id, tenant_id = "made-anew", new_id()
    one, two = open_index(tenancy="partition"), open_index(tenancy="partition_key")
    await one.prepare(model_id, DIMENSION)
    await one.insert(tenant_id, [a_face(new_id(), seed=1, model_id=model_id)])
    await two.drop_model(model_id)
    await two.prepare(model_id, DIMENSION)
    face = a_face(new_id(), seed=2, model_id=model_id)
    with pytest.raises(FootfallError, match="cannot be reached"):
        await one.insert(tenant_id, [face])
    await one.insert(tenant_id, [face])
    assert [hit.face_id for hit in await found(two, tenant_id, 2, model_id=model_id)] == [face.face_id]
    assert [hit.face_id for hit in await found(one, tenant_id, 2, model_id=model_id)] == [face.face_id]


async def test_a_collection_of_an_earlier_release_serves_on(open_index: Open, client: MilvusClient) -> None:
    model_id, tenant_id, old_id = "of-an-earlier-release", new_id(), new_id()
    collection, partition = collection_name(model_id), f"t_{tenant_id.hex}"
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("face_id", DataType.VARCHAR, max_length=36, is_primary=True)
    schema.add_field("customer_id", DataType.VARCHAR, max_length=36)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=DIMENSION)
    flat = client.prepare_index_params()
    flat.add_index("embedding", index_type="FLAT", metric_type="COSINE")
    client.create_collection(collection, schema=schema, index_params=flat, consistency_level="Eventually")
    client.create_partition(collection, partition)
    row = {"face_id": str(old_id), "customer_id": str(new_id()), "embedding": an_embedding(1)}
    client.insert(collection, data=[row], partition_name=partition)

    index = open_index()
    assert not await index.prepare(model_id, DIMENSION)
    new = a_face(new_id(), seed=2, model_id=model_id)
    await index.insert(tenant_id, [new])
    assert (await found(index, tenant_id, 1, model_id=model_id))[0].face_id == old_id
    assert (await found(index, tenant_id, 2, model_id=model_id))[0].face_id == new.face_id
    assert await index.face_ids(tenant_id, model_id) == {old_id, new.face_id}


@NEEDS_REAL_MILVUS
async def test_the_limit_of_partitions_names_the_setting_to_change(real_milvus_uri: str) -> None:
    model_id = "too-many-tenants"
    index = MilvusFaceIndex(real_milvus_uri)
    await index.prepare(model_id, DIMENSION)
    client = connect(real_milvus_uri, timeout=30)
    for number in range(63):  # there is one already, and the fixture's server takes 64
        client.create_partition(collection_name(model_id), f"other_{number}")
    client.close()
    with pytest.raises(FootfallError, match="FOOTFALL_SERVER_MILVUS__TENANCY to partition_key") as caught:
        await index.insert(new_id(), [a_face(new_id(), model_id=model_id)])
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.FAILED_PRECONDITION, "INDEX_FULL")
    await index.close()


async def test_another_dimension_is_refused(open_index: Open) -> None:
    index = open_index()
    await index.prepare("small-model", 8)
    with pytest.raises(DimensionMismatchError, match="8 numbers"):
        await index.prepare("small-model", 16)


async def test_faces_of_two_models_are_refused(unused_tcp_port: int) -> None:
    index = MilvusFaceIndex(f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(ValueError, match="one model"):
        await index.insert(new_id(), [a_face(new_id(), model_id="a"), a_face(new_id(), model_id="b")])
    await index.close()


async def test_an_index_that_is_away_is_unavailable(unused_tcp_port: int) -> None:
    settings = MilvusIndexSettings(timeout=timedelta(seconds=1))
    away = MilvusFaceIndex(f"http://127.0.0.1:{unused_tcp_port}", settings=settings)
    calls = (
        partial(away.exists, MODEL),
        partial(away.prepare, MODEL, DIMENSION),
        partial(away.search, new_id(), MODEL, queries(1), 5),
        partial(away.insert, new_id(), [a_face(new_id())]),
        partial(away.delete, new_id(), MODEL, [new_id()]),
        partial(away.face_ids, new_id(), MODEL),
        partial(away.drop_tenant, new_id(), MODEL),
        partial(away.drop_model, MODEL),
    )
    for call in calls:
        with pytest.raises(FootfallError) as caught:
            await call()
        assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE")
    await away.close()
