"""A tenant's log of changes, and word of it between replicas."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.change import (
    AccessRevoked,
    Change,
    ControlWord,
    Horizon,
    NewChange,
    SourceReset,
    TenantChanged,
    Topic,
    WorkerConnected,
)


class ChangeRepository(Protocol):
    """The tenant's log of changes."""

    async def append(self, changes: Sequence[NewChange]) -> int:
        """Gives each change the next revision and returns the last one.

        Call it last: it takes the tenant's revision row, which makes the order of revisions the order of
        commits. The commit notifies the ChangeSource of every replica.
        """
        ...

    async def horizon(self) -> Horizon: ...

    async def read_after(
        self, revision: int, *, topics: Collection[Topic], sites: Collection[UUID] | None, limit: int
    ) -> Sequence[Change]:
        """Changes after the revision, oldest first."""
        ...

    async def compact(self, before: datetime, *, unread_before: datetime | None = None) -> int:
        """Forgets changes that were committed before the time; returns how many.

        Those that an event reader has not carried yet stay until they are older than `unread_before`; None
        keeps them no longer than the others. Readers that fell behind what is kept are forgotten as well:
        they begin anew.
        """
        ...


Notification = TenantChanged | WorkerConnected | AccessRevoked | SourceReset | ControlWord


class ChangeSource(Protocol):
    """Word between replicas. It may be late or lost (then SourceReset follows); the rows are the truth."""

    def notifications(self) -> AsyncIterator[Notification]:
        """Whatever any replica commits or announces from now on, for as long as it is read."""
        ...

    async def announce_worker(self, word: WorkerConnected) -> None: ...
