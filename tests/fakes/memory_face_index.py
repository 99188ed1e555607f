"""Exact nearest faces by cosine, with the manners of a real index: late, and sometimes away."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt
from footfall_server.domain.person import GalleryFace
from footfall_server.errors import unavailable
from footfall_server.ports import IndexHit

Key = tuple[UUID, str]


class MemoryFaceIndex:
    """Implements FaceIndex.

    `collections` are there from the beginning: the dimension by model.
    `failing = True` makes every call UNAVAILABLE / INDEX_UNAVAILABLE. `lagging = True` accepts faces and
    does not find them before `settle` is called. `hold_search`, when set, holds hits back that were
    collected already: what happens until then, this search has not seen.
    """

    def __init__(self, collections: Mapping[str, int] | None = None) -> None:
        self.failing = False
        self.lagging = False
        self.hold_search: asyncio.Event | None = None
        self.search_started = asyncio.Event()
        self.searches = 0
        self.collections = dict(collections or {})
        self._visible: dict[Key, dict[UUID, GalleryFace]] = {}
        self._pending: list[tuple[UUID, GalleryFace]] = []

    async def exists(self, model_id: str) -> bool:
        self._refuse_when_failing()
        return model_id in self.collections

    async def prepare(self, model_id: str, dimension: int) -> bool:
        self._refuse_when_failing()
        makes = model_id not in self.collections
        self.collections[model_id] = dimension
        return makes

    def lose(self, model_id: str) -> None:
        """What happens to a model's collection when the index' disk is gone."""
        self.collections.pop(model_id, None)
        for key in [key for key in self._visible if key[1] == model_id]:
            del self._visible[key]

    async def search(
        self, tenant_id: UUID, model_id: str, embeddings: npt.NDArray[np.float32], limit: int
    ) -> Sequence[Sequence[IndexHit]]:
        self._refuse_when_failing(model_id)
        self.searches += 1
        faces = list(self._visible.get((tenant_id, model_id), {}).values())
        hits = [_nearest(row, faces, limit) for row in embeddings]
        self.search_started.set()
        if self.hold_search is not None:
            await self.hold_search.wait()
        await asyncio.sleep(0)
        return hits

    async def insert(self, tenant_id: UUID, faces: Sequence[GalleryFace]) -> None:
        for face in faces:
            self._refuse_when_failing(face.model_id)
        await asyncio.sleep(0)
        self._pending.extend((tenant_id, face) for face in faces)
        if not self.lagging:
            self.settle()

    async def delete(self, tenant_id: UUID, model_id: str, face_ids: Collection[UUID]) -> None:
        self._refuse_when_failing(model_id)
        known = self._visible.get((tenant_id, model_id), {})
        for face_id in face_ids:
            known.pop(face_id, None)

    def settle(self) -> None:
        """Makes everything that was inserted visible."""
        for tenant_id, face in self._pending:
            self._visible.setdefault((tenant_id, face.model_id), {})[face.face_id] = face
        self._pending.clear()

    def face_ids(self, tenant_id: UUID, model_id: str) -> frozenset[UUID]:
        """The faces that a search finds."""
        return frozenset(self._visible.get((tenant_id, model_id), {}))

    def _refuse_when_failing(self, model_id: str | None = None) -> None:
        if self.failing or (model_id is not None and model_id not in self.collections):
            raise unavailable("INDEX_UNAVAILABLE", "the face index cannot be reached")


def _nearest(row: npt.NDArray[np.float32], faces: Sequence[GalleryFace], limit: int) -> list[IndexHit]:
    hits = [IndexHit(face.face_id, face.customer_id, float(np.dot(face.embedding, row))) for face in faces]
    return sorted(hits, key=lambda hit: (-hit.score, hit.face_id))[:limit]
