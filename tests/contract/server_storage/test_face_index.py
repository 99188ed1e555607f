"""Contract of the face index: the fake, milvus-lite's server and a real Milvus, in either tenancy."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID

import numpy as np
import pytest
from face_index_backends import BACKENDS, Backend, found, queries
from fakes.memory_face_index import MemoryFaceIndex
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import FaceIndex
from footfall_server.storage.index_settings import MilvusIndexSettings
from footfall_server.storage.milvus import MilvusFaceIndex
from storage_samples import DIMENSION, MODEL, a_face, an_embedding


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    assert isinstance(request.param, Backend)
    return request.param


@pytest.fixture
def model_id(backend: Backend) -> str:
    """A collection keeps the tenancy that it was made with, so each has one of its own."""
    return f"{MODEL}-{backend.tenancy}"


@pytest.fixture
def uri(backend: Backend, request: pytest.FixtureRequest) -> str | None:
    return None if backend.server is None else str(request.getfixturevalue(backend.server))


@pytest.fixture
async def index(backend: Backend, model_id: str, uri: str | None) -> AsyncIterator[FaceIndex]:
    if uri is None:
        fake = MemoryFaceIndex()
        await fake.prepare(model_id, DIMENSION)
        yield fake
        return
    real = MilvusFaceIndex(uri, settings=MilvusIndexSettings(tenancy=backend.tenancy))
    await real.prepare(model_id, DIMENSION)
    yield real
    await real.close()


async def test_a_tenant_without_faces_finds_nothing(index: FaceIndex, model_id: str) -> None:
    assert [list(hits) for hits in await index.search(new_id(), model_id, queries(1, 2), 5)] == [[], []]


async def test_the_nearest_come_first_with_their_cosine(index: FaceIndex, model_id: str) -> None:
    tenant_id = new_id()
    faces = [a_face(new_id(), seed=seed, model_id=model_id) for seed in range(20)]
    await index.insert(tenant_id, faces)
    await found(index, tenant_id, 19, model_id=model_id)
    rows = await index.search(tenant_id, model_id, queries(3, 7, 99), 5)
    gallery = np.stack([face.embedding for face in faces])
    for hits, seed in zip(rows, (3, 7, 99), strict=True):
        exact = gallery @ an_embedding(seed)
        best = np.argsort(-exact)[:5]
        assert [hit.face_id for hit in hits] == [faces[place].face_id for place in best]
        scores = [hit.score for hit in hits]
        np.testing.assert_allclose(scores, exact[best], atol=1e-5)
        assert scores == sorted(scores, reverse=True)


async def test_faces_of_a_tenant_are_nobody_elses(index: FaceIndex, model_id: str) -> None:
    mine, theirs = new_id(), new_id()
    own = [a_face(new_id(), seed=seed, model_id=model_id) for seed in range(3)]
    strange = [a_face(new_id(), seed=seed, model_id=model_id) for seed in range(3, 30)]
    await index.insert(mine, own)
    await index.insert(theirs, strange)
    await found(index, mine, 1, model_id=model_id)
    await found(index, theirs, 29, model_id=model_id)
    for hits in await index.search(mine, model_id, queries(*range(30)), 50):
        assert {hit.face_id for hit in hits} == {face.face_id for face in own}
    for hits in await index.search(theirs, model_id, queries(*range(30)), 50):
        assert {hit.face_id for hit in hits} == {face.face_id for face in strange}


async def test_inserting_again_is_harmless(index: FaceIndex, model_id: str) -> None:
    tenant_id = new_id()
    faces = [a_face(new_id(), seed=seed, model_id=model_id) for seed in (1, 2)]
    await index.insert(tenant_id, faces)
    await index.insert(tenant_id, faces)
    await index.insert(tenant_id, [])
    hits = await found(index, tenant_id, 1, model_id=model_id)
    assert sorted(hit.face_id for hit in hits) == sorted(face.face_id for face in faces)
    assert await index.face_ids(tenant_id, model_id) == {face.face_id for face in faces}


async def test_a_deleted_face_is_gone_at_once(index: FaceIndex, model_id: str) -> None:
    tenant_id = new_id()
    gone, kept = (a_face(new_id(), seed=seed, model_id=model_id) for seed in (1, 2))
    await index.insert(tenant_id, [gone, kept])
    await found(index, tenant_id, 1, model_id=model_id)
    await index.delete(tenant_id, model_id, [gone.face_id, new_id()])
    [hits] = await index.search(tenant_id, model_id, queries(1), 5)
    assert [hit.face_id for hit in hits] == [kept.face_id]
    assert await index.face_ids(tenant_id, model_id) == {kept.face_id}


async def test_a_face_that_was_just_inserted_is_deleted_too(index: FaceIndex, model_id: str) -> None:
    tenant_id = new_id()
    face = a_face(new_id(), seed=1, model_id=model_id)
    await index.insert(tenant_id, [face])
    await index.delete(tenant_id, model_id, [face.face_id])
    assert not await index.face_ids(tenant_id, model_id)
    assert [list(hits) for hits in await index.search(tenant_id, model_id, queries(1), 5)] == [[]]


async def test_nobody_deletes_another_tenants_face(index: FaceIndex, model_id: str) -> None:
    mine, theirs = new_id(), new_id()
    own, strange = (a_face(new_id(), seed=seed, model_id=model_id) for seed in (1, 2))
    await index.insert(mine, [own])
    await index.insert(theirs, [strange])
    await index.delete(mine, model_id, [strange.face_id])
    await index.delete(new_id(), model_id, [strange.face_id])
    await index.delete(theirs, model_id, [])
    assert await index.face_ids(theirs, model_id) == {strange.face_id}
    assert [hit.face_id for hit in await found(index, theirs, 2, model_id=model_id)] == [strange.face_id]


async def test_all_faces_of_a_tenant_are_listed(index: FaceIndex, model_id: str) -> None:
    mine, theirs = new_id(), new_id()
    assert await index.face_ids(mine, model_id) == frozenset()
    faces = [a_face(new_id(), seed=seed, model_id=model_id) for seed in range(2500)]
    for start in range(0, len(faces), 500):
        await index.insert(mine, faces[start : start + 500])
    await index.insert(theirs, [a_face(new_id(), model_id=model_id)])
    assert await index.face_ids(mine, model_id) == {face.face_id for face in faces}
    gone, kept = faces[:1200], faces[1200:]
    await index.delete(mine, model_id, [face.face_id for face in gone])
    assert await index.face_ids(mine, model_id) == {face.face_id for face in kept}


async def test_a_tenant_is_dropped_and_the_others_stay(index: FaceIndex, model_id: str) -> None:
    mine, theirs = new_id(), new_id()
    await index.drop_tenant(mine, model_id)
    await index.insert(mine, [a_face(new_id(), seed=seed, model_id=model_id) for seed in (1, 2)])
    kept = a_face(new_id(), seed=3, model_id=model_id)
    await index.insert(theirs, [kept])
    await found(index, mine, 1, model_id=model_id)
    await index.drop_tenant(mine, model_id)
    await index.drop_tenant(mine, model_id)
    assert not await index.face_ids(mine, model_id)
    assert [list(hits) for hits in await index.search(mine, model_id, queries(1), 5)] == [[]]
    assert await index.face_ids(theirs, model_id) == {kept.face_id}
    again = a_face(new_id(), seed=4, model_id=model_id)
    await index.insert(mine, [again])
    assert [hit.face_id for hit in await found(index, mine, 4, model_id=model_id)] == [again.face_id]


async def test_tenants_that_nobody_knows_are_told(index: FaceIndex, backend: Backend) -> None:
    model_id = f"beside-{backend.tenancy}-{new_id()}"
    with pytest.raises(FootfallError):
        await index.tenants_beside(model_id, [])
    await index.prepare(model_id, DIMENSION)
    mine, theirs = new_id(), new_id()
    assert not await index.tenants_beside(model_id, [mine])
    for number, tenant_id in enumerate((mine, theirs)):
        await index.insert(tenant_id, [a_face(new_id(), seed=number, model_id=model_id)])
        await found(index, tenant_id, number, model_id=model_id)
    assert await index.tenants_beside(model_id, [mine]) == {theirs}
    assert await index.tenants_beside(model_id, []) == {mine, theirs}
    await index.drop_tenant(theirs, model_id)
    assert not await index.tenants_beside(model_id, [mine])
    await index.drop_model(model_id)


async def test_models_are_made_dropped_and_never_compared(index: FaceIndex, model_id: str) -> None:
    tenant_id, other = new_id(), f"another.{new_id()}"
    await index.drop_model(other)
    await index.drop_tenant(tenant_id, other)
    assert not await index.exists(other)
    assert await index.prepare(other, DIMENSION)
    assert await index.exists(other)
    assert not await index.prepare(other, DIMENSION)
    await index.insert(tenant_id, [a_face(new_id(), seed=1, model_id=model_id)])
    await found(index, tenant_id, 1, model_id=model_id)
    assert [list(hits) for hits in await index.search(tenant_id, other, queries(1), 5)] == [[]]
    await index.insert(tenant_id, [a_face(new_id(), seed=4, model_id=other)])
    await found(index, tenant_id, 4, model_id=other)
    await index.drop_model(other)
    assert not await index.exists(other)
    await found(index, tenant_id, 1, model_id=model_id)


async def test_a_model_without_a_collection_is_refused_and_not_empty(index: FaceIndex) -> None:
    missing = f"missing-{new_id()}"
    calls = (
        partial(index.search, new_id(), missing, queries(1), 5),
        partial(index.insert, new_id(), [a_face(new_id(), model_id=missing)]),
        partial(index.delete, new_id(), missing, [new_id()]),
        partial(index.face_ids, new_id(), missing),
        partial(index.tenants_beside, missing, [new_id()]),
    )
    for call in calls:
        with pytest.raises(FootfallError) as caught:
            await call()
        assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE")


async def test_preparing_again_keeps_what_is_there(index: FaceIndex, model_id: str) -> None:
    tenant_id = new_id()
    await index.insert(tenant_id, [a_face(new_id(), seed=1, model_id=model_id)])
    await index.prepare(model_id, DIMENSION)
    await found(index, tenant_id, 1, model_id=model_id)


async def test_many_callers_at_once(index: FaceIndex, model_id: str) -> None:
    tenants = [new_id() for _ in range(4)]

    async def work(tenant_id: UUID, seed: int) -> None:
        await index.insert(tenant_id, [a_face(new_id(), seed=seed, model_id=model_id)])
        await found(index, tenant_id, seed, model_id=model_id)

    async with asyncio.TaskGroup() as tasks:
        for seed in range(12):
            tasks.create_task(work(tenants[seed % len(tenants)], seed))
