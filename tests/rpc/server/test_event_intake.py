"""How the events of one link go to their lane, and what is said of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fakes.manual_clock import START
from fakes.model_parts import models_of
from fakes.polling import until
from fakes.shop import DIMENSION, MODEL_ID, Shop
from fakes.wire_events import face_event
from footfall.v1 import face_event_pb2, ingest_service_pb2
from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.domain.identity import Principal, Role
from footfall_server.errors import FootfallError, not_found, unavailable
from footfall_server.rpc.event_intake import EventIntake, Reserve
from footfall_server.rpc.message_rules import MessageRules
from footfall_server.services.batching import BatchLimits, MicroBatcher, Result
from footfall_server.services.shares import no_wait
from footfall_server.services.submission import Submission
from footfall_server.services.workers import WorkerService

MAX_IN_FLIGHT = 8


@dataclass
class GatedRecorder:
    """Notes the sequences of each batch when it begins, and ends it when `gate` is open.

    Batches that hold a sequence in `failing` fail as a whole; events in `refused` are refused.
    """

    batches: list[list[int]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    failing: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)

    async def record_each(self, _tenant_id: UUID, submissions: Sequence[Submission]) -> Sequence[Result]:
        sequences = [each.place.sequence for each in submissions if each.place is not None]
        self.batches.append(sequences)
        await self.gate.wait()
        if self.failing.intersection(sequences):
            raise unavailable("STORE_UNAVAILABLE", "away")
        return [
            not_found("camera", each.event.camera_id)
            if sequence in self.refused
            else Recorded(each.event.event_id, uuid4(), FaceOutcome.NEW, uuid4(), uuid4(), None)
            for sequence, each in zip(sequences, submissions, strict=True)
        ]


@dataclass
class Link:
    """An intake that runs, and what it said."""

    intake: EventIntake
    running: "asyncio.Task[None]"
    acks: list[ingest_service_pb2.Ack]

    async def put(self, *sequences: int, bad: bool = False) -> None:
        for sequence in sequences:
            event = face_event_pb2.FaceEvent() if bad else face_event(uuid4())
            await self.intake.put(ingest_service_pb2.SequencedFaceEvent(sequence=sequence, event=event))

    @property
    def acked(self) -> list[int]:
        return [ack.acked_through for ack in self.acks]


@pytest.fixture
def recorder() -> GatedRecorder:
    return GatedRecorder()


@pytest.fixture
async def link(shop: Shop, recorder: GatedRecorder) -> AsyncIterator[Link]:
    async with _link(shop, recorder) as link:
        yield link


@asynccontextmanager
async def _link(shop: Shop, recorder: GatedRecorder, reserve: Reserve = no_wait) -> AsyncIterator[Link]:
    acks: list[ingest_service_pb2.Ack] = []

    async def say(message: ingest_service_pb2.ConnectResponse) -> None:
        acks.append(message.ack)

    limits = BatchLimits(max_events=4, pace=timedelta(0))
    async with MicroBatcher(recorder=recorder, limits=limits) as batcher:
        intake = EventIntake(
            principal=Principal(uuid4(), Role.WORKER, shop.own.tenant.tenant_id, START),
            worker_id=uuid4(),
            spool_id=uuid4(),
            batcher=batcher,
            workers=WorkerService(
                transactions=shop.transactions,
                clock=shop.clock,
                models=models_of(shop.transactions, shop.clock, MODEL_ID, DIMENSION),
                patience=timedelta(seconds=90),
            ),
            rules=MessageRules(),
            say=say,
            max_in_flight=MAX_IN_FLIGHT,
            reserve=reserve,
        )
        running = asyncio.create_task(intake.run())
        try:
            yield Link(intake, running, acks)
        finally:
            recorder.gate.set()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_what_comes_during_a_commit_waits_for_no_acknowledgement(
    link: Link, recorder: GatedRecorder
) -> None:
    await link.put(1)
    await until(lambda: recorder.batches == [[1]])
    await link.put(2, 3, 4, 5, 6)
    recorder.gate.set()
    await until(lambda: link.acked[-1:] == [6])
    assert recorder.batches == [[1], [2, 3, 4, 5], [6]], "the second batch was full when the first was done"
    assert link.acked == sorted(link.acked)


async def test_no_more_than_the_agreed_number_is_on_its_way(link: Link, recorder: GatedRecorder) -> None:
    await link.put(*range(1, MAX_IN_FLIGHT + 1))
    one_more = asyncio.create_task(link.put(MAX_IN_FLIGHT + 1))
    await until(lambda: bool(recorder.batches))
    assert not one_more.done(), "it waits for an acknowledgement"
    recorder.gate.set()
    await one_more
    await until(lambda: link.acked[-1:] == [MAX_IN_FLIGHT + 1])


async def test_a_failure_skips_nothing_and_later_events_keep_their_order(
    link: Link, recorder: GatedRecorder
) -> None:
    recorder.failing = {2}
    await link.put(1)
    await until(lambda: recorder.batches == [[1]])
    await link.put(2, 3, 4, 5, 6, 7)
    recorder.gate.set()
    await until(lambda: [2, 3, 4, 5] in recorder.batches)
    await link.put(8)
    await until(lambda: recorder.batches.count([2, 3, 4, 5]) > 1)
    assert link.acked == [1], "nothing after the failure was acknowledged"
    assert not any({6, 7, 8} & set(batch) for batch in recorder.batches), "nothing overtook it"
    recorder.failing = set()
    await until(lambda: link.acked[-1:] == [8])
    assert recorder.batches[-2:] == [[2, 3, 4, 5], [6, 7, 8]]


async def test_refusals_are_told_once_and_in_order(link: Link, recorder: GatedRecorder) -> None:
    recorder.refused = {3}
    await link.put(1)
    await until(lambda: recorder.batches == [[1]])
    await link.put(2, bad=True)
    await link.put(3, 4)
    await link.put(5, bad=True)
    recorder.gate.set()
    await until(lambda: link.acked[-1:] == [5])
    assert link.acked == sorted(link.acked)
    assert [each.sequence for ack in link.acks for each in ack.rejections] == [2, 3, 5]
    for ack in link.acks:
        assert all(each.sequence <= ack.acked_through for each in ack.rejections)


async def test_what_was_committed_before_a_failure_is_acknowledged(
    link: Link, recorder: GatedRecorder
) -> None:
    recorder.failing = {5}
    recorder.gate.set()
    await link.put(1, 2, 3, 4, 5)
    await until(lambda: link.acked[-1:] == [4])
    recorder.failing = set()
    await until(lambda: link.acked[-1:] == [5])


async def test_the_end_waits_for_what_is_on_its_way(link: Link, recorder: GatedRecorder) -> None:
    await link.put(1, 2, 3, 4, 5)
    await link.intake.end()
    await until(lambda: bool(recorder.batches))
    assert not link.running.done(), "five events are not committed yet"
    recorder.gate.set()
    await link.running
    assert link.acked[-1] == 5


async def test_nothing_is_tried_again_once_it_is_to_be_left(link: Link, recorder: GatedRecorder) -> None:
    recorder.failing = {1}
    await link.put(1, 2)
    await until(lambda: bool(recorder.batches))
    link.intake.give_up_retrying()
    await link.intake.end()
    recorder.gate.set()
    with pytest.raises(FootfallError, match="away"):
        await link.running
    assert link.acked == [], "another replica is sent them again"


async def test_an_event_above_the_share_waits_and_keeps_its_place(
    shop: Shop, recorder: GatedRecorder
) -> None:
    waits = [timedelta(0), timedelta(hours=1), timedelta(0)]
    recorder.gate.set()
    async with _link(shop, recorder, lambda _: waits.pop(0)) as link:
        await link.put(1, 2, 3)
        await until(lambda: link.acked == [1])
        assert len(waits) == 1, "the one behind it was not counted yet"
        assert not link.running.done()
        link.intake.give_up_retrying()
        await link.intake.end()
        await link.running
        assert link.acked[-1] == 3, "what had arrived was recorded before the link ended"
    assert [sequence for batch in recorder.batches for sequence in batch] == [1, 2, 3]


async def test_an_event_that_is_tried_again_is_counted_once(shop: Shop, recorder: GatedRecorder) -> None:
    counted: list[Principal] = []

    def reserve(who: Principal) -> timedelta:
        counted.append(who)
        return timedelta(0)

    recorder.failing = {2}
    recorder.gate.set()
    async with _link(shop, recorder, reserve) as link:
        await link.put(1, 2)
        await until(lambda: sum(2 in batch for batch in recorder.batches) > 1)
        recorder.failing = set()
        await until(lambda: link.acked[-1:] == [2])
    assert len(counted) == 2
