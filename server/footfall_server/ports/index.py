"""The index that finds nearest faces."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.person import GalleryFace


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A gallery face near a query; `score` is the cosine similarity, -1..1. Whose it is, the gallery says."""

    face_id: UUID
    score: float


class FaceSearch(Protocol):
    """Finds the nearest faces."""

    async def search(
        self, tenant_id: UUID, model_id: str, embeddings: npt.NDArray[np.float32], limit: int
    ) -> Sequence[Sequence[IndexHit]]:
        """The nearest faces of the tenant for each row of embeddings (n, d), best first.

        Raises UNAVAILABLE when the model has no collection: nobody is unknown because the index is.
        """
        ...


class FaceIndex(FaceSearch, Protocol):
    """Nearest faces. Eventually consistent: what was inserted is found soon, not at once."""

    async def exists(self, model_id: str) -> bool:
        """Whether the model has a collection."""
        ...

    async def prepare(self, model_id: str, dimension: int) -> bool:
        """Makes the model's collection when there is none; whether it did. The new one is empty."""
        ...

    async def insert(self, tenant_id: UUID, faces: Sequence[GalleryFace]) -> None:
        """Adds faces, all of one model. Adding the same face again is harmless."""
        ...

    async def delete(self, tenant_id: UUID, model_id: str, face_ids: Collection[UUID]) -> None:
        """Deletes faces of the tenant; what is not there, or another tenant's, is left alone.

        When it returns the faces are gone for good: written down, and looked for once more. Raises
        UNAVAILABLE / INDEX_UNAVAILABLE when some are still there after a few attempts. Takes seconds.
        """
        ...

    async def face_ids(self, tenant_id: UUID, model_id: str) -> frozenset[UUID]:
        """All faces of the tenant in the index at this moment, however many.

        Raises UNAVAILABLE when the model has no collection.
        """
        ...

    async def tenants_beside(self, model_id: str, known: Collection[UUID]) -> frozenset[UUID]:
        """Tenants other than these that have a place in the model's collection: of very many, some.

        Raises UNAVAILABLE when the model has no collection.
        """
        ...

    async def drop_tenant(self, tenant_id: UUID, model_id: str) -> None:
        """Deletes whatever the tenant has in the model's collection. Harmless when there is nothing."""
        ...

    async def drop_model(self, model_id: str) -> None:
        """Deletes the model's collection with everybody's faces. Harmless when there is none."""
        ...
