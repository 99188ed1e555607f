"""Pauses grow, are drawn by lot, and begin anew after a healthy while."""

from footfall_edge.backoff import Backoff
from hypothesis import given
from hypothesis import strategies as st


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def upper(_low: float, high: float) -> float:
    return high


def test_the_bound_doubles_up_to_its_limit() -> None:
    backoff = Backoff(first=0.5, limit=30.0, draw=upper)
    assert [backoff.next_delay() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_healthy_minute_begins_anew_and_a_short_success_does_not() -> None:
    clock = Clock()
    backoff = Backoff(first=0.5, limit=30.0, draw=upper, clock=clock)
    for _ in range(3):
        backoff.next_delay()
    backoff.begin()
    clock.now += 59
    assert backoff.next_delay() == 4, "a link that flaps must not hammer the core"
    backoff.begin()
    clock.now += 60
    assert backoff.next_delay() == 0.5


def test_backing_off_goes_to_the_limit_at_once() -> None:
    backoff = Backoff(first=0.5, limit=30.0, draw=upper)
    backoff.back_off()
    assert backoff.next_delay() == 30


@given(st.integers(1, 200))
def test_jitter_stays_inside_its_bound(tries: int) -> None:
    backoff = Backoff(first=0.5, limit=30.0)
    assert all(0 <= backoff.next_delay() <= 30 for _ in range(tries))
