"""Gathers events of many calls and streams into batches: one search and one transaction for all of them."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

import structlog

from footfall_server.domain.face_event import FaceEvent, Recorded
from footfall_server.domain.identity import Principal
from footfall_server.errors import ErrorKind, FootfallError, unavailable
from footfall_server.services.scope import tenant_of
from footfall_server.services.submission import SpoolPlace, Submission

Result = Recorded | FootfallError

_WHOLE_BATCH_FAILURES = frozenset({ErrorKind.UNAVAILABLE, ErrorKind.ABORTED})

_log = structlog.get_logger()


class Recorder(Protocol):
    """What records a batch; FaceIngest does."""

    async def record_each(self, tenant_id: UUID, submissions: Sequence[Submission]) -> Sequence[Result]: ...


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How large and how patient batches are.

    `max_events` in one batch; `pace` from the beginning of one batch of a tenant to that of the next, unless
    that is full: what arrives meanwhile goes together, and an event after a quiet moment goes at once.
    `max_waiting` events of one tenant before senders have to wait; `max_concurrent` batches at once, of
    different tenants.
    """

    max_events: int = 64
    pace: timedelta = timedelta(milliseconds=20)
    max_waiting: int = 1024
    max_concurrent: int = 4


class Lane:
    """The events of one stream, in the order of its spool.

    An acknowledgement is cumulative, so once an event could not be recorded none after it is: the lane is
    broken for good, and the stream is to be closed. The worker dials again and resumes.
    """

    def __init__(
        self, batcher: "MicroBatcher", principal: Principal, worker_id: UUID, spool_id: UUID
    ) -> None:
        self._batcher = batcher
        self._principal = principal
        self._worker_id = worker_id
        self._spool_id = spool_id
        self.broken: Exception | None = None

    async def submit(self, sequence: int, event: FaceEvent) -> "asyncio.Future[Result]":
        """Queues an event and waits while the queue is full.

        The future gives what became of it, or a refusal, once that is committed. It raises when the event
        was not recorded and may be later. One at a time per lane.
        """
        place = SpoolPlace(self._worker_id, self._spool_id, sequence)
        return await self._batcher.enqueue(Submission(self._principal, event, place), self)


@dataclass(eq=False, slots=True)
class _Item:
    submission: Submission
    lane: Lane | None
    done: "asyncio.Future[Result]"

    def resolve(self, result: Result) -> None:
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: Exception) -> None:
        if self.lane is not None and self.lane.broken is None:
            self.lane.broken = error
        if not self.done.done():
            self.done.set_exception(error)
            self.done.exception()  # a caller that went away does not come for it


@dataclass(eq=False, slots=True)
class _Queue:
    space: asyncio.Semaphore
    items: deque[_Item] = field(default_factory=deque)
    senders: int = 0
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    not_before: float = -inf
    """When the next batch may begin, on the loop's clock."""


class MicroBatcher:
    """One batch in flight per tenant; tenants take turns. Leaving its context records what still waits."""

    def __init__(self, *, recorder: Recorder, limits: BatchLimits) -> None:
        self._recorder = recorder
        self._limits = limits
        self._pace = limits.pace.total_seconds()
        self._turns = asyncio.Semaphore(limits.max_concurrent)
        self._queues: dict[UUID, _Queue] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        for queue in self._queues.values():
            queue.stirred.set()
        await asyncio.gather(*self._tasks)

    async def record(self, principal: Principal, event: FaceEvent) -> Recorded:
        """Records one event together with whatever else arrives just now.

        Raises the refusal of the event, or UNAVAILABLE when it could not be recorded now.
        """
        result = await (await self.enqueue(Submission(principal, event), None))
        if isinstance(result, FootfallError):
            raise result
        return result

    def lane(self, principal: Principal, *, worker_id: UUID, spool_id: UUID) -> Lane:
        """The way for the events of one stream."""
        return Lane(self, principal, worker_id, spool_id)

    async def enqueue(self, submission: Submission, lane: Lane | None) -> "asyncio.Future[Result]":
        """Queues an event of a call, or of a lane. Raises when nothing is taken any more."""
        tenant_id = tenant_of(submission.principal)
        queue = self._queue(tenant_id)
        queue.senders += 1
        try:
            await queue.space.acquire()
        finally:
            queue.senders -= 1
            queue.stirred.set()
        item = _Item(submission, lane, asyncio.get_running_loop().create_future())
        if self._closing:
            queue.space.release()
            item.fail(unavailable("DRAINING", "this replica is going down; try again"))
        else:
            queue.items.append(item)
        return item.done

    def _queue(self, tenant_id: UUID) -> _Queue:
        queue = self._queues.get(tenant_id)
        if queue is None:
            queue = self._queues[tenant_id] = _Queue(asyncio.Semaphore(self._limits.max_waiting))
            task = asyncio.create_task(self._serve(tenant_id, queue), name=f"batches-{tenant_id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return queue

    async def _serve(self, tenant_id: UUID, queue: _Queue) -> None:
        """Runs as long as there is something to do for a tenant, and until another batch might begin."""
        try:
            while await self._gather(queue):
                async with self._turns:
                    batch = self._take(queue)
                    if batch:
                        queue.not_before = asyncio.get_running_loop().time() + self._pace
                        await self._record(tenant_id, batch)
        finally:
            del self._queues[tenant_id]
            for item in queue.items:
                item.fail(unavailable("DRAINING", "this replica went down; try again"))

    async def _gather(self, queue: _Queue) -> bool:
        """Waits until a batch is worth recording: full, or its time has come. False when none will come."""
        loop = asyncio.get_running_loop()
        while not self._closing and len(queue.items) < self._limits.max_events:
            wait: float | None = max(0.0, queue.not_before - loop.time())
            if not wait:
                if queue.items or not queue.senders:
                    break
                wait = None
            queue.stirred.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await queue.stirred.wait()
        return bool(queue.items or queue.senders)

    def _take(self, queue: _Queue) -> list[_Item]:
        batch: list[_Item] = []
        while queue.items and len(batch) < self._limits.max_events:
            item = queue.items.popleft()
            queue.space.release()
            if item.lane is not None and item.lane.broken is not None:
                item.fail(item.lane.broken)
            else:
                batch.append(item)
        return batch

    async def _record(self, tenant_id: UUID, batch: Sequence[_Item]) -> None:
        try:
            results = await self._recorder.record_each(tenant_id, [item.submission for item in batch])
        except FootfallError as error:
            if error.kind in _WHOLE_BATCH_FAILURES or len(batch) == 1:
                for item in batch:
                    item.fail(error)
            else:
                await self._record_singly(tenant_id, batch)
        except Exception as error:  # noqa: BLE001 - what one member caused must not fall upon the others
            _log.exception("batch_failed", tenant_id=str(tenant_id), events=len(batch))
            if len(batch) == 1:
                batch[0].fail(error)
            else:
                await self._record_singly(tenant_id, batch)
        except BaseException:
            for item in batch:
                item.fail(unavailable("DRAINING", "this replica is going down; try again"))
            raise
        else:
            for item, result in zip(batch, results, strict=True):
                item.resolve(result)

    async def _record_singly(self, tenant_id: UUID, batch: Sequence[_Item]) -> None:
        for item in batch:
            if item.lane is not None and item.lane.broken is not None:
                item.fail(item.lane.broken)
            else:
                await self._record(tenant_id, [item])
