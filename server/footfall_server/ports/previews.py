"""Which of a tenant's cameras are watched, from which replica."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.preview import PreviewDemand


class PreviewRepository(Protocol):
    """The tenant's demands for previews; they go by themselves when nobody says them again."""

    async def want(self, demand: PreviewDemand) -> None:
        """Says what a replica's watchers want, in place of what it said before.

        The commit says so to the links of the site (PreviewWanted) when it is something else than before.
        """
        ...

    async def unwant(self, camera_id: UUID, replica_id: UUID, site_id: UUID) -> None:
        """Nobody watches the camera at this replica any more; said as by `want`."""
        ...

    async def wanted_at(self, site_id: UUID, now: datetime) -> Sequence[PreviewDemand]:
        """What is wanted of the site's cameras and did not expire."""
        ...

    async def watchers(self, now: datetime) -> int:
        """How many watch any camera of the tenant."""
        ...
