"""Galleries read from PostgreSQL into memory, for as long as nobody else can search them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.exact_gallery import ExactGallery
from footfall_server.errors import unavailable
from footfall_server.ports import Clock, GalleryRepository, IndexHit, Transactions

PAGE = 2000

SLACK = timedelta(seconds=30)
"""How far back the index's news are read again: covers commits that are slow and clocks that differ."""

KEPT_FOR = timedelta(minutes=15)
"""After that a gallery is read anew, without the faces that are gone by then."""


@dataclass(eq=False, slots=True)
class _Held:
    """One tenant's faces of one model. `room` is how many are held, or will be once they are read."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    gallery: ExactGallery | None = None
    room: int = 0
    loaded_at: datetime | None = None
    read_at: datetime | None = None

    def let_go(self) -> None:
        self.gallery = self.loaded_at = self.read_at = None
        self.room = 0


class FallbackGalleries:
    """The faces that the index is said to have, searched exactly.

    Of the others it knows nothing, as the index does: whoever asks looks for recent faces beside it. Every
    search first reads what the index took since the last one. Faces that are gone stay until a gallery is
    read anew: whoever asks resolves faces in PostgreSQL.
    """

    def __init__(
        self, *, transactions: Transactions, clock: Clock, most_faces: int, page: int = PAGE
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._most_faces = most_faces
        self._page = page
        self._held: dict[tuple[UUID, str], _Held] = {}

    @property
    def faces(self) -> int:
        """How many faces are held, of all tenants."""
        return sum(held.room for held in self._held.values())

    async def search(
        self, tenant_id: UUID, model_id: str, embeddings: npt.NDArray[np.float32], limit: int
    ) -> Sequence[Sequence[IndexHit]]:
        """As FaceSearch.search. `embeddings` are L2-normalised.

        Raises UNAVAILABLE / INDEX_UNAVAILABLE when there is no room for the tenant's faces.
        """
        held = self._held.setdefault((tenant_id, model_id), _Held())
        async with held.lock:
            gallery = await self._current(held, tenant_id, model_id)
        found = await asyncio.to_thread(gallery.nearest, embeddings, limit)
        return [[IndexHit(face_id, score) for face_id, score in each] for each in found]

    def free(self, model_id: str) -> None:
        """Forgets everybody's faces of a model. Searches under way end with what they have."""
        for key in [key for key in self._held if key[1] == model_id]:
            del self._held[key]

    async def _current(self, held: _Held, tenant_id: UUID, model_id: str) -> ExactGallery:
        """The gallery, up to date. What fails, or does not fit, leaves nothing held of the tenant."""
        now = self._clock.now()
        if held.loaded_at is not None and now - held.loaded_at >= KEPT_FOR:
            held.let_go()  # before it is read again: two copies are never held
        try:
            async with self._transactions.begin(tenant_id) as tx:
                if held.gallery is None:
                    self._make_room(held, await tx.gallery.count_indexed(model_id))
                    held.gallery, held.loaded_at = ExactGallery(), now
                await self._read(held, held.gallery, tx.gallery, model_id)
        except BaseException:
            held.let_go()
            raise
        held.read_at = now
        return held.gallery

    async def _read(
        self, held: _Held, gallery: ExactGallery, source: GalleryRepository, model_id: str
    ) -> None:
        """Everything the first time, then what the index took since, page by page."""
        since = None if held.read_at is None else held.read_at - SLACK
        after: UUID | None = None
        while True:
            page = await source.indexed(model_id, since=since, after=after, limit=self._page)
            if not page.face_ids:
                break
            after = page.face_ids[-1]
            gallery.add(page.face_ids, page.embeddings)
            self._make_room(held, max(held.room, len(gallery)))
        held.room = len(gallery)

    def _make_room(self, held: _Held, faces: int) -> None:
        if not self._most_faces or self.faces - held.room + faces > self._most_faces:
            raise unavailable("INDEX_UNAVAILABLE", "the face index cannot be reached")
        held.room = faces
