"""What a watcher is shown next: the newest frame, no sooner than the rate allows."""

import asyncio
from datetime import timedelta
from itertools import pairwise

from footfall_server.domain.preview import PreviewLimits, PreviewSize
from footfall_server.live.preview_slots import FrameSlot, Pace
from hypothesis import given
from hypothesis import strategies as st

SIZE = PreviewSize(640, 1000.0)
LONG = timedelta(seconds=20)


async def test_the_newest_frame_wins() -> None:
    slot = FrameSlot(SIZE)
    for frame in (b"1", b"2", b"3"):
        slot.put(frame)
    assert await slot.next(LONG) == b"3"
    assert await slot.next(timedelta(0)) is None, "a frame is shown once"


async def test_who_waits_gets_the_frame_that_comes() -> None:
    slot = FrameSlot(SIZE)
    waiting = asyncio.create_task(slot.next(LONG))
    await asyncio.sleep(0)
    slot.put(b"1")
    assert await waiting == b"1"


async def test_the_next_one_is_not_sooner_than_the_rate_allows() -> None:
    slot = FrameSlot(PreviewSize(640, 0.1))
    slot.put(b"1")
    assert await slot.next(LONG) == b"1"
    slot.put(b"2")
    assert await slot.next(timedelta(milliseconds=1)) is None


@given(
    st.lists(st.floats(0, 60, allow_nan=False), max_size=200),
    st.floats(0.1, 30),
)
def test_a_pace_is_kept_over_any_time(times: list[float], max_fps: float) -> None:
    pace = Pace()
    passed = [at for at in sorted(times) if pace.lets_by(max_fps, at)]
    gaps = [later - earlier for earlier, later in pairwise(passed)]
    assert all(gap >= Pace.SLACK / max_fps for gap in gaps)
    assert not times or passed[0] == min(times), "the first one goes"


sizes = st.builds(PreviewSize, st.integers(1, 4000), st.floats(0.1, 30))


@given(sizes, sizes)
def test_what_serves_both_serves_each(one: PreviewSize, other: PreviewSize) -> None:
    both = one.beside(other)
    assert both == other.beside(one)
    for each in (one, other):
        assert (both.max_width, both.max_fps) >= (each.max_width, 0)
        assert both.max_fps >= each.max_fps
    limits = PreviewLimits()
    assert both.within(limits).max_width <= limits.max_width
    assert both.within(limits).max_fps <= limits.max_fps
