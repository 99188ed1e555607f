"""FaceIndex on Milvus: blocking calls in threads, and their failures in the words of the port."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

import grpc
import numpy as np
import numpy.typing as npt
import structlog
from pymilvus import MilvusException

from footfall_server.domain.person import GalleryFace
from footfall_server.errors import unavailable
from footfall_server.ports import IndexHit
from footfall_server.storage.index_settings import MilvusIndexSettings
from footfall_server.storage.milvus.blocking import BlockingFaceIndex
from footfall_server.storage.milvus.collection import collection_name

Result = TypeVar("Result")

_log = structlog.get_logger(__name__)


class MilvusFaceIndex:
    """FaceIndex. Connects when first used, and again whenever the server comes back.

    Calls block in a few threads of its own: pymilvus cannot create collections asynchronously on
    milvus-lite, and one client that does everything is the simpler thing.
    """

    def __init__(self, uri: str, *, token: str = "", settings: MilvusIndexSettings | None = None) -> None:
        # pymilvus logs each failure with its whole traceback; here it is said once, in one line.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        settings = settings or MilvusIndexSettings()
        self._index = BlockingFaceIndex(uri, token=token, settings=settings)
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="milvus")
        # milvus-lite wants one writer at a time.
        self._writing = asyncio.Lock()

    async def close(self) -> None:
        """Ends the connection; calls under way finish first."""
        await asyncio.to_thread(self._pool.shutdown)
        self._index.close()

    async def exists(self, model_id: str) -> bool:
        """See FaceIndex.exists."""
        return await self._run("exists", self._index.exists, collection_name(model_id))

    async def prepare(self, model_id: str, dimension: int) -> bool:
        """See FaceIndex.prepare.

        Raises DimensionMismatchError for a collection that was made for another dimension. One that was
        made with another index type or tenancy is kept and used as it is.
        """
        return await self._run("prepare", self._index.prepare, collection_name(model_id), dimension)

    async def search(
        self, tenant_id: UUID, model_id: str, embeddings: npt.NDArray[np.float32], limit: int
    ) -> Sequence[Sequence[IndexHit]]:
        """See FaceIndex.search."""
        if not len(embeddings):
            return []
        what = collection_name(model_id), tenant_id, np.ascontiguousarray(embeddings), limit
        return await self._run("search", self._index.search, *what)

    async def insert(self, tenant_id: UUID, faces: Sequence[GalleryFace]) -> None:
        """See FaceIndex.insert."""
        models = {face.model_id for face in faces}
        if len(models) > 1:
            raise ValueError(f"faces of one model are inserted at a time, not of {sorted(models)}")
        if not models:
            return
        async with self._writing:
            await self._run("insert", self._index.insert, collection_name(models.pop()), tenant_id, faces)

    async def delete(self, tenant_id: UUID, model_id: str, face_ids: Collection[UUID]) -> None:
        """See FaceIndex.delete."""
        if not face_ids:
            return
        async with self._writing:
            what = collection_name(model_id), tenant_id, list(face_ids)
            await self._run("delete", self._index.delete, *what)

    async def face_ids(self, tenant_id: UUID, model_id: str) -> frozenset[UUID]:
        """See FaceIndex.face_ids."""
        return await self._run("face_ids", self._index.face_ids, collection_name(model_id), tenant_id)

    async def tenants_beside(self, model_id: str, known: Collection[UUID]) -> frozenset[UUID]:
        """See FaceIndex.tenants_beside."""
        what = collection_name(model_id), frozenset(known)
        return await self._run("tenants_beside", self._index.tenants_beside, *what)

    async def drop_tenant(self, tenant_id: UUID, model_id: str) -> None:
        """See FaceIndex.drop_tenant."""
        async with self._writing:
            await self._run("drop_tenant", self._index.drop_tenant, collection_name(model_id), tenant_id)

    async def drop_model(self, model_id: str) -> None:
        """See FaceIndex.drop_model."""
        async with self._writing:
            await self._run("drop_model", self._index.drop, collection_name(model_id))

    async def _run(self, what: str, work: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, work, *arguments)
        except (MilvusException, grpc.RpcError, OSError) as error:  # pymilvus passes deadlines on as they are
            self._index.forget()
            code = error.code if isinstance(error, MilvusException) else None
            _log.warning("face_index.failed", call=what, error=type(error).__name__, code=str(code))
            raise unavailable("INDEX_UNAVAILABLE", "the face index cannot be reached") from error
