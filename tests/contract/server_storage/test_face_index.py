"""Contract of the face index, on the fake and on a real Milvus server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pytest
from fakes.memory_face_index import MemoryFaceIndex
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import FaceIndex, IndexHit
from footfall_server.storage.milvus import (
    DimensionMismatchError,
    IndexType,
    MilvusFaceIndex,
    MilvusIndexSettings,
)
from storage_samples import DIMENSION, MODEL, a_face, an_embedding

PATIENCE = 20.0


@pytest.fixture(params=["memory", "milvus"])
def uri(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "memory" else str(request.getfixturevalue("milvus_uri"))


@pytest.fixture
async def index(uri: str | None) -> AsyncIterator[FaceIndex]:
    if uri is None:
        fake = MemoryFaceIndex()
        await fake.prepare(MODEL, DIMENSION)
        yield fake
        return
    real = MilvusFaceIndex(uri)
    await real.prepare(MODEL, DIMENSION)
    yield real
    await real.close()


def _queries(*seeds: int) -> npt.NDArray[np.float32]:
    return np.stack([an_embedding(seed) for seed in seeds])


async def _found(
    index: FaceIndex, tenant_id: UUID, seed: int, *, until: bool = True, model_id: str = MODEL
) -> Sequence[IndexHit]:
    """The hits for a seed, once its own face is found, or gone: the index may be a little late."""
    async with asyncio.timeout(PATIENCE):
        while True:
            [hits] = await index.search(tenant_id, model_id, _queries(seed), 5)
            if (bool(hits) and hits[0].score > 0.999) == until:
                return hits
            await asyncio.sleep(0.05)


async def test_a_tenant_without_faces_finds_nothing(index: FaceIndex) -> None:
    assert [list(hits) for hits in await index.search(new_id(), MODEL, _queries(1, 2), 5)] == [[], []]


async def test_the_nearest_come_first_with_their_cosine(index: FaceIndex) -> None:
    tenant_id, customer_id = new_id(), new_id()
    faces = [a_face(customer_id, seed=seed) for seed in range(20)]
    await index.insert(tenant_id, faces)
    await _found(index, tenant_id, 19)
    rows = await index.search(tenant_id, MODEL, _queries(3, 7, 99), 5)
    gallery = np.stack([face.embedding for face in faces])
    for hits, seed in zip(rows, (3, 7, 99), strict=True):
        exact = gallery @ an_embedding(seed)
        best = np.argsort(-exact)[:5]
        assert [hit.face_id for hit in hits] == [faces[place].face_id for place in best]
        np.testing.assert_allclose([hit.score for hit in hits], exact[best], atol=1e-5)
        assert {hit.customer_id for hit in hits} == {customer_id}


async def test_faces_of_a_tenant_are_nobody_elses(index: FaceIndex) -> None:
    mine, theirs = new_id(), new_id()
    await index.insert(mine, [a_face(new_id(), seed=1)])
    await index.insert(theirs, [a_face(new_id(), seed=2)])
    await _found(index, mine, 1)
    await _found(index, theirs, 2)
    [hits] = await index.search(mine, MODEL, _queries(2), 5)
    assert [hit.score < 0.5 for hit in hits] == [True], "only the tenant's own, distant face"


async def test_inserting_again_is_harmless(index: FaceIndex) -> None:
    tenant_id = new_id()
    faces = [a_face(new_id(), seed=seed) for seed in (1, 2)]
    await index.insert(tenant_id, faces)
    await index.insert(tenant_id, faces)
    await index.insert(tenant_id, [])
    hits = await _found(index, tenant_id, 1)
    assert sorted(hit.face_id for hit in hits) == sorted(face.face_id for face in faces)


async def test_a_deleted_face_is_not_found(index: FaceIndex) -> None:
    tenant_id = new_id()
    gone, kept = a_face(new_id(), seed=1), a_face(new_id(), seed=2)
    await index.insert(tenant_id, [gone, kept])
    await _found(index, tenant_id, 1)
    await index.delete(tenant_id, MODEL, [gone.face_id, new_id()])
    await index.delete(tenant_id, MODEL, [])
    await index.delete(new_id(), MODEL, [kept.face_id])
    hits = await _found(index, tenant_id, 1, until=False)
    assert [hit.face_id for hit in hits] == [kept.face_id]


async def test_models_are_never_compared(index: FaceIndex) -> None:
    tenant_id = new_id()
    await index.prepare("another-model.v2", DIMENSION)
    await index.insert(tenant_id, [a_face(new_id(), seed=1)])
    await _found(index, tenant_id, 1)
    assert [list(hits) for hits in await index.search(tenant_id, "another-model.v2", _queries(1), 5)] == [[]]
    await index.insert(tenant_id, [a_face(new_id(), seed=4, model_id="another-model.v2")])
    await _found(index, tenant_id, 4, model_id="another-model.v2")


async def test_preparing_tells_whether_it_made_the_collection(index: FaceIndex) -> None:
    model_id = f"made-{new_id()}"
    assert not await index.exists(model_id)
    assert await index.prepare(model_id, DIMENSION)
    assert await index.exists(model_id)
    assert not await index.prepare(model_id, DIMENSION)


async def test_a_model_without_a_collection_is_refused_and_not_empty(index: FaceIndex) -> None:
    missing = f"missing-{new_id()}"
    calls = (
        partial(index.search, new_id(), missing, _queries(1), 5),
        partial(index.insert, new_id(), [a_face(new_id(), model_id=missing)]),
    )
    for call in calls:
        with pytest.raises(FootfallError) as caught:
            await call()
        assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE")


async def test_preparing_again_keeps_what_is_there(index: FaceIndex) -> None:
    tenant_id = new_id()
    await index.insert(tenant_id, [a_face(new_id(), seed=1)])
    await index.prepare(MODEL, DIMENSION)
    await _found(index, tenant_id, 1)


async def test_many_callers_at_once(index: FaceIndex) -> None:
    tenants = [new_id() for _ in range(4)]

    async def work(tenant_id: UUID, seed: int) -> None:
        await index.insert(tenant_id, [a_face(new_id(), seed=seed)])
        await _found(index, tenant_id, seed)

    async with asyncio.TaskGroup() as tasks:
        for seed in range(12):
            tasks.create_task(work(tenants[seed % len(tenants)], seed))


@pytest.mark.parametrize("index_type", ["IVF_FLAT", "HNSW"])
async def test_other_kinds_of_index_find_the_same(milvus_uri: str, index_type: IndexType) -> None:
    model_id = f"model-for-{index_type}"
    settings = MilvusIndexSettings(index_type=index_type, build={"nlist": 8, "M": 8, "efConstruction": 64})
    index = MilvusFaceIndex(milvus_uri, settings=settings)
    await index.prepare(model_id, DIMENSION)
    tenant_id = new_id()
    await index.insert(tenant_id, [a_face(new_id(), seed=seed, model_id=model_id) for seed in range(32)])
    await _found(index, tenant_id, 5, model_id=model_id)
    await index.close()
    # Another process may be configured otherwise; it searches what is there as that wants to be searched.
    other = MilvusFaceIndex(milvus_uri)
    await other.prepare(model_id, DIMENSION)
    await _found(other, tenant_id, 9, model_id=model_id)
    await other.close()


async def test_two_replicas_share_what_either_writes(milvus_uri: str) -> None:
    one, two = MilvusFaceIndex(milvus_uri), MilvusFaceIndex(milvus_uri)
    await asyncio.gather(*(index.prepare("shared-model", DIMENSION) for index in (one, two)))
    tenant_id = new_id()
    assert [list(hits) for hits in await two.search(tenant_id, "shared-model", _queries(1), 5)] == [[]]
    await one.insert(tenant_id, [a_face(new_id(), seed=1, model_id="shared-model")])
    await _found(two, tenant_id, 1, model_id="shared-model")
    await one.close()
    await two.close()


async def test_another_dimension_is_refused(milvus_uri: str) -> None:
    index = MilvusFaceIndex(milvus_uri)
    await index.prepare("small-model", 8)
    with pytest.raises(DimensionMismatchError, match="8 numbers"):
        await index.prepare("small-model", 16)
    await index.close()


async def test_faces_of_two_models_are_refused(milvus_uri: str) -> None:
    index = MilvusFaceIndex(milvus_uri)
    with pytest.raises(ValueError, match="one model"):
        await index.insert(new_id(), [a_face(new_id(), model_id="a"), a_face(new_id(), model_id="b")])
    await index.close()


async def test_an_index_that_is_away_is_unavailable(unused_tcp_port: int) -> None:
    settings = MilvusIndexSettings(timeout=timedelta(seconds=1))
    away = MilvusFaceIndex(f"http://127.0.0.1:{unused_tcp_port}", settings=settings)
    calls = (
        partial(away.exists, MODEL),
        partial(away.prepare, MODEL, DIMENSION),
        partial(away.search, new_id(), MODEL, _queries(1), 5),
        partial(away.insert, new_id(), [a_face(new_id())]),
        partial(away.delete, new_id(), MODEL, [new_id()]),
    )
    for call in calls:
        with pytest.raises(FootfallError) as caught:
            await call()
        assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE")
    await away.close()
