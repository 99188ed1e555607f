"""The newest frame wins, and what it took the place of is counted."""

import asyncio

import numpy as np
import pytest
from fakes.edge_samples import NOON
from footfall_edge.capture.pacing import FramePacer
from footfall_edge.frame import Frame
from footfall_edge.frame_slot import FrameSlot


def _frame(at: float) -> Frame:
    return Frame(image=np.zeros((2, 2, 3), dtype=np.uint8), at=at, captured_at=NOON)


async def test_the_newest_frame_wins_and_the_others_are_counted() -> None:
    slot = FrameSlot(frames_per_second=10)
    for at in (1.0, 2.0, 3.0):
        slot.put(_frame(at))
    taken = await slot.take()
    assert taken is not None
    assert taken.at == 3.0
    assert slot.dropped == 2
    slot.put(_frame(4.0))
    assert slot.dropped == 2, "a frame that was taken was not dropped"
    slot.close()
    assert (await slot.take()) is not None
    assert await slot.take() is None


async def test_who_waited_for_a_turn_gets_what_came_meanwhile() -> None:
    slot = FrameSlot(frames_per_second=10)
    taken = _frame(1.0)
    assert slot.newest(taken) is taken
    assert slot.dropped == 0
    slot.put(_frame(2.0))
    assert slot.newest(taken).at == 2.0
    assert slot.dropped == 1
    slot.close()
    assert await slot.take() is None, "no frame is analysed twice"


async def test_a_waiting_taker_gets_what_another_thread_puts() -> None:
    slot = FrameSlot(frames_per_second=10)
    waiting = asyncio.create_task(slot.take())
    await asyncio.to_thread(slot.put, _frame(1.0))
    taken = await waiting
    assert taken is not None


@pytest.mark.parametrize(
    ("source_fps", "wanted", "expected"), [(25, 10, 10), (12, 10, 10), (30, 5, 5), (5, 10, 5), (30, 15, 15)]
)
def test_the_wanted_rate_comes_out_of_any_source_rate(source_fps: int, wanted: int, expected: int) -> None:
    pacer = FramePacer(frames_per_second=wanted)
    taken = sum(pacer.due(count / source_fps, 1 / source_fps) for count in range(source_fps * 20))
    assert taken / 20 == pytest.approx(expected, rel=0.06)


def test_a_higher_rate_counts_from_the_next_frame_on() -> None:
    pacer = FramePacer(frames_per_second=1)
    assert pacer.due(10.0, 0.02)
    assert not pacer.due(10.1, 0.02)
    pacer.set_rate(10)
    assert pacer.due(10.12, 0.02)


def test_after_a_pause_frames_do_not_come_in_a_burst() -> None:
    pacer = FramePacer(frames_per_second=5)
    assert pacer.due(0.0, 0.04)
    after = [at / 25 for at in range(250, 275)]
    assert sum(pacer.due(at, 0.04) for at in after) == 5
