"""Leases under losses, kills, skewed clocks and changed minds: one reader at a time, and a fair fence."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar
from uuid import UUID, uuid4

from fakes.counting_shop import Shop
from fakes.manual_clock import START, ManualClock
from footfall_server.domain.camera_lease import (
    KNOWN_CLOCK_SLACK,
    MARGIN,
    TIME_TO_LIVE,
    Fence,
    LeaseWord,
    Said,
    was_lost,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.worker import Worker
from footfall_server.services.camera_leases import CameraLeases
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

Result = TypeVar("Result")

CAMERAS = 3
WORKERS = 3


@dataclass
class Modelled:
    """A worker as the protocol has it: it reads a camera until its time is over by its own steady clock.

    `skew` is how far its time of day is ahead of the core's. One that has no link goes on under the leases
    that it has, so what it captures then has to be told apart by the fence.
    """

    worker_id: UUID = field(default_factory=uuid4)
    skew: timedelta = timedelta(0)
    linked: bool = False
    words: dict[UUID, LeaseWord] = field(default_factory=dict)
    ends_at: dict[UUID, datetime] = field(default_factory=dict)

    def hear(self, words: list[LeaseWord], asked_at: datetime) -> None:
        self.words = {word.camera_id: word for word in words}
        self.ends_at = {word.camera_id: asked_at + word.time_to_live for word in words if word.token}

    def held(self, now: datetime) -> dict[UUID, int]:
        """By camera. Linked, leases end by the clock; without a link they are gone on under."""
        return {
            camera_id: word.token
            for camera_id, word in self.words.items()
            if word.token and (not self.linked or self.ends_at[camera_id] > now)
        }


class LeaseMachine(RuleBasedStateMachine):
    """The service over the fake store, with workers that behave as they should."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(START)
        self.shop = Shop(clock=self.clock)
        for camera in self.shop.cameras[CAMERAS:]:
            del self.shop.tables.cameras[camera.camera_id]
        self.cameras = [camera.camera_id for camera in self.shop.cameras[:CAMERAS]]
        self.leases = CameraLeases(transactions=self.shop.transactions)
        self.workers = [Modelled() for _ in range(WORKERS)]
        self.tokens: dict[UUID, list[tuple[int, UUID]]] = {camera_id: [] for camera_id in self.cameras}
        self.captured: list[tuple[UUID, int, Modelled, datetime, bool]] = []

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run(work)

    def _ask(self, worker: Modelled, *, says: bool) -> None:
        held = worker.held(self.clock.now()) if says else None
        said = Said(worker.worker_id, held, -worker.skew)
        answer = self._run(self.leases.ask(self.shop.principal(), said))
        worker.hear(list(answer.words), self.clock.now())
        self._note()

    def _note(self) -> None:
        for camera_id, token in sorted(self.shop.tables.camera_leases):
            lease = self.shop.tables.camera_leases[camera_id, token]
            if (token, lease.worker_id) not in self.tokens[camera_id]:
                self.tokens[camera_id].append((token, lease.worker_id))

    @rule(number=st.integers(0, WORKERS - 1), skew=st.integers(-3600, 3600))
    def dial(self, number: int, skew: int) -> None:
        worker = self.workers[number]
        worker.skew = timedelta(seconds=skew)
        now = self.clock.now()
        row = Worker(
            worker_id=worker.worker_id,
            site_id=self.shop.site.site_id,
            display_name=f"Worker {number}",
            software_version="1",
            spool_id=uuid4(),
            acked_sequence=0,
            connected_at=now,
            last_seen_at=now,
            session_id=new_id(),
            link_expires_at=now + timedelta(seconds=90),
        )
        self.shop.tables.workers[worker.worker_id] = row
        worker.linked = True
        self._ask(worker, says=False)

    @rule(number=st.integers(0, WORKERS - 1))
    def beat(self, number: int) -> None:
        worker = self.workers[number]
        if worker.linked:
            self._ask(worker, says=True)
            row = self.shop.tables.workers[worker.worker_id]
            now = self.clock.now()
            self._seen(row, now)

    def _seen(self, row: Worker, now: datetime) -> None:
        self.shop.tables.workers[row.worker_id] = replace(
            row, last_seen_at=now, link_expires_at=now + timedelta(seconds=90)
        )

    @rule(number=st.integers(0, WORKERS - 1))
    def be_pushed(self, number: int) -> None:
        """The core asks for a worker that it has a link to, and pushes the answer."""
        worker = self.workers[number]
        if worker.linked:
            before = dict(worker.ends_at)
            self._ask(worker, says=False)
            # What is pushed counts from the last heartbeat, so it never makes a lease longer than that did.
            for camera_id, ends_at in worker.ends_at.items():
                worker.ends_at[camera_id] = min(ends_at, before.get(camera_id, ends_at))

    @rule(number=st.integers(0, WORKERS - 1))
    def lose_link(self, number: int) -> None:
        worker = self.workers[number]
        worker.words = {
            each: word for each, word in worker.words.items() if each in worker.held(self.clock.now())
        }
        worker.linked = False

    @rule(number=st.integers(0, WORKERS - 1))
    def be_killed(self, number: int) -> None:
        self.workers[number].linked = False
        self.workers[number].words.clear()

    @rule(number=st.integers(0, WORKERS - 1), camera=st.integers(0, CAMERAS - 1))
    def give_back(self, number: int, camera: int) -> None:
        worker, camera_id = self.workers[number], self.cameras[camera]
        token = worker.held(self.clock.now()).get(camera_id)
        if worker.linked and token is not None:
            del worker.words[camera_id]
            released = self.leases.release(self.shop.principal(), worker.worker_id, {camera_id: token})
            self._run(released)

    @rule(camera=st.integers(0, CAMERAS - 1), number=st.none() | st.integers(0, WORKERS - 1))
    def assign(self, camera: int, number: int | None) -> None:
        row = self.shop.tables.cameras[self.cameras[camera]]
        chosen = None if number is None else self.workers[number].worker_id
        self.shop.tables.cameras[row.camera_id] = replace(row, assigned_worker_id=chosen)

    @rule(seconds=st.sampled_from([1, 5, 15, 30, 44, 59, 61, 120]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule(number=st.integers(0, WORKERS - 1), camera=st.integers(0, CAMERAS - 1))
    def capture(self, number: int, camera: int) -> None:
        """A worker that reads a camera tells what it saw; `rightly` when nobody else had it by then."""
        worker, camera_id = self.workers[number], self.cameras[camera]
        token = worker.held(self.clock.now()).get(camera_id)
        if token is not None:
            newest = max(self.tokens[camera_id])
            now = self.clock.now()
            self.captured.append((camera_id, token, worker, now, newest[0] == token))

    @invariant()
    def one_linked_worker_reads_a_camera(self) -> None:
        now = self.clock.now()
        for camera_id in self.cameras:
            readers = [each for each in self.workers if each.linked and camera_id in each.held(now)]
            assert len(readers) <= 1, f"{len(readers)} workers read one camera"

    @invariant()
    def tokens_grow_and_each_is_one_workers(self) -> None:
        for given_tokens in self.tokens.values():
            tokens = [token for token, _ in given_tokens]
            assert tokens == sorted(set(tokens))
            holders = [worker_id for _, worker_id in given_tokens]
            assert all(one != two for one, two in pairwise(holders)), "a token for nobody new"

    def teardown(self) -> None:
        """Everything is sent at last, as after an outage, with the sender's own time of day."""

        async def fences() -> dict[tuple[UUID, int], Fence]:
            async with self.shop.transactions.begin(self.shop.tenant_id) as tx:
                keys = {(camera_id, token) for camera_id, token, *_ in self.captured}
                return dict(tx.leases.fences(keys))  # type: ignore[attr-defined]

        if not self.captured:
            return
        found = self._run(fences())
        for camera_id, token, worker, at, rightly in self.captured:
            fence = found[camera_id, token]
            lost = was_lost(
                fence,
                token=token,
                captured_at=at + -(fence.clock_offset or timedelta(0)),
                worker_id=worker.worker_id,
                now=self.clock.now(),
            )
            if rightly:
                assert not lost, "what was captured under a lease that held was refused"
            elif fence.passed_at is not None and at > fence.passed_at + KNOWN_CLOCK_SLACK:
                assert lost, "what was captured after the camera had passed on was taken"


def test_one_worker_reads_a_camera_whatever_happens() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        LeaseMachine, settings=settings(max_examples=60, stateful_step_count=40, deadline=None)
    )


@given(
    skew=st.integers(-86_400, 86_400),
    drift=st.integers(-5, 5),
    since=st.integers(-3600, 3600),
    worker_is_other=st.booleans(),
)
def test_a_clock_that_is_wrong_and_known_to_be_loses_nothing(
    skew: int, drift: int, since: int, *, worker_is_other: bool
) -> None:
    holder, passed_at = uuid4(), START
    fence = Fence(holder, passed_at, timedelta(seconds=-skew))
    lost = was_lost(
        fence,
        token=1,
        captured_at=passed_at + timedelta(seconds=since + skew + drift),
        worker_id=uuid4() if worker_is_other else holder,
        now=START + timedelta(days=1),
    )
    if worker_is_other:
        assert lost
    elif since <= 0:
        assert not lost
    elif since > 15:
        assert lost


def test_a_token_of_before_a_restored_backup_is_taken_and_a_made_up_one_is_not() -> None:
    def lost(token: int, passed_at: datetime | None) -> bool:
        fence = Fence(None, passed_at)
        return was_lost(fence, token=token, captured_at=START, worker_id=uuid4(), now=START)

    now = int(START.timestamp() * 1000)
    assert not lost(now - 1000, None), "newer than all that is known"
    assert lost(now - 1000, START), "never given, or forgotten"
    assert lost(now + 3_600_000, None), "from a time to come"


def test_a_worker_stops_before_anybody_else_may_begin() -> None:
    assert timedelta(0) < MARGIN
    word_ttl = TIME_TO_LIVE - MARGIN
    assert word_ttl > 1.5 * timedelta(seconds=30), "one lost heartbeat costs nobody a camera"
