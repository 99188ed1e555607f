"""The events of one link: handed on as they come, and acknowledged cumulatively after their commit."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from footfall.v1 import ingest_service_pb2

from footfall_server.domain.face_event import FaceEvent
from footfall_server.domain.identity import Principal
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError, invalid_fields
from footfall_server.rpc.convert_faces import from_face_event
from footfall_server.rpc.convert_links import to_ack, to_rejection
from footfall_server.rpc.message_rules import MessageRules
from footfall_server.services.backoff import Backoff
from footfall_server.services.batching import Lane, MicroBatcher, Result
from footfall_server.services.submission import SpoolPlace
from footfall_server.services.workers import WorkerService

Say = Callable[[ingest_service_pb2.ConnectResponse], Awaitable[None]]
Reserve = Callable[[Principal], timedelta]

MAX_SEQUENCE = 2**63 - 1
"""What a signed 64-bit column holds."""

TRANSIENT = frozenset({ErrorKind.UNAVAILABLE, ErrorKind.ABORTED})

log = structlog.get_logger()


@dataclass(slots=True)
class _Arrived:
    """An event on its way: either sound, or refused already."""

    sequence: int
    event_id: str
    event: FaceEvent | None = field(default=None, repr=False)
    refusal: FootfallError | None = None


@dataclass(frozen=True, slots=True)
class _Submitted:
    """An event that its lane has; one that was refused already has no outcome to wait for."""

    arrived: _Arrived
    outcome: "asyncio.Future[Result] | None"

    @property
    def is_settled(self) -> bool:
        return self.outcome is None or self.outcome.done()

    async def result(self) -> Result | None:
        """What became of it, or its refusal. Raises what kept it from being recorded."""
        return self.arrived.refusal if self.outcome is None else await self.outcome


@dataclass(slots=True)
class _Attempt:
    """One lane, and what was submitted to it and not looked after yet, in order."""

    lane: Lane
    submitted: deque[_Submitted] = field(default_factory=deque)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    complete: bool = False
    """Nothing more is submitted to it."""

    async def submit(self, arrived: _Arrived) -> None:
        outcome = None if arrived.event is None else await self.lane.submit(arrived.sequence, arrived.event)
        self.submitted.append(_Submitted(arrived, outcome))
        self.stirred.set()

    async def has_next(self) -> bool:
        """Waits for the next one; False when none comes any more."""
        while not self.submitted and not self.complete:
            self.stirred.clear()
            await self.stirred.wait()
        return bool(self.submitted)


class EventIntake:
    """Takes the events of one link.

    Each is handed to a lane as it comes, so those that arrive during one commit are in the next. When one
    cannot be recorded now, all from the last acknowledged on are handed to a new lane, with growing delays;
    meanwhile nothing is acknowledged. `put` makes the sender wait while `max_in_flight` events are not
    acknowledged.

    `reserve` takes an event from the sender's share and says how long to wait before it is handed on. Reading
    goes on meanwhile, so that heartbeats are answered: what slows the sender down is that acknowledgements
    come later, since it may have no more than `max_in_flight` events without one.
    """

    def __init__(
        self,
        *,
        principal: Principal,
        worker_id: UUID,
        spool_id: UUID,
        batcher: MicroBatcher,
        workers: WorkerService,
        rules: MessageRules,
        say: Say,
        max_in_flight: int,
        reserve: Reserve,
    ) -> None:
        self._principal = principal
        self._worker_id = worker_id
        self._spool_id = spool_id
        self._batcher = batcher
        self._workers = workers
        self._rules = rules
        self._say = say
        self._reserve = reserve
        self._room = asyncio.Semaphore(max_in_flight)
        self._arrived: asyncio.Queue[_Arrived | None] = asyncio.Queue()
        self._unacknowledged: deque[_Arrived] = deque()
        self._ended = False
        self._last_sequence = 0
        self._giving_up = asyncio.Event()
        self._backoff = Backoff(first=timedelta(milliseconds=250), limit=timedelta(seconds=10))

    async def put(self, message: ingest_service_pb2.SequencedFaceEvent) -> None:
        """Takes the next event. Raises PROTOCOL_VIOLATION when the sequence does not grow."""
        if message.sequence > MAX_SEQUENCE:
            raise invalid_fields(
                [FieldViolation("face_event.sequence", f"must be at most {MAX_SEQUENCE}", "sequence.max")]
            )
        if message.sequence <= self._last_sequence:
            raise FootfallError(
                ErrorKind.INVALID_ARGUMENT,
                "PROTOCOL_VIOLATION",
                f"face_event.sequence must grow, and {message.sequence} came after {self._last_sequence}",
            )
        self._last_sequence = message.sequence
        await self._room.acquire()
        self._arrived.put_nowait(self._read(message))

    async def end(self) -> None:
        """No event comes any more: `run` returns when those that came are done with."""
        self._arrived.put_nowait(None)

    def give_up_retrying(self) -> None:
        """From now on what cannot be recorded at once is left for the worker to send again elsewhere."""
        self._giving_up.set()

    async def run(self) -> None:
        """Records and acknowledges until `end`. Raises what keeps events from being recorded for good."""
        while True:
            try:
                await self._record_all()
            except FootfallError as error:
                if error.kind not in TRANSIENT or self._giving_up.is_set():
                    raise
                delay = self._backoff.failed()
                log.warning(
                    "events_wait",
                    reason=error.reason,
                    events=len(self._unacknowledged),
                    seconds=delay.total_seconds(),
                )
                await self._pause(delay)
            else:
                return

    def _read(self, message: ingest_service_pb2.SequencedFaceEvent) -> _Arrived:
        """Checks an event by the rules of the proto and converts it."""
        arrived = _Arrived(message.sequence, message.event.event_id)
        try:
            if violations := self._rules.violations(message.event):
                raise invalid_fields(violations)
            arrived.event = from_face_event(message.event)
        except FootfallError as refusal:
            arrived.refusal = refusal
        return arrived

    async def _record_all(self) -> None:
        """Until `end`, or until something fails: a lane takes nothing after its first failure."""
        attempt = _Attempt(
            self._batcher.lane(self._principal, worker_id=self._worker_id, spool_id=self._spool_id)
        )
        submitting = asyncio.create_task(self._submit_to(attempt))
        try:
            await self._settle(attempt)
            await submitting
        finally:
            submitting.cancel()
            await asyncio.gather(submitting, return_exceptions=True)

    async def _submit_to(self, attempt: _Attempt) -> None:
        """Hands over what an earlier lane left, then what comes."""
        try:
            for arrived in tuple(self._unacknowledged):
                await attempt.submit(arrived)
            while not self._ended:
                new = await self._arrived.get()
                if new is None:
                    self._ended = True
                else:
                    # First of all, so that it is not lost when the lane breaks while it waits.
                    self._unacknowledged.append(new)
                    await self._keep_pace()
                    await attempt.submit(new)
        finally:
            attempt.complete = True
            attempt.stirred.set()

    async def _keep_pace(self) -> None:
        """Waits until the sender's share has room for one more event. Not once the link is to end soon."""
        if self._giving_up.is_set():
            return
        if delay := self._reserve(self._principal):
            await self._pause(delay)

    async def _settle(self, attempt: _Attempt) -> None:
        """Waits for the outcomes in their order, and acknowledges those that came together with one word."""
        done: list[_Submitted] = []
        rejections: list[ingest_service_pb2.EventRejection] = []
        while await attempt.has_next():
            current = attempt.submitted.popleft()
            try:
                result = await current.result()
            except Exception:
                if done and done[-1].outcome is not None:
                    await self._acknowledge(done, rejections)
                raise
            done.append(current)
            if isinstance(result, FootfallError):
                rejections.append(to_rejection(current.arrived.sequence, current.arrived.event_id, result))
                log.info("event_rejected", sequence=current.arrived.sequence, reason=result.reason)
            # The commit of an event carries along the places of the refused ones before it.
            carried = current.outcome is not None
            if attempt.submitted and (attempt.submitted[0].is_settled or not carried):
                continue
            if not carried:
                place = SpoolPlace(self._worker_id, self._spool_id, current.arrived.sequence)
                await self._workers.skip(self._principal, place)
            await self._acknowledge(done, rejections)
            done, rejections = [], []

    async def _acknowledge(
        self, done: list[_Submitted], rejections: list[ingest_service_pb2.EventRejection]
    ) -> None:
        for _ in done:
            self._unacknowledged.popleft()
        await self._say(to_ack(done[-1].arrived.sequence, rejections))
        self._backoff.succeeded()
        for _ in done:
            self._room.release()

    async def _pause(self, delay: timedelta) -> None:
        try:
            async with asyncio.timeout(delay.total_seconds()):
                await self._giving_up.wait()
        except TimeoutError:
            return
