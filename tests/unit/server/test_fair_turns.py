"""Turns: never too many, each key in its turn, and nobody who went away keeps one."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from fakes.manual_clock import START
from fakes.polling import until
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.limits import Limits
from footfall_server.errors import FootfallError
from footfall_server.fair_turns import FairTurns, TooManyWaitError
from footfall_server.rpc.call_context import set_principal
from footfall_server.rpc.call_costs import COSTS
from footfall_server.rpc.interceptors.fair_calls import FairCalls, fair_lines
from hypothesis import given, settings
from hypothesis import strategies as st


class Guests:
    """Tasks that have or want a turn, each until it is told to leave."""

    def __init__(self, turns: FairTurns) -> None:
        self._turns = turns
        self.served: list[str] = []
        self.present: Counter[str] = Counter()
        self._leaving: dict[str, list[asyncio.Event]] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self, key: str) -> "asyncio.Task[None]":
        task = asyncio.create_task(self._stay(key))
        self.tasks.append(task)
        await _settled()
        return task

    async def leave(self, key: str) -> None:
        """The one of this key that is there for longest goes."""
        self._leaving[key].pop(0).set()
        await _settled()

    async def _stay(self, key: str) -> None:
        async with self._turns.turn(key):
            leave = asyncio.Event()
            self._leaving.setdefault(key, []).append(leave)
            self.served.append(key)
            self.present[key] += 1
            try:
                await leave.wait()
            finally:
                self.present[key] -= 1
                if leave in self._leaving[key]:
                    self._leaving[key].remove(leave)

    async def all_go(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_of_many_who_wait_each_key_has_its_turn() -> None:
    guests = Guests(FairTurns(per_key=2, total=2))
    for key in ["flood"] * 6 + ["one", "two"]:
        await guests.come(key)
    assert guests.served == ["flood", "flood"]
    await guests.leave("flood")
    await guests.leave("flood")
    assert guests.served[2:] == ["flood", "one"], "first whoever came first, then the next key"
    await guests.leave("one")
    assert guests.served[4:] == ["two"]
    await guests.all_go()


async def test_no_key_has_more_than_its_part() -> None:
    guests = Guests(FairTurns(per_key=2, total=10))
    for _ in range(5):
        await guests.come("flood")
    await guests.come("other")
    assert guests.present == Counter(flood=2, other=1)
    await guests.all_go()


async def test_whoever_goes_away_while_waiting_gets_no_turn() -> None:
    turns = FairTurns(per_key=1, total=1)
    guests = Guests(turns)
    await guests.come("a")
    gone = await guests.come("b")
    await guests.come("c")
    gone.cancel()
    await _settled()
    await guests.leave("a")
    assert guests.served == ["a", "c"]
    await guests.all_go()


async def test_a_turn_that_is_given_to_somebody_who_is_just_going_is_given_on() -> None:
    guests = Guests(FairTurns(per_key=1, total=1))
    await guests.come("a")
    going = await guests.come("b")
    await guests.come("c")
    guests._leaving["a"].pop(0).set()
    await asyncio.sleep(0)  # the turn is given now, and not taken yet
    going.cancel()
    await _settled()
    assert guests.served == ["a", "c"]
    await guests.all_go()


async def test_too_many_do_not_wait() -> None:
    turns = FairTurns(per_key=1, most_waiting=1)
    guests = Guests(turns)
    await guests.come("flood")
    await guests.come("flood")
    with pytest.raises(TooManyWaitError):
        async with turns.turn("flood"):
            pass
    await guests.come("other")
    assert guests.served == ["flood", "other"]
    await guests.all_go()


moves = st.lists(
    st.tuples(st.sampled_from(["come", "leave", "cancel"]), st.sampled_from("abc"), st.integers(0, 20)),
    max_size=60,
)


@settings(deadline=None)
@given(moves, st.integers(1, 3), st.one_of(st.none(), st.integers(1, 4)))
async def test_whatever_happens_turns_are_neither_lost_nor_doubled(
    moves: Sequence[tuple[str, str, int]], per_key: int, total: int | None
) -> None:
    turns = FairTurns(per_key=per_key, total=total)
    guests = Guests(turns)
    for move, key, number in moves:
        if move == "come":
            await guests.come(key)
        elif move == "leave" and guests.present[key]:
            await guests.leave(key)
        elif move == "cancel" and guests.tasks:
            guests.tasks[number % len(guests.tasks)].cancel()
            await _settled()
        assert all(present <= per_key for present in guests.present.values())
        assert total is None or guests.present.total() <= total
        waiting = Counter({key: len(queue) for key, queue in turns._waiting.items()})
        idle = [key for key in waiting if guests.present[key] < per_key]
        full = total is not None and guests.present.total() >= total
        assert full or not idle, f"{idle} wait although there is room"
    await guests.all_go()
    assert not turns._waiting, "a key under which nobody waits takes no memory"
    assert not +turns._served, "a turn was never given back"


class Calls:
    """Unary calls of tenants through the interceptor, each answered when it is told to."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        limits = Limits(calls_at_once=4, tenant_calls_at_once=at_once, tenant_waiting_calls=waiting)
        self._interceptor = FairCalls(lines=fair_lines(limits), costs=COSTS)
        self.under_way: list[UUID] = []
        self.answering = asyncio.Event()

    def call(self, tenant_id: UUID | None, method: str = "/footfall.v1.SiteService/ListSites") -> Any:
        handler: Any = SimpleNamespace(response_streaming=False)
        behave = self._interceptor.around(method, handler, self._serve)

        async def called() -> None:
            set_principal(Principal(uuid4(), Role.TENANT_ADMIN, tenant_id, START + timedelta(hours=1)))
            context: Any = None
            await behave(tenant_id, context)

        return asyncio.create_task(called())

    async def _serve(self, tenant_id: Any, _context: Any) -> None:
        self.under_way.append(tenant_id)
        await self.answering.wait()


