"""Who was erased, and how it is seen to that nobody comes back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.erasure import Erasure, Tombstone
from footfall_server.ports.paging import TimeCursor


class ErasureLedger(Protocol):
    """The tenant's erasures."""

    async def add(
        self, erasure: Erasure, tombstones: Collection[Tombstone], request_id: UUID | None
    ) -> None: ...

    async def get(self, erasure_id: UUID) -> Erasure | None: ...

    async def requested(self, request_id: UUID) -> Erasure | None:
        """What this request_id erased."""
        ...

    async def list(self, ticket: str, *, before: TimeCursor | None, limit: int) -> Sequence[Erasure]:
        """Erasures under a ticket, or all when it is empty: the newest first."""
        ...

    async def open(self, limit: int) -> Sequence[Erasure]:
        """Those that are not complete, the oldest first. No two transactions are given the same one."""
        ...

    async def complete(self, erasure_id: UUID, at: datetime, receipt: str) -> None:
        """Notes that all is gone. The keys of objects are kept, for `forget_keys`."""
        ...

    async def uploads_over(self, before: datetime) -> Sequence[Erasure]:
        """Completed ones of before a moment whose objects' keys are kept: no URL to upload to is good."""
        ...

    async def forget_keys(self, erasure_ids: Collection[UUID]) -> None:
        """Forgets where the objects lay that are gone."""
        ...

    async def tombstones_of(self, erasure_id: UUID) -> Sequence[Tombstone]:
        """Those that an erasure left."""
        ...

    async def among(self, tombstones: Collection[Tombstone]) -> frozenset[bytes]:
        """Digests of those of these that are there."""
        ...

    async def has_tombstones(self) -> bool: ...

    async def person_ids(self, after: UUID | None, limit: int) -> Sequence[UUID]:
        """Everybody who is known, customers, staff and who waits, by id."""
        ...

    async def track_ids(self, after: UUID | None, limit: int) -> Sequence[UUID]:
        """All tracks that are known, by id."""
        ...
