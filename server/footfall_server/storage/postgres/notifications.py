"""Word between replicas, over PostgreSQL's LISTEN and NOTIFY: identifiers only, the rows are the truth."""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Self
from uuid import UUID
from weakref import WeakSet

import asyncpg
import structlog

from footfall_server.domain.change import AccessRevoked, SourceReset, TenantChanged, Topic, WorkerConnected
from footfall_server.errors import unavailable
from footfall_server.ports import Notification
from footfall_server.storage.postgres.changes import CHANGES_CHANNEL
from footfall_server.storage.postgres.control_words import CONTROL_CHANNEL, control_word
from footfall_server.storage.postgres.failures import UNREACHABLE
from footfall_server.storage.postgres.revocations import REVOCATIONS_CHANNEL

WORKERS_CHANNEL = "footfall_workers"
"""Carries `tenant:worker:session` of every link that a worker opens."""

_log = structlog.get_logger(__name__)

_CALL_TIMEOUT = timedelta(seconds=5)
_CHECK_EVERY = timedelta(seconds=15)
_FIRST_PAUSE = timedelta(milliseconds=100)
_LONGEST_PAUSE = timedelta(seconds=5)


class PostgresChangeSource:
    """ChangeSource: one listening connection per process, however many readers there are.

    An async context manager that listens for as long as it is open. A reader that falls more than `backlog`
    notifications behind loses them and is told SourceReset instead, as all are when the connection broke.
    """

    def __init__(self, dsn: str, *, backlog: int = 1024) -> None:
        self._dsn = dsn
        self._backlog = backlog
        self._readers: WeakSet[NotificationReader] = WeakSet()
        self._connection: asyncpg.Connection | None = None
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._call = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Starts listening; waits for the first connection, but not for ever: it may come later."""
        self._task = asyncio.create_task(self._listen_for_ever(), name="postgres change source")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CALL_TIMEOUT.total_seconds()):
                await self._listening.wait()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def notifications(self) -> "NotificationReader":
        """See ChangeSource.notifications.

        Listens from this call on; the first word is always SourceReset, so that a reader looks at the rows
        once after it began to listen.
        """
        reader = NotificationReader(self._readers, self._backlog)
        reader.put(SourceReset())
        return reader

    async def announce_worker(self, word: WorkerConnected) -> None:
        """See ChangeSource.announce_worker. Raises UNAVAILABLE when there is no connection."""
        payload = f"{word.tenant_id}:{word.worker_id}:{word.session_id}"
        connection = self._connection
        if connection is None:
            raise unavailable("STORE_UNAVAILABLE", "the database cannot be reached")
        try:
            async with self._call:
                await connection.execute(
                    "select pg_notify($1, $2)",
                    WORKERS_CHANNEL,
                    payload,
                    timeout=_CALL_TIMEOUT.total_seconds(),
                )
        except UNREACHABLE as error:
            raise unavailable("STORE_UNAVAILABLE", "the database cannot be reached") from error

    async def _listen_for_ever(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with contextlib.AsyncExitStack() as stack:
                    lost = await self._connect(stack)
                    pause = _FIRST_PAUSE
                    await self._watch(lost)
            except (*UNREACHABLE, asyncpg.PostgresError) as error:
                _log.warning("change_source.disconnected", error=type(error).__name__)
            # With jitter, so that the replicas do not come back as one.
            await asyncio.sleep(pause.total_seconds() * random.uniform(0.5, 1.5))  # noqa: S311
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _connect(self, stack: contextlib.AsyncExitStack) -> asyncio.Event:
        connection = await asyncpg.connect(
            self._dsn,
            timeout=_CALL_TIMEOUT.total_seconds(),
            server_settings={"application_name": "footfall-listen"},
        )
        lost = asyncio.Event()
        stack.callback(connection.terminate)
        stack.callback(self._forget)
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(CHANGES_CHANNEL, self._receiver(_tenant_changed))
        await connection.add_listener(WORKERS_CHANNEL, self._receiver(_worker_connected))
        await connection.add_listener(CONTROL_CHANNEL, self._receiver(control_word))
        await connection.add_listener(REVOCATIONS_CHANNEL, self._receiver(lambda _: AccessRevoked()))
        self._connection = connection
        self._listening.set()
        # What was committed since the last connection broke was told to nobody.
        self._publish(SourceReset())
        return lost

    async def _watch(self, lost: asyncio.Event) -> None:
        """Returns when the connection is lost; asks the server now and then, for it may vanish silently."""
        while not lost.is_set():
            try:
                async with asyncio.timeout(_CHECK_EVERY.total_seconds()):
                    await lost.wait()
            except TimeoutError:
                if self._connection is None:
                    return
                async with self._call:
                    await self._connection.execute("select 1", timeout=_CALL_TIMEOUT.total_seconds())

    def _forget(self) -> None:
        self._connection = None

    def _receiver(self, parse: Callable[[str], Notification]) -> Callable[..., None]:
        def receive(_connection: object, _process_id: int, _channel: str, payload: str) -> None:
            try:
                notification = parse(payload)
            except ValueError:
                _log.warning("change_source.unreadable", length=len(payload))
                notification = SourceReset()
            self._publish(notification)

        return receive

    def _publish(self, notification: Notification) -> None:
        for reader in tuple(self._readers):
            reader.put(notification)


class NotificationReader:
    """One reader's queue; an async iterator that ends with `aclose`."""

    def __init__(self, readers: "WeakSet[NotificationReader]", backlog: int) -> None:
        self._queue: deque[Notification] = deque()
        self._backlog = backlog
        self._arrived = asyncio.Event()
        self._readers = readers
        self._closed = False
        readers.add(self)

    def put(self, notification: Notification) -> None:
        """Adds a notification; where there is no room left, all of them become one SourceReset."""
        if len(self._queue) >= self._backlog:
            self._queue.clear()
            notification = SourceReset()
        self._queue.append(notification)
        self._arrived.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notification:
        while not self._queue:
            if self._closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._queue.popleft()

    async def aclose(self) -> None:
        """Stops listening; whoever waits for the next notification is let go."""
        self._closed = True
        self._readers.discard(self)
        self._queue.clear()
        self._arrived.set()


def _tenant_changed(payload: str) -> TenantChanged:
    tenant, revision, topics = payload.split(":")
    return TenantChanged(UUID(tenant), int(revision), frozenset(Topic(topic) for topic in topics.split(",")))


def _worker_connected(payload: str) -> WorkerConnected:
    tenant, worker, session = payload.split(":")
    return WorkerConnected(UUID(tenant), UUID(worker), UUID(session))
