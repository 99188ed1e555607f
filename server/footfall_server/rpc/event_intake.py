"""The events of one link: read in order, recorded in batches, acknowledged cumulatively after the commit."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from footfall.v1 import ingest_service_pb2

from footfall_server.domain.face_event import FaceEvent, Recorded
from footfall_server.domain.identity import Principal
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError, invalid_fields
from footfall_server.rpc.convert_faces import from_face_event
from footfall_server.rpc.convert_links import to_ack, to_rejection
from footfall_server.rpc.message_rules import MessageRules
from footfall_server.services.backoff import Backoff
from footfall_server.services.batching import MicroBatcher
from footfall_server.services.submission import SpoolPlace
from footfall_server.services.workers import WorkerService

Say = Callable[[ingest_service_pb2.ConnectResponse], Awaitable[None]]

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


class EventIntake:
    """Takes the events of one link.

    Everything that has arrived by the time the last lot was committed is the next lot. One that cannot be
    recorded now is tried again with growing delays; meanwhile nothing is acknowledged, and `put` makes the
    sender wait once `max_in_flight` events are on their way.
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
    ) -> None:
        self._principal = principal
        self._worker_id = worker_id
        self._spool_id = spool_id
        self._batcher = batcher
        self._workers = workers
        self._rules = rules
        self._say = say
        self._max_in_flight = max_in_flight
        self._arrived: asyncio.Queue[ingest_service_pb2.SequencedFaceEvent | None] = asyncio.Queue(
            max_in_flight
        )
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
        await self._arrived.put(message)

    async def end(self) -> None:
        """No event comes any more: `run` returns when those that came are done with."""
        await self._arrived.put(None)

    def give_up_retrying(self) -> None:
        """From now on what cannot be recorded at once is left for the worker to send again elsewhere."""
        self._giving_up.set()

    async def run(self) -> None:
        """Records and acknowledges until `end`. Raises what keeps events from being recorded for good."""
        while lot := await self._next_lot():
            rejections = await self._record(lot)
            await self._say(to_ack(lot[-1].sequence, rejections))

    async def _next_lot(self) -> list[_Arrived]:
        """What has arrived, at least one; nothing when the end has."""
        lot: list[_Arrived] = []
        while not lot or (not self._arrived.empty() and len(lot) < self._max_in_flight):
            message = await self._arrived.get()
            if message is None:
                if lot:
                    self._arrived.put_nowait(None)
                break
            lot.append(self._read(message))
        return lot

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

    async def _record(self, lot: Sequence[_Arrived]) -> list[ingest_service_pb2.EventRejection]:
        rest = list(lot)
        rejections: list[ingest_service_pb2.EventRejection] = []
        while rest:
            try:
                await self._record_some(rest, rejections)
            except FootfallError as error:
                if error.kind not in TRANSIENT or self._giving_up.is_set():
                    raise
                delay = self._backoff.failed()
                log.warning(
                    "events_wait", reason=error.reason, events=len(rest), seconds=delay.total_seconds()
                )
                await self._pause(delay)
            else:
                self._backoff.succeeded()
        return rejections

    async def _record_some(
        self, rest: list[_Arrived], rejections: list[ingest_service_pb2.EventRejection]
    ) -> None:
        """Records the events in `rest` in their order, and takes out of it those that are done with."""
        lane = self._batcher.lane(self._principal, worker_id=self._worker_id, spool_id=self._spool_id)
        waiting = [
            None if each.event is None else await lane.submit(each.sequence, each.event) for each in rest
        ]
        for outcome in waiting:
            first = rest[0]
            result: Recorded | FootfallError | None = first.refusal if outcome is None else await outcome
            if isinstance(result, FootfallError):
                log.info("event_rejected", sequence=first.sequence, reason=result.reason)
                rejections.append(to_rejection(first.sequence, first.event_id, result))
            if outcome is None and len(rest) == 1:
                # Nothing after it is committed that would carry its place along.
                await self._workers.skip(
                    self._principal, SpoolPlace(self._worker_id, self._spool_id, first.sequence)
                )
            rest.pop(0)

    async def _pause(self, delay: timedelta) -> None:
        try:
            async with asyncio.timeout(delay.total_seconds()):
                await self._giving_up.wait()
        except TimeoutError:
            return
