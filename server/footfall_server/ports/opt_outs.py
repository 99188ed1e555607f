"""People who are left out, and the seal on what is kept of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.opt_out import OptOut, Templates
from footfall_server.ports.paging import TimeCursor


class OptOutRepository(Protocol):
    """The tenant's opt-outs, and the tracks in which one of these people was seen, told by digests."""

    async def add(self, opt_out: OptOut, request_id: UUID | None) -> None: ...

    async def requested(self, request_id: UUID) -> OptOut | None:
        """What this request_id made."""
        ...

    async def list(self, ticket: str, *, before: TimeCursor | None, limit: int) -> Sequence[OptOut]:
        """Opt-outs under a ticket, or all when it is empty: the newest first."""
        ...

    async def count(self) -> int: ...

    async def delete(self, opt_out_id: UUID) -> bool:
        """Whether it was there. Its templates go with it."""
        ...

    async def of_model(self, model_id: str) -> frozenset[UUID]:
        """Those that have templates of a model."""
        ...

    async def sealed(self, opt_out_ids: Collection[UUID], model_id: str) -> Mapping[UUID, bytes]:
        """The sealed templates of those of them that have some of a model."""
        ...

    async def mark_tracks(self, digests: Collection[bytes], at: datetime) -> None:
        """Notes that one of these people was seen in tracks; 32 bytes each. A mark that is there remains."""
        ...

    async def forget_tracks(self, before: datetime) -> int:
        """Forgets marks of before a moment; how many."""
        ...


class TemplateSeal(Protocol):
    """Seals templates, so that the database alone tells of nobody."""

    def seal(self, tenant_id: UUID, opt_out_id: UUID, model_id: str, templates: Templates) -> bytes:
        """Good for this opt-out, tenant and model alone."""
        ...

    def open(
        self, tenant_id: UUID, opt_out_id: UUID, model_id: str, sealed: bytes, *, dimension: int
    ) -> Templates | None:
        """The templates, (n, dimension); None for what was sealed by another key or for something else."""
        ...
