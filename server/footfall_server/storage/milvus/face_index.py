"""The face index on Milvus, be it a cluster or milvus-lite's server. It can be rebuilt from PostgreSQL.

A collection per model and a partition per tenant, searched without a filter: a tenant's faces are apart
from everybody else's, and a filter on top would only cost. Consistency is "Eventually"; what is not found
yet, the core's recent faces answer for.
"""

import asyncio
import logging
import re
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Literal, TypeVar
from uuid import UUID

import numpy as np
import numpy.typing as npt
import structlog
from pymilvus import DataType, MilvusClient, MilvusException

from footfall_server.domain.person import GalleryFace
from footfall_server.errors import unavailable
from footfall_server.ports import IndexHit

IndexType = Literal["FLAT", "IVF_FLAT", "HNSW"]

Result = TypeVar("Result")

METRIC = "COSINE"
VECTOR = "embedding"
CONSISTENCY = "Eventually"
UUID_LENGTH = 36
NOT_LOADED = 101
"""Milvus' code for a collection that is there and not loaded."""

_BUILD: dict[str, dict[str, int]] = {
    "FLAT": {},
    "IVF_FLAT": {"nlist": 1024},
    "HNSW": {"M": 16, "efConstruction": 200},
}
# A face that the index misses becomes a second customer, so these lean to recall: at cosine 0.6, nprobe 64
# finds 95 %, HNSW with ef 64 only 84 %.
_SEARCH: dict[str, dict[str, int]] = {"FLAT": {}, "IVF_FLAT": {"nprobe": 64}, "HNSW": {"ef": 256}}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MilvusIndexSettings:
    """How a new collection is indexed, and how long calls take at most.

    `build` and `search` replace the parameters that belong to the index type.
    """

    index_type: IndexType = "FLAT"
    build: dict[str, int] | None = None
    search: dict[str, int] | None = None
    timeout: timedelta = timedelta(seconds=5)
    threads: int = 4


@dataclass(slots=True)
class _Known:
    """What was asked of the server once and stays true."""

    search_parameters: dict[str, dict[str, int]] = field(default_factory=dict)
    partitions: set[tuple[str, str]] = field(default_factory=set)


class DimensionMismatchError(Exception):
    """The collection of a model holds vectors of another length."""


