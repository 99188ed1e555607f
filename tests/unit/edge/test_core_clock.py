"""The core's clock is told from round trips, whatever happens to this machine's own."""

from datetime import UTC, datetime, timedelta

import pytest
from footfall_edge.link.core_clock import CoreClock
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class World:
    """A worker and a core with clocks that tests move. ahead: the core's clock less the worker's."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.steady = 1000.0
        self.set_by = timedelta()
        self.ahead = ahead
        self.clock = CoreClock(steady=lambda: self.steady, wall=self.wall)

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.steady - 1000.0) + self.set_by

    def core(self) -> datetime:
        return NOON + timedelta(seconds=self.steady - 1000.0) + self.ahead

    def ask(self, there_s: float, back_s: float) -> None:
        asked_at = self.steady
        self.steady += there_s
        answered = self.core()
        self.steady += back_s
        self.clock.sample(answered, asked_at=asked_at)

    def error_s(self) -> float:
        now = self.clock.now()
        assert now is not None
        return abs((now - self.core()).total_seconds())


def test_nothing_is_known_before_the_first_answer() -> None:
    clock = CoreClock()
    assert clock.now() is None
    assert clock.offset() is None


@given(
    st.floats(-86400, 86400),
    st.lists(st.tuples(st.floats(0.001, 3), st.floats(0.001, 3)), min_size=1, max_size=20),
)
def test_the_error_is_never_more_than_half_of_a_round_trip(
    ahead_s: float, trips: list[tuple[float, float]]
) -> None:
    world = World(timedelta(seconds=ahead_s))
    for there, back in trips:
        world.ask(there, back)
        world.steady += 30
    shortest = min(there + back for there, back in trips[-8:])
    # Drift is allowed for over the window, and microseconds for datetime's own steps.
    assert world.error_s() <= shortest / 2 + 8 * 40 * 15e-6 + 1e-5
    offset = world.clock.offset()
    assert offset is not None
    assert offset.total_seconds() == pytest.approx(ahead_s, abs=shortest / 2 + 0.01)


def test_a_slow_lopsided_trip_changes_nothing_after_a_quick_one() -> None:
    world = World(timedelta(seconds=7))
    world.ask(0.01, 0.01)
    world.ask(4.0, 0.01)
    assert world.error_s() < 0.011


def test_a_wall_clock_that_is_set_is_noticed_and_moves_the_offset_only() -> None:
    world = World()
    world.ask(0.01, 0.01)
    world.steady += 10
    world.set_by = timedelta(hours=1)
    world.clock.look()
    assert world.clock.jumps == 1
    assert world.error_s() < 0.02
    offset = world.clock.offset()
    assert offset is not None
    assert offset.total_seconds() == pytest.approx(-3600, abs=0.02)
    world.steady += 10
    world.clock.look()
    assert world.clock.jumps == 1, "told once"


def test_a_wall_clock_that_is_led_back_slowly_has_not_jumped() -> None:
    world = World()
    for _ in range(100):
        world.clock.look()
        world.steady += 30
        world.set_by += timedelta(seconds=0.015)
    assert world.clock.jumps == 0


def test_a_core_whose_clock_was_set_is_believed_at_once() -> None:
    world = World()
    world.ask(0.01, 0.01)
    world.ahead = timedelta(minutes=5)
    world.ask(0.3, 0.3)
    assert world.error_s() <= 0.3
