"""Batches: gathered, bounded, fair, and nobody suffers for another's fault."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fakes.manual_clock import START
from fakes.polling import until
from fakes.synthetic_faces import face_event, person
from footfall_server.domain.face_event import FaceEvent, FaceOutcome, Recorded
from footfall_server.domain.identity import Principal, Role
from footfall_server.errors import ErrorKind, FootfallError, not_found, unavailable
from footfall_server.services.batching import BatchLimits, MicroBatcher, Result
from footfall_server.services.submission import Submission

FACE = person(1)
PATIENT = BatchLimits(pace=timedelta(seconds=60))
HASTY = BatchLimits(pace=timedelta(0))


@dataclass
class ScriptedRecorder:
    """Records what it is given. `open` holds batches back; events in `poison` raise, in `bad` are refused."""

    batches: list[list[UUID]] = field(default_factory=list)
    tenants: list[UUID] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    poison: set[UUID] = field(default_factory=set)
    bad: set[UUID] = field(default_factory=set)
    away: bool = False
    in_flight: list[UUID] = field(default_factory=list)

    async def record_each(self, tenant_id: UUID, submissions: Sequence[Submission]) -> Sequence[Result]:
        assert tenant_id not in self.in_flight, "one batch in flight per tenant"
        self.in_flight.append(tenant_id)
        try:
            await self.open.wait()
            return self._record(tenant_id, [each.event for each in submissions])
        finally:
            self.in_flight.remove(tenant_id)

    def _record(self, tenant_id: UUID, events: Sequence[FaceEvent]) -> Sequence[Result]:
        if self.away:
            raise unavailable("STORE_UNAVAILABLE", "away")
        if any(event.event_id in self.poison for event in events):
            raise RuntimeError("a fault of the core")
        self.batches.append([event.event_id for event in events])
        self.tenants.append(tenant_id)
        return [
            not_found("camera", event.camera_id)
            if event.event_id in self.bad
            else Recorded(event.event_id, uuid4(), FaceOutcome.NEW, uuid4(), uuid4(), None)
            for event in events
        ]


def principal(tenant_id: UUID) -> Principal:
    return Principal(uuid4(), Role.WORKER, tenant_id, START)


def events(count: int) -> list[FaceEvent]:
    return [face_event(UUID(int=1), FACE) for _ in range(count)]


@pytest.fixture
def recorder() -> ScriptedRecorder:
    recorder = ScriptedRecorder()
    recorder.open.set()
    return recorder


async def test_what_arrives_together_is_one_batch(recorder: ScriptedRecorder) -> None:
    caller = principal(uuid4())
    limits = replace(PATIENT, max_events=8)
    async with MicroBatcher(recorder=recorder, limits=limits) as batcher:
        outcomes = await asyncio.gather(*(batcher.record(caller, event) for event in events(16)))
    assert [len(batch) for batch in recorder.batches] == [8, 8]
    assert [outcome.event_id for outcome in outcomes] == [
        each for batch in recorder.batches for each in batch
    ]


async def test_an_event_after_a_quiet_moment_does_not_wait_for_others(recorder: ScriptedRecorder) -> None:
    async with MicroBatcher(recorder=recorder, limits=PATIENT) as batcher:
        await batcher.record(principal(uuid4()), events(1)[0])
    assert [len(batch) for batch in recorder.batches] == [1]


async def test_what_follows_a_batch_closely_goes_together(recorder: ScriptedRecorder) -> None:
    caller = principal(uuid4())
    async with MicroBatcher(recorder=recorder, limits=PATIENT) as batcher:
        lane = batcher.lane(caller, worker_id=uuid4(), spool_id=uuid4())
        await (await lane.submit(1, events(1)[0]))
        waiting = [await lane.submit(number, event) for number, event in enumerate(events(3), start=2)]
    assert [isinstance(await each, Recorded) for each in waiting] == [True] * 3
    assert [len(batch) for batch in recorder.batches] == [1, 3]


async def test_a_full_batch_does_not_wait_for_its_time(recorder: ScriptedRecorder) -> None:
    caller = principal(uuid4())
    async with MicroBatcher(recorder=recorder, limits=replace(PATIENT, max_events=4)) as batcher:
        await batcher.record(caller, events(1)[0])
        await asyncio.gather(*(batcher.record(caller, event) for event in events(4)))
        assert [len(batch) for batch in recorder.batches] == [1, 4]


async def test_what_arrives_while_a_batch_is_in_flight_goes_together(recorder: ScriptedRecorder) -> None:
    recorder.open.clear()
    caller = principal(uuid4())
    async with MicroBatcher(recorder=recorder, limits=HASTY) as batcher:
        first = asyncio.create_task(batcher.record(caller, events(1)[0]))
        await until(lambda: bool(recorder.in_flight))
        rest = [asyncio.create_task(batcher.record(caller, event)) for event in events(5)]
        await asyncio.sleep(0)
        recorder.open.set()
        await asyncio.gather(first, *rest)
    assert [len(batch) for batch in recorder.batches] == [1, 5]


async def test_leaving_records_what_still_waits_and_takes_nothing_more(recorder: ScriptedRecorder) -> None:
    caller = principal(uuid4())
    async with MicroBatcher(recorder=recorder, limits=PATIENT) as batcher:
        lane = batcher.lane(caller, worker_id=uuid4(), spool_id=uuid4())
        waiting = await lane.submit(1, events(1)[0])
    assert isinstance(await waiting, Recorded)
    with pytest.raises(FootfallError) as caught:
        await batcher.record(caller, events(1)[0])
    assert caught.value.kind is ErrorKind.UNAVAILABLE


async def test_tenants_take_turns(recorder: ScriptedRecorder) -> None:
    busy, quiet = uuid4(), uuid4()
    limits = BatchLimits(max_events=2, pace=timedelta(0), max_concurrent=1)
    recorder.open.clear()
    async with MicroBatcher(recorder=recorder, limits=limits) as batcher:
        tasks = [asyncio.create_task(batcher.record(principal(busy), event)) for event in events(10)]
        await until(lambda: busy in recorder.in_flight)
        tasks.append(asyncio.create_task(batcher.record(principal(quiet), events(1)[0])))
        await asyncio.sleep(0)
        recorder.open.set()
        await asyncio.gather(*tasks)
    assert recorder.tenants.index(quiet) <= 1, "the quiet tenant's turn comes after one batch of the busy one"


async def test_a_full_queue_makes_senders_wait(recorder: ScriptedRecorder) -> None:
    recorder.open.clear()
    limits = BatchLimits(max_events=1, pace=timedelta(0), max_waiting=2)
    caller = principal(uuid4())
    async with MicroBatcher(recorder=recorder, limits=limits) as batcher:
        lane = batcher.lane(caller, worker_id=uuid4(), spool_id=uuid4())
        some = events(4)
        first = await lane.submit(1, some[0])
        await until(lambda: bool(recorder.in_flight))
        await lane.submit(2, some[1])
        await lane.submit(3, some[2])
        fourth = asyncio.create_task(lane.submit(4, some[3]))
        await asyncio.sleep(0)
        assert not fourth.done()
        recorder.open.set()
        assert isinstance(await (await fourth), Recorded)
        assert first.done()


async def test_a_refusal_is_its_events_own(recorder: ScriptedRecorder) -> None:
    some = events(3)
    recorder.bad.add(some[1].event_id)
    caller = principal(uuid4())
    async with MicroBatcher(recorder=recorder, limits=replace(PATIENT, max_events=3)) as batcher:
        results = await asyncio.gather(
            *(batcher.record(caller, event) for event in some), return_exceptions=True
        )
    assert isinstance(results[0], Recorded)
    assert isinstance(results[1], FootfallError)
    assert isinstance(results[2], Recorded)


async def test_a_poisonous_event_does_not_hurt_the_others(recorder: ScriptedRecorder) -> None:
    some = events(4)
    recorder.poison.add(some[1].event_id)
    caller = principal(uuid4())
    async with MicroBatcher(recorder=recorder, limits=replace(PATIENT, max_events=4)) as batcher:
        results = await asyncio.gather(
            *(batcher.record(caller, event) for event in some), return_exceptions=True
        )
    assert [type(result) for result in results] == [Recorded, RuntimeError, Recorded, Recorded]


async def test_after_a_failure_nothing_later_of_the_lane_is_recorded(recorder: ScriptedRecorder) -> None:
    """Else the cumulative acknowledgement would skip what failed, and it would be lost."""
    recorder.open.clear()
    recorder.away = True
    caller = principal(uuid4())
    limits = BatchLimits(max_events=2, pace=timedelta(0))
    async with MicroBatcher(recorder=recorder, limits=limits) as batcher:
        lane = batcher.lane(caller, worker_id=uuid4(), spool_id=uuid4())
        futures = [await lane.submit(number, event) for number, event in enumerate(events(5), start=1)]
        bystander = asyncio.create_task(batcher.record(caller, events(1)[0]))
        recorder.open.set()
        with pytest.raises(FootfallError):
            await futures[0]
        recorder.away = False
        for future in futures[1:]:
            with pytest.raises(FootfallError):
                await future
        late = await lane.submit(6, events(1)[0])
        with pytest.raises(FootfallError):
            await late
        assert isinstance(await bystander, Recorded), "other callers go on"
    assert sum(len(batch) for batch in recorder.batches) == 1


async def test_callers_that_went_away_do_not_disturb(recorder: ScriptedRecorder) -> None:
    recorder.open.clear()
    caller = principal(uuid4())
    async with MicroBatcher(recorder=recorder, limits=HASTY) as batcher:
        gone = asyncio.create_task(batcher.record(caller, events(1)[0]))
        await until(lambda: bool(recorder.in_flight))
        gone.cancel()
        recorder.open.set()
        await batcher.record(caller, events(1)[0])
    assert len(recorder.batches) == 2