class MilvusFaceIndex:
    """FaceIndex. Connects when first used, and again whenever the server comes back.

    Calls block in a few threads of its own: pymilvus cannot create collections asynchronously on
    milvus-lite, and one client that does everything is the simpler thing.
    """

    def __init__(self, uri: str, *, token: str = "", settings: MilvusIndexSettings | None = None) -> None:
        # pymilvus logs each failure with its whole traceback; here it is said once, in one line.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        self._uri = uri
        self._token = token
        self._settings = settings or MilvusIndexSettings()
        self._timeout = self._settings.timeout.total_seconds()
        self._pool = ThreadPoolExecutor(self._settings.threads, thread_name_prefix="milvus")
        self._connecting = threading.Lock()
        # milvus-lite wants one writer at a time.
        self._writing = asyncio.Lock()
        self._client: MilvusClient | None = None
        self._known = _Known()

    async def close(self) -> None:
        """Ends the connection; calls under way finish first."""
        await asyncio.to_thread(self._pool.shutdown)
        if self._client is not None:
            self._client.close()
            self._client = None

    async def exists(self, model_id: str) -> bool:
        """See FaceIndex.exists."""
        return await self._run("exists", self._exists, collection_name(model_id))

    async def prepare(self, model_id: str, dimension: int) -> bool:
        """See FaceIndex.prepare.

        Raises DimensionMismatchError for a collection that was made for another dimension. One that was
        made with another index type is kept and searched with that type's parameters.
        """
        return await self._run("prepare", self._prepare, collection_name(model_id), dimension)

    async def search(
        self, tenant_id: UUID, model_id: str, embeddings: npt.NDArray[np.float32], limit: int
    ) -> Sequence[Sequence[IndexHit]]:
        """See FaceIndex.search."""
        if not len(embeddings):
            return []
        names = collection_name(model_id), partition_name(tenant_id)
        return await self._run("search", self._search, *names, np.ascontiguousarray(embeddings), limit)

    async def insert(self, tenant_id: UUID, faces: Sequence[GalleryFace]) -> None:
        """See FaceIndex.insert."""
        models = {face.model_id for face in faces}
        if len(models) > 1:
            raise ValueError(f"faces of one model are inserted at a time, not of {sorted(models)}")
        if not models:
            return
        names = collection_name(models.pop()), partition_name(tenant_id)
        async with self._writing:
            await self._run("insert", self._insert, *names, faces)

    async def delete(self, tenant_id: UUID, model_id: str, face_ids: Collection[UUID]) -> None:
        """See FaceIndex.delete."""
        if not face_ids:
            return
        names = collection_name(model_id), partition_name(tenant_id)
        async with self._writing:
            await self._run("delete", self._delete, *names, [str(face_id) for face_id in face_ids])

    async def _run(self, what: str, work: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, work, *arguments)
        except (MilvusException, OSError) as error:
            # A server that was wiped has lost what is remembered here.
            self._known.partitions.clear()
            code = getattr(error, "code", None)
            _log.warning("face_index.failed", call=what, error=type(error).__name__, code=str(code))
            raise unavailable("INDEX_UNAVAILABLE", "the face index cannot be reached") from error

    # What follows runs in the pool's threads.

    def _connected(self) -> MilvusClient:
        with self._connecting:
            if self._client is None:
                self._client = MilvusClient(
                    uri=self._uri, token=self._token, timeout=self._timeout, dedicated=True
                )
            return self._client

    def _exists(self, collection: str) -> bool:
        return bool(self._connected().has_collection(collection, timeout=self._timeout))

    def _prepare(self, collection: str, dimension: int) -> bool:
        client = self._connected()
        makes = not client.has_collection(collection, timeout=self._timeout)
        if makes:
            self._create(client, collection, dimension)
        actual = _dimension(client.describe_collection(collection, timeout=self._timeout))
        if actual != dimension:
            raise DimensionMismatchError(
                f"the collection {collection} holds vectors of {actual} numbers, the model makes {dimension}"
            )
        index = client.describe_index(collection, VECTOR, timeout=self._timeout)
        index_type = str(index.get("index_type", self._settings.index_type))
        if index_type != self._settings.index_type:
            _log.warning("face_index.other_type", collection=collection, index_type=index_type)
        self._known.search_parameters[collection] = self._search_parameters(index_type)
        client.load_collection(collection, timeout=self._timeout)
        return makes

    def _create(self, client: MilvusClient, collection: str, dimension: int) -> None:
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("face_id", DataType.VARCHAR, max_length=UUID_LENGTH, is_primary=True)
        schema.add_field("customer_id", DataType.VARCHAR, max_length=UUID_LENGTH)
        schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
        index = client.prepare_index_params()
        index_type = self._settings.index_type
        parameters = _BUILD[index_type] if self._settings.build is None else self._settings.build
        index.add_index(VECTOR, index_type=index_type, metric_type=METRIC, params=parameters)
        try:
            client.create_collection(
                collection,
                schema=schema,
                index_params=index,
                consistency_level=CONSISTENCY,
                timeout=self._timeout,
            )
        except MilvusException:
            # Another replica may have made it at the same moment.
            if not client.has_collection(collection, timeout=self._timeout):
                raise

    def _search(
        self, collection: str, partition: str, embeddings: npt.NDArray[np.float32], limit: int
    ) -> list[list[IndexHit]]:
        client = self._connected()
        if not self._has_partition(client, collection, partition):
            return [[] for _ in embeddings]
        parameters = self._known.search_parameters.get(collection)
        if parameters is None:
            parameters = self._search_parameters(self._settings.index_type)
        search = partial(
            client.search,
            collection,
            data=list(embeddings),
            anns_field=VECTOR,
            limit=limit,
            partition_names=[partition],
            # Named always: milvus-lite answers the vectors, too, when nothing is.
            output_fields=["customer_id"],
            search_params={"metric_type": METRIC, "params": parameters},
            consistency_level=CONSISTENCY,
            timeout=self._timeout,
        )
        try:
            found = search()
        except MilvusException as error:
            if error.code != NOT_LOADED:
                raise
            # milvus-lite forgets over a restart what was loaded.
            client.load_collection(collection, timeout=self._timeout)
            found = search()
        return [[_to_hit(hit) for hit in hits] for hits in found]

    def _insert(self, collection: str, partition: str, faces: Sequence[GalleryFace]) -> None:
        client = self._connected()
        if not self._has_partition(client, collection, partition):
            self._make_partition(client, collection, partition)
        ids = [str(face.face_id) for face in faces]
        # Not upsert: Milvus 2.3 misplaces what it upserts. Deleting what is not there is harmless.
        client.delete(collection, ids=ids, partition_name=partition, timeout=self._timeout)
        rows = [
            {"face_id": str(face.face_id), "customer_id": str(face.customer_id), VECTOR: face.embedding}
            for face in faces
        ]
        client.insert(collection, data=rows, partition_name=partition, timeout=self._timeout)

    def _delete(self, collection: str, partition: str, face_ids: list[str]) -> None:
        client = self._connected()
        if self._has_partition(client, collection, partition):
            client.delete(collection, ids=face_ids, partition_name=partition, timeout=self._timeout)

    def _has_partition(self, client: MilvusClient, collection: str, partition: str) -> bool:
        """Remembers only what is there: another replica may make the rest at any time."""
        if (collection, partition) in self._known.partitions:
            return True
        if not client.has_partition(collection, partition, timeout=self._timeout):
            return False
        self._known.partitions.add((collection, partition))
        return True

    def _make_partition(self, client: MilvusClient, collection: str, partition: str) -> None:
        try:
            client.create_partition(collection, partition, timeout=self._timeout)
        except MilvusException:
            if not client.has_partition(collection, partition, timeout=self._timeout):
                raise
        self._known.partitions.add((collection, partition))

    def _search_parameters(self, index_type: str) -> dict[str, int]:
        if self._settings.search is not None and index_type == self._settings.index_type:
            return self._settings.search
        return _SEARCH.get(index_type, {})


def collection_name(model_id: str) -> str:
    """The model's collection. Milvus takes letters, digits and underscores."""
    return f"face_embeddings_{re.sub(r'[^0-9A-Za-z]', '_', model_id)}"


def partition_name(tenant_id: UUID) -> str:
    """The tenant's partition; made of an id's hexadecimal digits, so nothing can be injected."""
    return f"t_{tenant_id.hex}"


def _dimension(description: dict[str, Any]) -> int | None:
    fields = description.get("fields", [])
    sizes = [each["params"].get("dim") for each in fields if each["name"] == VECTOR]
    return int(sizes[0]) if sizes else None


def _to_hit(hit: Any) -> IndexHit:
    return IndexHit(
        face_id=UUID(hit["face_id"]),
        customer_id=UUID(hit["entity"]["customer_id"]),
        score=float(hit["distance"]),
    )
