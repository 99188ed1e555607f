"""When cameras were to be read, and when they were."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.camera_uptime import UptimeSpan


class UptimeRepository(Protocol):
    """Spans of the tenant's cameras: see domain.camera_uptime."""

    async def want(self, camera_id: UUID, site_id: UUID, at: datetime, *, wanted: bool) -> None:
        """From now on the camera is to be read, or is not; what it is already changes nothing."""
        ...

    async def saw(self, site_id: UUID, camera_ids: Collection[UUID], at: datetime) -> None:
        """A worker of the site says that these cameras are online.

        The span of each is carried on when it ended within PATIENCE, else one begins. Cameras of other sites
        are left out: a worker may name any.
        """
        ...

    async def between(
        self, site_ids: Collection[UUID], start: datetime, end: datetime
    ) -> Sequence[UptimeSpan]:
        """Spans at these sites that touch the time. In no order."""
        ...

    async def purge(self, before: datetime) -> int:
        """Forgets spans that ended before; returns how many those were."""
        ...
