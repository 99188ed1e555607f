"""Visitors that nobody has, and two ways to send them: one call per event, and a worker's stream."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc.aio
import numpy as np
from footfall.v1 import face_event_pb2, ingest_service_pb2, ingest_service_pb2_grpc
from footfall_server.domain.identifiers import new_id
from google.protobuf.timestamp_pb2 import Timestamp

Stream = Any
"""A call of IngestService.Connect; grpc.aio does not name its type at run time."""

DIMENSION = 512
MODEL_ID = "fr-mobilefacenet-512"
STRANGERS = 0.1
SIGHTING_COSINE = 0.75
RESENT = 0.05
"""The share of events that are sent a second time, as after a lost acknowledgement."""
ACK_PATIENCE = 30.0


class Visitors:
    """Events of single-frame tracks: one in ten is of somebody new, the rest of somebody seen before.

    No two events are of the same moment, so nobody is before a camera twice at once.
    """

    def __init__(self, *, seed: int, begin: datetime) -> None:
        self._dice = np.random.default_rng(seed)
        self._people: list[np.ndarray] = []
        self._moment = begin
        self.made = 0

    @property
    def people(self) -> int:
        return len(self._people)

    def events(self, camera_ids: list[str], count: int) -> Iterator[face_event_pb2.FaceEvent]:
        for number in range(count):
            self.made += 1
            yield self._event(camera_ids[number % len(camera_ids)])

    def _event(self, camera_id: str) -> face_event_pb2.FaceEvent:
        self._moment += timedelta(milliseconds=2)
        seen = Timestamp()
        seen.FromDatetime(self._moment)
        return face_event_pb2.FaceEvent(
            event_id=str(new_id()),
            track_id=str(new_id()),
            camera_id=camera_id,
            first_seen_time=seen,
            last_seen_time=seen,
            final=True,
            embedding=face_event_pb2.Embedding(model_id=MODEL_ID, vector=self._face().tobytes()),
            detection_score=0.9,
            quality=face_event_pb2.FaceQuality(
                score=0.8, size=0.9, pose=0.8, sharpness=0.9, exposure=0.9, inter_ocular_px=60
            ),
            shot_count=5,
        )

    def _face(self) -> np.ndarray:
        if not self._people or self._dice.random() < STRANGERS:
            self._people.append(_unit(self._dice.standard_normal(DIMENSION)))
            return self._people[-1].astype("<f4")
        face = self._people[int(self._dice.integers(len(self._people)))]
        noise = self._dice.standard_normal(DIMENSION)
        across = _unit(noise - np.dot(noise, face) * face)
        shot = SIGHTING_COSINE * face + np.sqrt(1 - SIGHTING_COSINE**2) * across
        return _unit(shot).astype("<f4")


def _unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector))


@dataclass
class Tally:
    """What a phase measured.

    Latency is until the answer that an event is committed: in a closed loop since it was sent, in an open
    one since it was due, so that an event which had to wait for its turn is not flattered.
    """

    sent: int = 0
    committed: int = 0
    rejected: int = 0
    latencies: list[float] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0

    @property
    def rate(self) -> float:
        """Committed events per second."""
        return self.committed / max(self.ended - self.began, 1e-9)

    def percentiles(self) -> dict[str, float | None]:
        """p50_ms, p95_ms and p99_ms; None without any event."""
        wanted = (50, 95, 99)
        if not self.latencies:
            return {f"p{each}_ms": None for each in wanted}
        found = np.percentile(self.latencies, wanted)
        return {f"p{each}_ms": round(1000 * float(at), 1) for each, at in zip(wanted, found, strict=True)}


def poisson(rate: float, begin: float, seed: int) -> Iterator[float]:
    """When events are due that come by themselves, `rate` a second: times of the monotonic clock."""
    dice = np.random.default_rng(seed)
    while True:
        begin += float(dice.exponential(1 / rate))
        yield begin


@dataclass(frozen=True)
class Sender:
    """One channel to a core, signed in as a worker."""

    stub: "ingest_service_pb2_grpc.IngestServiceAsyncStub"
    metadata: tuple[tuple[str, str], ...]
    deadline: float

    async def record_faces(self, events: "Iterator[face_event_pb2.FaceEvent]", tally: Tally) -> None:
        """Closed loop: one RecordFace after the other, until there are no events or the time is over."""
        for number, event in enumerate(events):
            if time.monotonic() > self.deadline:
                return
            await self._record_face(event, tally, since=time.monotonic(), again=_is_resent(number))

    async def record_faces_due(
        self, events: "Iterator[face_event_pb2.FaceEvent]", tally: Tally, due: Iterator[float]
    ) -> None:
        """Open loop: calls RecordFace whenever an event is due, whatever became of those before."""
        async with asyncio.TaskGroup() as calls:
            for number, (event, at) in enumerate(zip(events, due, strict=False)):
                if at > self.deadline:
                    return
                await asyncio.sleep(max(0.0, at - time.monotonic()))
                calls.create_task(self._record_face(event, tally, since=at, again=_is_resent(number)))

    async def _record_face(
        self, event: face_event_pb2.FaceEvent, tally: Tally, *, since: float, again: bool
    ) -> None:
        request = ingest_service_pb2.RecordFaceRequest(event=event)
        tally.sent += 1
        await self.stub.RecordFace(request, metadata=self.metadata, timeout=ACK_PATIENCE)
        tally.latencies.append(time.monotonic() - since)
        tally.committed += 1
        if again:
            second = await self.stub.RecordFace(request, metadata=self.metadata, timeout=ACK_PATIENCE)
            if not second.duplicate:
                raise RuntimeError("an event that was sent again was recorded again")

    async def connect(
        self,
        events: "Iterator[face_event_pb2.FaceEvent]",
        tally: Tally,
        *,
        window: int,
        due: Iterator[float] | None = None,
    ) -> None:
        """Sends events over one stream with at most `window` unacknowledged, and some of them twice.

        With `due` each one when it is due, else as fast as the acknowledgements let it.
        """
        stream: Stream = self.stub.Connect(metadata=self.metadata)
        await stream.write(
            ingest_service_pb2.ConnectRequest(
                hello=ingest_service_pb2.Hello(
                    worker_id=str(new_id()), spool_id=str(new_id()), model_id=MODEL_ID, display_name="bench"
                )
            )
        )
        welcome = (await stream.read()).welcome
        link = _Link(tally, asyncio.Semaphore(min(window, welcome.max_in_flight)))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(link.read(stream))
            sequence = 0
            for number, event in enumerate(events):
                at = next(due) if due is not None else None
                if (at or time.monotonic()) > self.deadline:
                    break
                if at is not None:
                    await asyncio.sleep(max(0.0, at - time.monotonic()))
                for copy in range(2 if _is_resent(number) else 1):
                    sequence += 1
                    await link.send(stream, sequence, event, is_new=copy == 0, since=at)
            async with asyncio.timeout(ACK_PATIENCE):
                await link.everything_acknowledged()
            await stream.done_writing()


@dataclass
class _Link:
    tally: Tally
    credit: asyncio.Semaphore
    waiting: deque[tuple[int, float, bool]] = field(default_factory=deque)
    quiet: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(
        self,
        stream: Stream,
        sequence: int,
        event: face_event_pb2.FaceEvent,
        *,
        is_new: bool,
        since: float | None,
    ) -> None:
        await self.credit.acquire()
        self.quiet.clear()
        self.waiting.append((sequence, since or time.monotonic(), is_new))
        self.tally.sent += is_new
        sequenced = ingest_service_pb2.SequencedFaceEvent(sequence=sequence, event=event)
        await stream.write(ingest_service_pb2.ConnectRequest(face_event=sequenced))

    async def read(
        self,
        stream: Stream,
    ) -> None:
        while (answer := await stream.read()) is not grpc.aio.EOF:
            if answer.WhichOneof("message") != "ack":
                continue
            self.tally.rejected += len(answer.ack.rejections)
            now = time.monotonic()
            while self.waiting and self.waiting[0][0] <= answer.ack.acked_through:
                _, sent, is_new = self.waiting.popleft()
                self.credit.release()
                if is_new:
                    self.tally.latencies.append(now - sent)
                    self.tally.committed += 1
            if not self.waiting:
                self.quiet.set()

    async def everything_acknowledged(self) -> None:
        if self.waiting:
            await self.quiet.wait()


def _is_resent(number: int) -> bool:
    return number % round(1 / RESENT) == 0


def some_minutes_ago() -> datetime:
    """Where capture times begin: recent enough to be believed, and never in the future."""
    return datetime.now(UTC) - timedelta(minutes=30)
