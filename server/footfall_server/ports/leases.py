"""Leases of cameras."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.camera_lease import Lease, Standing


class LeaseRepository(Protocol):
    """The tenant's leases, by the database's clock."""

    async def standing(self, site_id: UUID) -> Standing:
        """The site's enabled cameras with their newest leases, and its workers."""
        ...

    async def settled(self, site_id: UUID) -> Standing:
        """As `standing`, and none of its leases is renewed by anybody else until the transaction ends.

        Only in an exclusive transaction, where nobody else grants one.
        """
        ...

    async def renew(self, leases: Sequence[Lease]) -> bool:
        """Lets leases go on that nobody else got and that did not run out; False when some did."""
        ...

    async def save(self, leases: Sequence[Lease]) -> None:
        """Adds or overwrites. Only in an exclusive transaction."""
        ...

    async def release(self, worker_id: UUID, tokens: Mapping[UUID, int]) -> Sequence[UUID]:
        """Ends the worker's leases with these tokens, by camera. Returns the cameras that are free now."""
        ...

    async def holders(self, camera_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Who holds each camera that is held, by camera."""
        ...

    async def purge(self, before: datetime) -> int:
        """Forgets leases that were passed on before; returns how many."""
        ...