async def test_a_tenants_calls_wait_for_each_other_and_not_for_anothers() -> None:
    calls, loud, quiet = Calls(at_once=2, waiting=10), uuid4(), uuid4()
    flood = [calls.call(loud) for _ in range(8)]
    one = calls.call(quiet)
    await until(lambda: calls.under_way == [loud, loud, quiet])
    calls.answering.set()
    await asyncio.gather(*flood, one)
    assert calls.under_way.count(loud) == 8


async def test_events_wait_apart_and_whoever_acts_for_no_tenant_does_not_wait() -> None:
    calls, tenant = Calls(at_once=1, waiting=10), uuid4()
    tasks = [calls.call(tenant, "/footfall.v1.IngestService/BatchRecordFaces") for _ in range(3)]
    tasks += [calls.call(tenant), calls.call(None), calls.call(None)]
    await until(lambda: len(calls.under_way) == 4)
    assert calls.under_way.count(tenant) == 2, "one batch of events, and one call of a person"
    calls.answering.set()
    await asyncio.gather(*tasks)


async def test_tenants_take_turns_when_all_are_busy() -> None:
    calls, loud = Calls(at_once=3, waiting=50), [uuid4() for _ in range(2)]
    flood = [calls.call(tenant) for tenant in loud for _ in range(10)]
    await until(lambda: len(calls.under_way) == 4)
    quiet = uuid4()
    one = calls.call(quiet)
    calls.answering.set()
    await asyncio.gather(*flood, one)
    assert calls.under_way.index(quiet) <= 7, "it waited for more than one call of each tenant before it"


async def test_events_that_are_batched_further_in_do_not_wait_here() -> None:
    calls, tenant = Calls(at_once=1, waiting=1), uuid4()
    tasks = [calls.call(tenant, "/footfall.v1.IngestService/RecordFace") for _ in range(20)]
    await until(lambda: len(calls.under_way) == 20)
    calls.answering.set()
    await asyncio.gather(*tasks)


async def test_what_takes_long_keeps_nothing_else_waiting() -> None:
    calls, tenant = Calls(at_once=2, waiting=10), uuid4()
    long = [calls.call(tenant, "/footfall.v1.RecognitionService/Calibrate") for _ in range(3)]
    images = [calls.call(tenant, "/footfall.v1.ImageService/GetImage") for _ in range(4)]
    short = [calls.call(tenant) for _ in range(2)]
    await until(lambda: len(calls.under_way) == 1 + 4 + 2)
    calls.answering.set()
    await asyncio.gather(*long, *images, *short)


async def test_a_queue_has_an_end() -> None:
    calls, tenant = Calls(at_once=1, waiting=2), uuid4()
    tasks = [calls.call(tenant) for _ in range(3)]
    await until(lambda: calls.under_way == [tenant])
    with pytest.raises(FootfallError) as caught:
        await calls.call(tenant)
    assert caught.value.reason == "RATE_LIMITED"
    assert caught.value.metadata == {"limit": "tenant_waiting_calls"}
    assert caught.value.retry_after == timedelta(seconds=1)
    calls.answering.set()
    await asyncio.gather(*tasks)
