"""Cameras share the processor fairly, and all together keep to the budget."""

import asyncio
import heapq
import itertools
from dataclasses import dataclass

import pytest
from footfall_edge.inference import InferencePool
from footfall_edge.scheduling.analysis_budget import AnalysisBudget
from footfall_edge.scheduling.fair_turns import FairTurns, Share
from hypothesis import given
from hypothesis import strategies as st

COSTS = st.lists(st.floats(0.002, 0.2), min_size=1, max_size=8)


@dataclass
class Camera:
    """Asks for a turn whenever it may, from begins on; each costs the same."""

    share: Share
    cost_s: float
    begins: float = 0.0
    used_s: float = 0.0
    turns: int = 0


def simulate(turns: FairTurns, cameras: list[Camera], *, until: float, threads: int) -> None:
    """Every camera asks again the moment its turn ends: more is wanted than there is."""
    order = itertools.count()
    todo: list[tuple[float, int, str, Camera | None]] = []
    for camera in cameras:
        heapq.heappush(todo, (camera.begins, next(order), "ask", camera))
    by_share = {id(camera.share): camera for camera in cameras}
    running, next_look = 0, float("inf")
    while todo and todo[0][0] < until:
        now, _, what, camera = heapq.heappop(todo)
        if what == "look":
            next_look = float("inf")
        elif what == "ask":
            assert camera is not None
            turns.wait(camera.share)
        elif what == "end":
            assert camera is not None
            turns.end(camera.share, used_s=camera.cost_s, now=now)
            running -= 1
            camera.used_s += camera.cost_s
            camera.turns += 1
            turns.wait(camera.share)
        while (share := turns.next(now)) is not None:
            running += 1
            assert running <= threads
            chosen = by_share[id(share)]
            heapq.heappush(todo, (now + chosen.cost_s, next(order), "end", chosen))
        delay = turns.seconds_until_next(now)
        if delay is not None and (at := now + max(delay, 0.001)) < next_look:
            next_look = at
            heapq.heappush(todo, (at, next(order), "look", None))


@given(costs=COSTS, cores=st.floats(0.2, 4), threads=st.integers(1, 4))
def test_busy_cameras_get_the_same_time_and_all_keep_to_the_budget(
    costs: list[float], cores: float, threads: int
) -> None:
    turns = FairTurns(cores=cores, side_by_side=threads, now=0.0)
    cameras = [Camera(Share(str(index)), cost) for index, cost in enumerate(costs)]
    until = 30.0
    simulate(turns, cameras, until=until, threads=threads)
    used = [camera.used_s for camera in cameras]
    # A camera has one turn at a time, so with as many threads as cameras each is limited by itself alone.
    if threads < len(cameras):
        assert max(used) - min(used) <= 0.25 + 2 * max(costs) * threads, used
    assert sum(used) <= cores * until + cores * 0.25 + threads * max(costs) + 1e-6
    assert all(camera.turns for camera in cameras), "nobody starves"


def test_a_camera_of_dear_frames_gets_fewer_of_them() -> None:
    turns = FairTurns(cores=1, side_by_side=1, now=0.0)
    cheap, dear = Camera(Share("cheap"), 0.01), Camera(Share("dear"), 0.04)
    simulate(turns, [cheap, dear], until=60, threads=1)
    assert cheap.turns == pytest.approx(4 * dear.turns, rel=0.05)


def test_who_was_away_gets_its_share_and_no_more() -> None:
    turns = FairTurns(cores=1, side_by_side=1, now=0.0)
    old, new = Camera(Share("old"), 0.02), Camera(Share("new"), 0.02, begins=30)
    simulate(turns, [old, new], until=60, threads=1)
    assert new.used_s == pytest.approx(15, abs=1.1), "from 30 on half of it each"
    assert old.used_s == pytest.approx(45, abs=1.1)


def test_without_work_the_budget_is_not_saved_up_for_long() -> None:
    turns = FairTurns(cores=0.5, side_by_side=1, now=0.0)
    camera = Camera(Share("one"), 0.05, begins=100)
    simulate(turns, [camera], until=110, threads=1)
    assert camera.used_s == pytest.approx(5, abs=0.3)


class Slowly:
    """Processor time that a call says it took."""

    def __init__(self) -> None:
        self.used_s = 0.0

    def work(self, seconds: float) -> float:
        self.used_s += seconds
        return seconds


async def test_calls_are_run_and_what_they_raise_is_raised() -> None:
    async with InferencePool(threads=2) as pool:
        budget = AnalysisBudget(pool=pool, threads=2, cores=2)
        share = budget.share("door")
        assert await share.run(max, 3, 5) == 5
        with pytest.raises(ZeroDivisionError):
            await share.run(divmod, 1, 0)
        assert await share.run(max, 1, 2) == 2, "a call that broke down gave its turn back"


async def test_a_spent_budget_lets_nobody_go_on_until_time_has_passed() -> None:
    now, slowly = 0.0, Slowly()
    async with InferencePool(threads=1) as pool:
        budget = AnalysisBudget(pool=pool, threads=1, cores=1, clock=lambda: now, used=lambda: slowly.used_s)
        door, till = budget.share("door"), budget.share("till")
        await door.run(slowly.work, 1.25)
        waiting = asyncio.create_task(till.run(slowly.work, 0.01))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waiting.done(), "a whole second is owed"
        now = 1.1
        await door.run(slowly.work, 0.01)
        assert await waiting == 0.01


async def test_a_wait_that_is_cancelled_gives_its_turn_to_the_next() -> None:
    loop = asyncio.get_running_loop()
    entered, go = asyncio.Event(), asyncio.Event()

    def hold() -> str:
        loop.call_soon_threadsafe(entered.set)
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result(10)
        return "held"

    async with InferencePool(threads=1) as pool:
        budget = AnalysisBudget(pool=pool, threads=1, cores=1)
        holding = asyncio.create_task(budget.share("a").run(hold))
        await entered.wait()
        waits = [asyncio.create_task(budget.share(name).run(str, name)) for name in "bcd"]
        await asyncio.sleep(0)
        waits[0].cancel()
        go.set()
        assert await holding == "held"
        waits[1].cancel()  # at this moment its turn may have been given already
        done = await asyncio.gather(*waits, return_exceptions=True)
        assert done[2] == "d"
        assert isinstance(done[0], asyncio.CancelledError)
        assert await budget.share("e").run(str, "e") == "e"
