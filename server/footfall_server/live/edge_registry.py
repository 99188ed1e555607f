"""Which edge workers are connected to this replica, one link each over all replicas."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from uuid import UUID

import structlog

from footfall_server.domain.change import SourceReset, WorkerConnected
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.ports import ChangeSource

_log = structlog.get_logger()


class EdgeSession:
    """One link of a worker. Session ids are UUIDv7, so the newer of two links has the higher one."""

    def __init__(self, *, tenant_id: UUID, worker_id: UUID, session_id: UUID | None = None) -> None:
        self.session_id = session_id or new_id()
        self.tenant_id = tenant_id
        self.worker_id = worker_id
        self._replaced = asyncio.Event()

    def replace(self) -> None:
        """A newer link took over."""
        self._replaced.set()

    async def watch_replacement(self) -> None:
        """Returns never; raises ABORTED / EDGE_REPLACED once a newer link of the worker took over."""
        await self._replaced.wait()
        raise FootfallError(ErrorKind.ABORTED, "EDGE_REPLACED", "a newer link of this worker took over")


class EdgeRegistry:
    """Opens sessions and ends those that are replaced, here and, by word, on the other replicas."""

    def __init__(self, *, source: ChangeSource, feed: ChangeFeed) -> None:
        self._source = source
        self._feed = feed
        self._sessions: dict[tuple[UUID, UUID], EdgeSession] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hears of links on other replicas while the context is open."""
        with self._feed.listen(self._hear):
            yield

    @asynccontextmanager
    async def open(
        self, *, tenant_id: UUID, worker_id: UUID, session_id: UUID | None = None
    ) -> AsyncIterator[EdgeSession]:
        """A session for as long as the link lasts. Of two of one worker the older one is replaced."""
        session = EdgeSession(tenant_id=tenant_id, worker_id=worker_id, session_id=session_id)
        key = (tenant_id, worker_id)
        other = self._sessions.get(key)
        if other is not None and other.session_id > session.session_id:
            # It was let in while this one still waited to be.
            session.replace()
        else:
            self._sessions[key] = session
            if other is not None:
                other.replace()
        try:
            await self._announce(session)
            yield session
        finally:
            if self._sessions.get(key) is session:
                del self._sessions[key]

    def is_connected(self, *, tenant_id: UUID, worker_id: UUID) -> bool:
        """Whether the worker has a link to this replica."""
        return (tenant_id, worker_id) in self._sessions

    def __len__(self) -> int:
        return len(self._sessions)

    async def _hear(self, word: WorkerConnected | SourceReset) -> None:
        if isinstance(word, SourceReset):
            # Others may have missed our word and we theirs. Said again it does no harm: the newer id wins.
            for session in tuple(self._sessions.values()):
                await self._announce(session)
            return
        mine = self._sessions.get((word.tenant_id, word.worker_id))
        if mine is not None and mine.session_id < word.session_id:
            mine.replace()

    async def _announce(self, session: EdgeSession) -> None:
        try:
            await self._source.announce_worker(
                WorkerConnected(session.tenant_id, session.worker_id, session.session_id)
            )
        except FootfallError as error:
            # Two links of one worker do no harm for a while: events are recorded once all the same.
            _log.warning("worker_not_announced", worker_id=str(session.worker_id), reason=error.reason)
