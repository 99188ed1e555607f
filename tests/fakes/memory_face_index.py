"""Exact nearest faces by cosine, with the manners of a real index: late, and sometimes away."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
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
        self._discard(lambda owner, _: owner[1] == model_id)

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
        if not face_ids:
            return
        self._refuse_when_failing(model_id)
        gone = frozenset(face_ids)
        self._discard(lambda owner, face: owner == (tenant_id, model_id) and face in gone)

    async def face_ids(self, tenant_id: UUID, model_id: str) -> frozenset[UUID]:
        self._refuse_when_failing(model_id)
        pending = {
            face.face_id for owner, face in self._pending if (owner, face.model_id) == (tenant_id, model_id)
        }
        return self.visible(tenant_id, model_id) | pending

    async def tenants_beside(self, model_id: str, known: Collection[UUID]) -> frozenset[UUID]:
        self._refuse_when_failing(model_id)
        found = {tenant_id for (tenant_id, of), faces in self._visible.items() if of == model_id and faces}
        found |= {tenant_id for tenant_id, face in self._pending if face.model_id == model_id}
        return frozenset(found) - frozenset(known)

    async def drop_tenant(self, tenant_id: UUID, model_id: str) -> None:
        self._refuse_when_failing()
        self._discard(lambda owner, _: owner == (tenant_id, model_id))

    async def drop_model(self, model_id: str) -> None:
        self._refuse_when_failing()
        self.lose(model_id)

    def settle(self) -> None:
        """Makes everything that was inserted visible."""
        for tenant_id, face in self._pending:
            self._visible.setdefault((tenant_id, face.model_id), {})[face.face_id] = face
        self._pending.clear()

    def visible(self, tenant_id: UUID, model_id: str) -> frozenset[UUID]:
        """The faces that a search finds."""
        return frozenset(self._visible.get((tenant_id, model_id), {}))

    def _discard(self, is_gone: Callable[[Key, UUID], bool]) -> None:
        for owner, faces in self._visible.items():
            for face_id in [face_id for face_id in faces if is_gone(owner, face_id)]:
                del faces[face_id]
        self._pending = [
            (tenant_id, face)
            for tenant_id, face in self._pending
            if not is_gone((tenant_id, face.model_id), face.face_id)
        ]

    def _refuse_when_failing(self, model_id: str | None = None) -> None:
        if self.failing or (model_id is not None and model_id not in self.collections):
            raise unavailable("INDEX_UNAVAILABLE", "the face index cannot be reached")


def _nearest(row: npt.NDArray[np.float32], faces: Sequence[GalleryFace], limit: int) -> list[IndexHit]:
    hits = [IndexHit(face.face_id, float(np.dot(face.embedding, row))) for face in faces]
    return sorted(hits, key=lambda hit: (-hit.score, hit.face_id))[:limit]
