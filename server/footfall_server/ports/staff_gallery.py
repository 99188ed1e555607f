"""The faces of a tenant's staff."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from footfall_server.domain.staff_gallery import StaffFace


class StaffGalleryRepository(Protocol):
    """What changed of whose faces are staff's, per model."""

    async def is_current(self, model_id: str) -> bool:
        """Whether nothing changed since the last `refresh`."""
        ...

    async def model_ids(self) -> Sequence[str]:
        """The models of which some face is told to be somebody's, each once."""
        ...

    async def refresh(self, model_id: str) -> int:
        """Notes what changed: faces of staff and of those merged into them. Returns how many faces changed.

        Only in an exclusive transaction. Of more than MOST_FACES the oldest ones are taken.
        """
        ...

    async def version(self, model_id: str) -> int:
        """The newest one; 0 when there never was a face."""
        ...

    async def after(self, model_id: str, version: int, limit: int) -> Sequence[StaffFace]:
        """What changed after a version, oldest first."""
        ...

    async def purge(self, before: datetime) -> int:
        """Forgets faces that were staff's until then; returns how many."""
        ...
